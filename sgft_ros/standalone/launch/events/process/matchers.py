"""Matchers of the process that an event is meant for; none matches before the process runs."""

from collections.abc import Callable


def matches_pid(pid: int) -> Callable[[object], bool]:
    """Return a matcher of the process with an id."""
    return lambda action: _details(action).get('pid') == pid


def matches_name(name: str) -> Callable[[object], bool]:
    """Return a matcher of the process with a name such as 'policy-1'."""
    return lambda action: _details(action).get('name') == name


def matches_executable(executable: str) -> Callable[[object], bool]:
    """Return a matcher of processes whose program ends with a text."""
    return lambda action: _details(action).get('cmd', [''])[0].endswith(executable)


def _details(action) -> dict:
    return action.process_details or {}
