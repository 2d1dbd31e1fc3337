"""A local value of the context."""

import re

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure

STEP = re.compile(r"""\.?(?P<name>[A-Za-z_]\w*)|\[(?P<quote>['"])(?P<key>[^'"]+)(?P=quote)\]""")


class LocalSubstitution(Substitution):
    """Stand for a local value, such as `event.name` while an event is handled."""

    def __init__(self, expression: str, description: str | None = None):
        """Create a substitution of names joined by dots, and keys: `event.action['name']`."""
        self.expression = expression
        self.description = description

    def describe(self) -> str:
        """Return the expression."""
        return f"LocalVar('{self.description or self.expression}')"

    def perform(self, context) -> str:
        """
        Return the value as a text.

        :raises SubstitutionFailure: if there is no such value
        """
        value = context.locals
        position = 0
        while position < len(self.expression):
            step = STEP.match(self.expression, position)
            if step is None:
                raise SubstitutionFailure(f'invalid local expression {self.expression!r}')
            try:
                value = value[step['key']] if step['key'] else getattr(value, step['name'])
            except (AttributeError, KeyError, TypeError) as error:
                known = ', '.join(sorted(context.get_locals_as_dict()))
                raise SubstitutionFailure(
                    f'no local value {self.expression!r}; there are: {known or "none"}'
                ) from error
            position = step.end()
        return str(value)
