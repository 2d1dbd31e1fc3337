"""Groups of verbs: `topic list`, `topic echo` and so on, each with arguments of its own."""

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
import sys


class CommandError(Exception):
    """Raised when a verb cannot do what it was asked for; the text says what would help."""


@dataclass(frozen=True)
class Verb:
    """A word after the name of a group: how it is explained, its arguments and what it does."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


def run_verb(argv: list[str] | None, prog: str, verbs: dict[str, Verb], description: str) -> int:
    """Run the verb that the arguments begin with; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if argv and not argv[0].startswith('-') and argv[0] not in verbs:
        print(unknown_verb(argv[0], prog, verbs), file=sys.stderr)
        return 2
    parser = argparse.ArgumentParser(prog=prog, description=description)
    choices = parser.add_subparsers(metavar='VERB', required=True, title='verbs')
    for name, verb in verbs.items():
        sub = choices.add_parser(name, help=verb.help, description=_sentence(verb.help))
        verb.add_arguments(sub)
        sub.set_defaults(run=verb.run)
    arguments = parser.parse_args(argv)
    try:
        return arguments.run(arguments) or 0
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1


def unknown_verb(name: str, prog: str, verbs: Iterable[str]) -> str:
    """Return what to say about a verb that does not exist."""
    near = get_close_matches(name, verbs)
    hint = f'did you mean: {", ".join(near)}? ' if near else ''
    return f"unknown verb '{name}' of '{prog}'; {hint}choose from: {', '.join(verbs)}"


def near_names(name: str, names: Iterable[str]) -> str:
    """Return a hint at names like `name`, or nothing."""
    near = get_close_matches(name, list(names), cutoff=0.7)
    return f'; did you mean: {", ".join(near)}?' if near else ''


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
