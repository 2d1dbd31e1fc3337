"""
Callback groups.

With one thread all callbacks exclude each other; a group matters while a coroutine waits.
"""

import weakref


class CallbackGroup:
    """Members that share a rule on running at the same time."""

    def __init__(self):
        """Begin empty."""
        self._entities = weakref.WeakSet()

    def add_entity(self, entity):
        """Take in a subscription, timer, service, client, guard condition or waitable."""
        self._entities.add(entity)

    def has_entity(self, entity):
        """Return whether it was added."""
        return entity in self._entities

    def can_execute(self, entity):
        """Return whether a callback may run now."""
        return True

    def beginning_execution(self, entity):
        """Return whether a callback may run now, and count it."""
        return True

    def ending_execution(self, entity):
        """Say that a callback ended."""


class ReentrantCallbackGroup(CallbackGroup):
    """Callbacks may run at the same time."""


class MutuallyExclusiveCallbackGroup(CallbackGroup):
    """Callbacks run one after the other: none begins while the coroutine of another waits."""

    def __init__(self):
        """Begin empty."""
        super().__init__()
        self._active = None

    def can_execute(self, entity):
        """Return whether a callback may run now."""
        return self._active is None

    def beginning_execution(self, entity):
        """Return whether a callback may run now, and have it occupy the group."""
        if self._active is not None:
            return False
        self._active = entity
        return True

    def ending_execution(self, entity):
        """Free the group for the next callback."""
        self._active = None
