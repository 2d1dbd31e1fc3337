"""A text that is only known at run time."""


class Substitution:
    """Base of all substitutions."""

    def describe(self) -> str:
        """Return a text that says where the value will come from."""
        return f'{type(self).__name__}()'

    def perform(self, context) -> str:
        """Return the text that the substitution stands for in a context."""
        raise NotImplementedError(f'{type(self).__name__} does not implement perform()')
