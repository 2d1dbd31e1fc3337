"""Whether something is too old to be acted upon."""


def age_problem(what: str, age: float, limit: float) -> str:
    """
    Return a sentence if `age` [s] lies beyond `limit` [s] or is not a number, else nothing.

    A negative age is a stamp from the future: two clocks disagree, and nobody knows how old it is.
    """
    if abs(age) <= limit:
        return ''
    if age < 0.0:
        return f'{what}: stamp {-age:.3f} s in the future, limit {limit:g} s'
    return f'{what}: {age:.3f} s old, limit {limit:g} s'
