"""One form for texts with substitutions."""

from collections.abc import Iterable
from pathlib import PurePath

from launch.substitution import Substitution


def normalize_to_list_of_substitutions(subs) -> list[Substitution]:
    """
    Return a text, a path, a substitution, or an iterable of these as a list of substitutions.

    :raises TypeError: for anything else, naming it
    """
    if isinstance(subs, str | PurePath | Substitution):
        return [_as_substitution(subs)]
    if isinstance(subs, Iterable):
        return [_as_substitution(sub) for sub in subs]
    raise TypeError(
        f'expected a text, a Substitution or a list of these, got {subs!r} of type '
        f'{type(subs).__name__}')


def _as_substitution(sub) -> Substitution:
    from launch.substitutions.text_substitution import TextSubstitution  # needs this module
    if isinstance(sub, Substitution):
        return sub
    if isinstance(sub, str | PurePath):
        return TextSubstitution(text=str(sub))
    raise TypeError(
        f'expected a text or a Substitution in the list, got {sub!r} of type '
        f'{type(sub).__name__}')
