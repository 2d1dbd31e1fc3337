"""Numbers that people write into task files, refused where they cannot be."""

import math


def check_number(
    name: str, value: object, *, whole=False, least=None, above=None, most=None, below=None,
) -> None:
    """
    Check that a value is a finite number within the bounds, of Python's own, as JSON knows it.

    :raises ValueError: if it is not, naming it
    """
    fits = (isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
            and math.isfinite(value)
            and (least is None or value >= least) and (above is None or value > above)
            and (most is None or value <= most) and (below is None or value < below))
    if not fits:
        bounds = (('at least', least), ('above', above), ('at most', most), ('below', below))
        said = ' and '.join(f'{word} {bound:g}' for word, bound in bounds if bound is not None)
        kind = 'whole number' if whole else 'number' if said else 'finite number'
        raise ValueError(f'{name}: expected a {kind} {said}'.rstrip() + f', got {value!r}')
