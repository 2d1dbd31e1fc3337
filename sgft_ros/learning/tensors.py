"""Tensors by name, and the random numbers behind them."""

from collections.abc import Mapping
import zlib

import torch

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


def numbers(tensors: Mapping[str, torch.Tensor]) -> dict[str, float]:
    """Return what tensors () hold; waits for the device that computes them, once."""
    return dict(zip(tensors, torch.stack([*tensors.values()]).tolist()))


def generator_of(seed: int) -> torch.Generator:
    """Return a generator of random numbers on the default device."""
    return torch.Generator(torch.get_default_device()).manual_seed(seed)


def load_generator(generator: torch.Generator, state: torch.Tensor) -> None:
    """
    Go on with the random numbers that a generator's state promised.

    The numbers of another kind of device cannot go on: others do, but always the same.
    """
    state = state.to('cpu', torch.uint8)
    if len(state) == len(generator.get_state()):
        generator.set_state(state)
    else:
        generator.manual_seed(zlib.crc32(state.numpy().tobytes()))
