"""A Python function as an action."""

from collections.abc import Callable, Iterable

from launch.action import Action


class OpaqueFunction(Action):
    """Call a function, which may return entities to visit."""

    def __init__(self, *, function: Callable, args: Iterable = (), kwargs: dict | None = None,
                 **left_over_kwargs):
        """Create an action from a function of the context and further arguments."""
        super().__init__(**left_over_kwargs)
        if not callable(function):
            raise TypeError(f'function of OpaqueFunction must be callable, got {function!r}')
        self._function = function
        self._args = tuple(args or ())
        self._kwargs = dict(kwargs or {})

    def describe(self) -> str:
        """Return the name of the function."""
        return f'OpaqueFunction({getattr(self._function, "__name__", self._function)})'

    def execute(self, context):
        """Call the function and return what it returns."""
        return self._function(context, *self._args, **self._kwargs)
