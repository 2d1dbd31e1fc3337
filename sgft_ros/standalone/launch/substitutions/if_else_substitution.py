"""One of two texts."""

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions
from launch.utilities.type_utils import perform_typed_substitution


class IfElseSubstitution(Substitution):
    """Stand for one value if a condition says true, and for another if it says false."""

    def __init__(self, condition, if_value='', else_value=''):
        """Create a substitution from a condition and at least one value."""
        if if_value == '' and else_value == '':
            raise RuntimeError('IfElseSubstitution needs if_value or else_value')
        self.condition = normalize_to_list_of_substitutions(condition)
        self.if_value = normalize_to_list_of_substitutions(if_value)
        self.else_value = normalize_to_list_of_substitutions(else_value)

    def describe(self) -> str:
        """Return condition and values."""
        parts = (' + '.join(sub.describe() for sub in part)
                 for part in (self.condition, self.if_value, self.else_value))
        return f'IfElse({", ".join(parts)})'

    def perform(self, context) -> str:
        """
        Return the value that the condition selects.

        :raises SubstitutionFailure: if the condition says neither true nor false
        """
        try:
            holds = perform_typed_substitution(context, self.condition, bool)
        except (TypeError, ValueError) as error:
            raise SubstitutionFailure(f'condition of {self.describe()}: {error}') from error
        return perform_substitutions(context, self.if_value if holds else self.else_value)
