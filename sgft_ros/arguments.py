"""Types of command-line arguments, for argparse."""

import argparse


def positive(text: str) -> int:
    """Return a whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected a number >= 1, got {number}')
    return number


def numbers(text: str) -> list[int]:
    """Return the whole numbers of a text like 0-3,7, each once."""
    chosen = []
    for part in text.split(','):
        first, _, last = part.partition('-')
        chosen += range(int(first), int(last or first) + 1)
    if not chosen:
        raise argparse.ArgumentTypeError(f'expected numbers as in 0-3,7, got {text!r}')
    return list(dict.fromkeys(chosen))
