"""Conditions on a text that says true or false."""

from launch.condition import Condition
from launch.conditions.evaluate import evaluate_condition_expression
from launch.utilities import normalize_to_list_of_substitutions


class IfCondition(Condition):
    """Hold if an expression says true or 1."""

    def __init__(self, predicate_expression):
        """Create a condition from a text or substitutions."""
        self._expression = normalize_to_list_of_substitutions(predicate_expression)
        super().__init__(
            predicate=lambda context: evaluate_condition_expression(context, self._expression))

    def describe(self) -> str:
        """Return the expression."""
        source = ' + '.join(sub.describe() for sub in self._expression)
        return f'{type(self).__name__}({source})'


class UnlessCondition(IfCondition):
    """Hold if an expression says false or 0."""

    def evaluate(self, context) -> bool:
        """Return whether the expression says false or 0."""
        return not super().evaluate(context)
