"""The record of a run and what people see of it."""
