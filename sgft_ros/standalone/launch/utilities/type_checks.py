"""Checks of types, with errors that name the argument."""

from collections.abc import Iterable


def ensure_argument_type(argument, types, argument_name: str, caller: str | None = None):
    """
    Check the type of an argument.

    :raises TypeError: if the argument is of none of the types, naming it and them
    """
    types = tuple(types) if isinstance(types, Iterable) else (types,)
    if not isinstance(argument, types):
        of_caller = '' if caller is None else f' of {caller}'
        expected = ', '.join(getattr(kind, '__name__', str(kind)) for kind in types)
        raise TypeError(
            f'{argument_name!r}{of_caller}: expected {expected}, got {argument!r} of type '
            f'{type(argument).__name__}')


def is_a(thing, kind) -> bool:
    """Return whether a thing is an instance of a class."""
    return isinstance(thing, kind)


def is_a_subclass(thing, kind) -> bool:
    """Return whether a thing is an instance or a subclass of a class."""
    return isinstance(thing, kind) or (isinstance(thing, type) and issubclass(thing, kind))
