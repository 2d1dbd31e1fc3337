"""Numbers that several modules need."""

S_TO_NS = 1_000_000_000
