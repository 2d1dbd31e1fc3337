"""Command-line arguments: types for argparse, and what is checked before work begins."""

import argparse
import os
from pathlib import Path


def positive(text: str) -> int:
    """Return a whole number of at least 1."""
    return _whole(text, 1)


def natural(text: str) -> int:
    """Return a whole number of at least 0."""
    return _whole(text, 0)


def numbers(text: str) -> list[int]:
    """Return the whole numbers of a text like 0-3,7, each once."""
    chosen = []
    for part in text.split(','):
        first, _, last = part.partition('-')
        try:
            these = range(int(first), int(last or first) + 1)
        except ValueError:
            these = ()
        if not these:
            raise argparse.ArgumentTypeError(f'expected numbers as in 0-3,7, got {text!r}')
        chosen += these
    return list(dict.fromkeys(chosen))


def check_output(folder: Path) -> None:
    """
    Check that files can be made in the folder of `--output`, which need not be there yet.

    :raises OSError: if they cannot
    """
    folder = folder.absolute()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise OSError(f'--output: {there} is no folder in which files can be made')


def _whole(text, least):
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or number < least:
        raise argparse.ArgumentTypeError(f'expected a whole number >= {least}, got {text!r}')
    return number
