"""The random numbers of a learner."""

import zlib

import torch


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
