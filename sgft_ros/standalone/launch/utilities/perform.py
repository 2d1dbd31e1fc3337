"""From substitutions to text."""

from collections.abc import Iterable

from launch.substitution import Substitution


def perform_substitutions(context, subs: Iterable[Substitution]) -> str:
    """Return the joined text that a list of substitutions stands for in a context."""
    return ''.join(context.perform_substitution(sub) for sub in subs)
