"""Logic on texts that say true or false."""

from collections.abc import Iterable

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.type_utils import perform_typed_substitution


class _BooleanSubstitution(Substitution):
    """Combine operands, each a text or substitutions that say true, false, 1 or 0."""

    combine = None

    def __init__(self, operands: Iterable):
        self.operands = [normalize_to_list_of_substitutions(operand) for operand in operands]

    def describe(self) -> str:
        """Return the operands."""
        parts = (' + '.join(sub.describe() for sub in operand) for operand in self.operands)
        return f'{type(self).__name__}({", ".join(parts)})'

    def perform(self, context) -> str:
        """
        Return 'true' or 'false'.

        :raises SubstitutionFailure: if an operand says neither
        """
        try:
            values = [
                perform_typed_substitution(context, operand, bool) for operand in self.operands]
        except (TypeError, ValueError) as error:
            raise SubstitutionFailure(f'{self.describe()}: {error}') from error
        return str(type(self).combine(values)).lower()


class NotSubstitution(_BooleanSubstitution):
    """Stand for the opposite of a value."""

    combine = staticmethod(lambda values: not values[0])

    def __init__(self, value):
        """Create a substitution of the opposite of a value."""
        super().__init__([value])


class AndSubstitution(_BooleanSubstitution):
    """Stand for whether both values are true."""

    combine = all

    def __init__(self, left, right):
        """Create a substitution of two values."""
        super().__init__([left, right])


class OrSubstitution(_BooleanSubstitution):
    """Stand for whether at least one of two values is true."""

    combine = any

    def __init__(self, left, right):
        """Create a substitution of two values."""
        super().__init__([left, right])


class AllSubstitution(_BooleanSubstitution):
    """Stand for whether all values are true."""

    combine = all

    def __init__(self, *args):
        """Create a substitution of any number of values."""
        super().__init__(args)


class AnySubstitution(_BooleanSubstitution):
    """Stand for whether any value is true."""

    combine = any

    def __init__(self, *args):
        """Create a substitution of any number of values."""
        super().__init__(args)
