"""
Numbers in bulk: sequences are array.array, arrays of fixed size numpy.ndarray, as in ROS 2.

What already is a buffer of the right numbers is taken over or copied as a whole, never element
by element.
"""

from array import array
from collections.abc import Callable

from rosidl_standalone.interface_types import ARRAY_CODES, FieldType

KINDS = {**dict.fromkeys('fd', 'float'), **dict.fromkeys('bhilq', 'signed integer'),
         **dict.fromkeys('BHILQ', 'unsigned integer')}


def array_check(name: str, type_: FieldType, check_elements: Callable) -> Callable:
    """Return the check of a sequence of numbers, kept as array.array."""
    code, bound = ARRAY_CODES[type_.base], type_.size

    def check(value):
        if isinstance(value, array):
            if value.typecode != code:
                raise AssertionError(
                    f"The '{name}' array.array() must have the type code of '{code}', "
                    f"not '{value.typecode}'")
            result = value
        elif isinstance(value, (list, tuple)):
            result = array(code, check_elements(value))
        elif (view := _buffer(value)) is not None:
            result = array_from_buffer(name, code, view)
        else:
            result = array(code, check_elements(value))
        if bound and len(result) > bound:
            raise AssertionError(
                f"The '{name}' array.array() must have a size <= {bound}, not {len(result)}")
        return result
    return check


def new_array(name: str, type_: FieldType) -> Callable:
    """Return the conversion of a constructor's argument: a copy, of whatever holds numbers."""
    code = ARRAY_CODES[type_.base]

    def convert(value):
        if isinstance(value, array) and value.typecode == code:
            return value[:]
        if not isinstance(value, (list, tuple)) and (view := _buffer(value)) is not None:
            return array_from_buffer(name, code, view)
        try:
            return array(code, value)
        except (TypeError, OverflowError) as error:
            raise AssertionError(f"The '{name}' field cannot hold this: {error}") from None
    return convert


def array_from_buffer(name: str, code: str, view: memoryview) -> array:
    """Copy a buffer of numbers, converting them if they are of another size."""
    if view.ndim != 1:
        raise AssertionError(
            f"The '{name}' field must have one dimension, not {view.ndim}: flatten it first")
    result = array(code)
    have = view.format.lstrip('@=<') if len(view.format) > 1 else view.format
    if not len(view):
        return result
    if KINDS.get(have) == KINDS[code] and view.itemsize == result.itemsize:
        result.frombytes(view.cast('B') if view.c_contiguous else view.tobytes())
        return result
    if KINDS.get(have) == 'float' == KINDS[code]:
        import numpy
        result.frombytes(numpy.asarray(view).astype(code).data.cast('B'))
        return result
    try:
        return array(code, view.tolist())
    except (TypeError, OverflowError, NotImplementedError, ValueError) as error:
        raise AssertionError(
            f"The '{name}' field cannot hold values of format '{view.format}': {error}") from None


def ndarray_check(name: str, type_: FieldType, check_elements: Callable) -> Callable:
    """Return the check of an array of fixed size, kept as numpy.ndarray."""
    import numpy
    dtype, size = numpy.dtype(type_.base), type_.size

    def check(value):
        if isinstance(value, numpy.ndarray):
            if value.dtype != dtype:
                raise AssertionError(
                    f"The '{name}' numpy.ndarray() must have the dtype of "
                    f"'numpy.{dtype}', not '{value.dtype}'")
            if value.size != size:
                raise AssertionError(
                    f"The '{name}' numpy.ndarray() must have a size of {size}, not {value.size}")
            return value
        if isinstance(value, bytes):  # numpy would read text in them, and so fails on ROS 2
            raise AssertionError(
                f"The '{name}' field must not be bytes; pass list(value) or "
                'numpy.frombuffer(value, numpy.uint8)')
        return numpy.array(check_elements(value), dtype=dtype)
    return check


def new_ndarray(name: str, type_: FieldType) -> Callable:
    """Return the conversion of a constructor's argument to numpy.ndarray."""
    import numpy
    dtype, size = numpy.dtype(type_.base), type_.size

    def convert(value):
        try:
            result = numpy.array(value, dtype=dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise AssertionError(f"The '{name}' field cannot hold this: {error}") from None
        if result.shape != (size,):
            raise AssertionError(
                f"The '{name}' field must have the shape ({size},), not {result.shape}")
        return result
    return convert


def _buffer(value) -> memoryview | None:
    if isinstance(value, array):
        return memoryview(value)
    try:
        return memoryview(value)
    except TypeError:
        return None
