"""The value of a Python expression."""

from importlib import import_module

from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions


class PythonExpression(Substitution):
    """Stand for the text of what a Python expression evaluates to."""

    def __init__(self, expression, python_modules=('math',)):
        """
        Create a substitution of an expression.

        :param expression: joined to one text, then evaluated
        :param python_modules: names of modules that the expression uses by name; those of
            `math` are also known without the module's name
        """
        self.expression = normalize_to_list_of_substitutions(expression)
        self.python_modules = normalize_to_list_of_substitutions(python_modules)

    def describe(self) -> str:
        """Return the expression."""
        return f'PythonExpr({" + ".join(sub.describe() for sub in self.expression)})'

    def perform(self, context) -> str:
        """
        Evaluate the expression.

        :raises SubstitutionFailure: if the expression raises, naming it and the error
        """
        names = {}
        for sub in self.python_modules:
            name = context.perform_substitution(sub)
            module = import_module(name)
            names[name.partition('.')[0]] = import_module(name.partition('.')[0])
            if name == 'math':
                names.update(vars(module))
        text = perform_substitutions(context, self.expression)
        try:
            return str(eval(text, {}, names))
        except Exception as error:
            raise SubstitutionFailure(
                f'Python expression {text!r} failed: {type(error).__name__}: {error}') from error
