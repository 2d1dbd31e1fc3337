"""Whether something is too old to be acted upon."""

ANOTHER_TIME = 3e7  # [s], a year: no clock is set as wrong as that, but simulated time begins at 0


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
    if age > ANOTHER_TIME:
        return (f'{what}: stamp {age:.0f} s ago, as in simulated time; in it the launch needs '
                'use_sim_time:=true')
    if age < -ANOTHER_TIME:
        return (f'{what}: stamp {-age:.0f} s in the future, as by the system clock; its driver '
                'needs use_sim_time:=true, or the launch use_sim_time:=false')
    if age < 0.0:
        return f'{what}: stamp {-age:.3f} s in the future, limit {limit:g} s'
    return f'{what}: {age:.3f} s old, limit {limit:g} s'
