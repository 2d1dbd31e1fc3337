"""Matchers of the process that an event is meant for."""

from collections.abc import Callable


def matches_action(target_action) -> Callable[[object], bool]:
    """Return a matcher of the process that an action runs."""
    return lambda action: action is target_action
