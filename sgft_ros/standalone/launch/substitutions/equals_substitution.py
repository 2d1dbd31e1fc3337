"""Whether two texts are equal."""

import math

from launch.substitution import Substitution
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions
from launch.utilities.type_utils import is_substitution

BOOLEANS = {'true': True, '1': True, 'false': False, '0': False}


class EqualsSubstitution(Substitution):
    """Stand for whether two values are equal: as booleans, as numbers, or else as texts."""

    def __init__(self, left, right):
        """Create a substitution from two values: scalars, None (empty), or substitutions."""
        self.left, self.right = _normalize(left), _normalize(right)

    def describe(self) -> str:
        """Return the two values."""
        left, right = (
            ' + '.join(sub.describe() for sub in side) for side in (self.left, self.right))
        return f'{type(self).__name__}({left}, {right})'

    def perform(self, context) -> str:
        """Return 'true' or 'false'."""
        return str(self._equal(context)).lower()

    def _equal(self, context) -> bool:
        left = perform_substitutions(context, self.left)
        right = perform_substitutions(context, self.right)
        if left.lower() in BOOLEANS and right.lower() in BOOLEANS:
            return BOOLEANS[left.lower()] == BOOLEANS[right.lower()]
        try:
            return math.isclose(float(left), float(right))
        except ValueError:
            return left == right


class NotEqualsSubstitution(EqualsSubstitution):
    """Stand for whether two values differ."""

    def perform(self, context) -> str:
        """Return 'true' or 'false'."""
        return str(not self._equal(context)).lower()


def _normalize(value):
    if is_substitution(value):
        return normalize_to_list_of_substitutions(value)
    return normalize_to_list_of_substitutions('' if value is None else str(value))
