"""Whether an action is to be executed."""

from collections.abc import Callable


class Condition:
    """Base of all conditions: a predicate on the launch context."""

    def __init__(self, *, predicate: Callable[['LaunchContext'], bool]):  # noqa: F821
        """Create a condition from a function of the context."""
        self._predicate = predicate

    def describe(self) -> str:
        """Return a text that says what the condition tests."""
        return f'{type(self).__name__}({self._predicate})'

    def evaluate(self, context) -> bool:
        """Return whether the condition holds in a context."""
        return self._predicate(context)
