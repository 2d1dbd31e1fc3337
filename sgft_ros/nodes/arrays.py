"""Between NumPy and message fields without a Python list on the way."""

from array import array

import numpy as np


def float_sequence(values):
    """Return NumPy numbers of any shape as the `float32[]` field that rosidl keeps, in C order."""
    sequence = array('f')
    sequence.frombytes(np.ascontiguousarray(values, np.float32).tobytes())
    return sequence
