"""Tensors by name."""

from collections.abc import Mapping


def part_of(state: Mapping[str, object], prefix: str) -> dict[str, object]:
    """Return the entries whose names begin with a prefix, by the rest of their names."""
    return {name[len(prefix):]: value for name, value in state.items() if name.startswith(prefix)}
