"""Tensors by name. Planners read them too, which do without PyTorch."""

from collections.abc import Mapping

GENERATOR = 'generator'  # the name of its state


def part_of(state: Mapping[str, object], prefix: str) -> dict[str, object]:
    """Return the entries whose names begin with a prefix, by the rest of their names."""
    return {name[len(prefix):]: value for name, value in state.items() if name.startswith(prefix)}


def check_shapes(state: Mapping[str, object], expected: Mapping[str, object]) -> None:
    """
    Compare arrays or tensors with those that a learner has.

    :raises ValueError: naming the one that is missing or of another shape
    """
    for name, own in expected.items():
        if name == GENERATOR and name in state:
            continue  # its size is the device's matter, see load_generator
        came = tuple(state[name].shape) if name in state else 'nothing'
        if came != tuple(own.shape):
            raise ValueError(f'tensor {name!r}: expected shape {tuple(own.shape)}, got {came}')
