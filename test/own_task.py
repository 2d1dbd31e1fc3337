"""A task of one's own for the tests: the text of a class, with what it makes of a step."""

REACH = """
from sgft_ros.tasks.outcome import Outcome

class Reach:
    name = 'reach'
    gamma = 0.97
    max_steps = 40
    value_terms = ('tip_position',)

    @staticmethod
    def evaluate(raw):
        {evaluate}
"""


def reach(*evaluate):
    """Return the text, with the lines of `evaluate`."""
    return REACH.format(evaluate='\n        '.join(evaluate))
