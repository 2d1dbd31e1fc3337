"""Whether something is too old to be acted upon."""


def believed_age(stamp: float, arrival: float, now: float) -> float:
    """
    Return how old a measurement is, all times being in one unit; negative for one of the future.

    What its stamp was ahead of its arrival counts against it for ever, and so does all time since:
    it must not pass for fresh when its time has come.
    """
    return now - stamp if stamp <= arrival else (arrival - stamp) - (now - arrival)


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
