"""What a check says: one finding per thing that was looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum


class Level(IntEnum):
    """How bad it is; the names are what people see."""

    GREEN = 0   # as expected
    YELLOW = 1  # may work, but somebody should look at it
    RED = 2     # a run would not work, or not be safe


@dataclass(frozen=True)
class Finding:
    """One comparison of what was expected with what was found."""

    level: Level
    subject: str   # what was looked at, as in `topic wrench`
    expected: str
    found: str
    advice: str = ''  # what to do, in words that need no knowledge of this package


def green(subject: str, expected: str, found: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(Level.GREEN, subject, expected, found)


def yellow(subject: str, expected: str, found: str, advice: str) -> Finding:
    """Return a finding that somebody should look at."""
    return Finding(Level.YELLOW, subject, expected, found, advice)


def red(subject: str, expected: str, found: str, advice: str) -> Finding:
    """Return a finding that has to be put right before a run."""
    return Finding(Level.RED, subject, expected, found, advice)


def near(name: str, names: Iterable[str]) -> str:
    """Return `; did you mean ...?` for a name that resembles one of the others, or nothing."""
    found = get_close_matches(name, list(names), 1)
    return f'; did you mean {found[0]!r}?' if found else ''


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return names in a row, no more than a person reads."""
    names = sorted(names)
    more = f' and {len(names) - most} more' if len(names) > most else ''
    return (', '.join(names[:most]) or 'none') + more
