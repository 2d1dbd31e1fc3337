"""From a text to true or false."""

from launch.utilities.perform import perform_substitutions

TRUE, FALSE = ('true', '1'), ('false', '0')


class InvalidConditionExpressionError(Exception):
    """Raised when a condition says neither true nor false."""


def evaluate_condition_expression(context, expression) -> bool:
    """
    Return whether a list of substitutions says true or false, in any case of letters.

    :raises InvalidConditionExpressionError: if it says neither, with the choices
    """
    text = perform_substitutions(context, expression)
    if text.strip().lower() in TRUE:
        return True
    if text.strip().lower() in FALSE:
        return False
    source = ' + '.join(sub.describe() for sub in expression)
    raise InvalidConditionExpressionError(
        f'condition {source} says {text!r}; choose from: {", ".join(TRUE + FALSE)}')
