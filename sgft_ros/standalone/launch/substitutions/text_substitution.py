"""A text that is already known."""

from launch.substitution import Substitution


class TextSubstitution(Substitution):
    """Stand for a fixed text."""

    def __init__(self, *, text: str):
        """Create a substitution of a text."""
        if not isinstance(text, str):
            raise TypeError(f'text of TextSubstitution must be a str, got {text!r}')
        self.text = text

    def describe(self) -> str:
        """Return the text in quotes."""
        return f"'{self.text}'"

    def perform(self, context) -> str:
        """Return the text."""
        return self.text
