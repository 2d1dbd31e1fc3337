"""Values of a given type, some of them still to be substituted."""

from collections.abc import Iterable
from typing import get_args, get_origin

from launch.substitution import Substitution
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions
import yaml

SCALARS = (bool, int, float, str)
CHOICES = 'None, bool, int, float, str, or List[] of one of these'


def is_substitution(value) -> bool:
    """Return whether a value is a substitution, or an iterable of texts with at least one."""
    if isinstance(value, Substitution):
        return True
    if isinstance(value, str) or not isinstance(value, Iterable):
        return False
    items = list(value)
    return (all(isinstance(item, Substitution | str) for item in items)
            and any(isinstance(item, Substitution) for item in items))


def normalize_typed_substitution(value, data_type):
    """
    Return a scalar, a list of scalars, or substitutions, checked as far as possible now.

    :raises TypeError: if the value can never be of `data_type`
    :raises ValueError: if `data_type` is not one that values can have
    """
    kind, is_list = _split_type(data_type)
    if isinstance(value, SCALARS):
        if data_type is not None and (is_list or not _fits(value, kind)):
            raise TypeError(f'{value!r} is not of type {_text(data_type)}')
        return value
    if is_substitution(value):
        return normalize_to_list_of_substitutions(value)
    if not isinstance(value, Iterable):
        raise TypeError(f'expected a scalar, substitutions or a list of these, got {value!r}')
    if data_type is not None and not is_list:
        raise TypeError(f'the list {value!r} is not of type {_text(data_type)}')
    return _normalize_list(list(value), kind)


def perform_typed_substitution(context, value, data_type):
    """
    Return the value of `data_type` that a normalized value stands for in a context.

    :raises ValueError: if the text that results is not of that type
    """
    kind, is_list = _split_type(data_type)
    if isinstance(value, SCALARS):
        return value
    if value and all(isinstance(item, Substitution) for item in value):
        return coerce_to_type(perform_substitutions(context, value), data_type)
    items = [
        item if isinstance(item, SCALARS) else coerce_to_type(
            perform_substitutions(context, item), kind) for item in value]
    if len({type(item) for item in items}) > 1:
        raise ValueError(f'expected a list of values of one type, got {items!r}')
    return items


def coerce_to_type(text: str, data_type=None):
    """
    Return the value that a text stands for: by YAML's rules, or of `data_type`.

    :raises ValueError: if the text does not stand for a value of that type
    """
    kind, is_list = _split_type(data_type)
    if data_type is None:
        return _yaml_value(text)
    if is_list:
        items = _yaml_value(text)
        if not isinstance(items, list) or not all(_fits(item, kind) for item in items):
            raise ValueError(f'cannot convert {text!r} to {_text(data_type)}')
        return items
    try:
        return _parse_scalar(text, kind)
    except ValueError:
        raise ValueError(f'cannot convert {text!r} to {_text(data_type)}') from None


def _parse_scalar(text, kind):
    if kind is bool:
        value = _yaml_value({'1': 'true', '0': 'false'}.get(text, text))
        if not isinstance(value, bool):
            raise ValueError
        return value
    return kind(text)


def _yaml_value(text):
    if not text:
        return text
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f'{text!r} is not valid YAML: {error}') from None
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, SCALARS) for item in items):
        raise ValueError(f'{text!r} stands for {value!r}; expected one of: {CHOICES[6:]}')
    return value


def _normalize_list(items, kind):
    scalars = [item for item in items if isinstance(item, SCALARS)]
    if any(_fits(item, float) for item in scalars) and all(
            _fits(item, float) or _fits(item, int) for item in scalars):
        items = [float(item) if isinstance(item, SCALARS) else item for item in items]
        scalars = [item for item in items if isinstance(item, SCALARS)]
    for item in scalars:
        if kind is not None and not _fits(item, kind):
            raise TypeError(f'{item!r} in the list is not of type {_text(kind)}')
    for item in items:
        if not isinstance(item, SCALARS) and not is_substitution(item):
            raise TypeError(f'expected a scalar or substitutions in the list, got {item!r}')
    return [
        item if isinstance(item, SCALARS) else normalize_to_list_of_substitutions(item)
        for item in items]


def _fits(value, kind) -> bool:
    """Return whether a value is of a type; a bool is not an int, an int is not a float."""
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def _split_type(data_type):
    """Return the scalar type and whether a list of it is meant."""
    if data_type is None:
        return None, False
    is_list = get_origin(data_type) is list
    kind = get_args(data_type)[0] if is_list else data_type
    if kind not in SCALARS:
        raise ValueError(f'unknown type {_text(data_type)}; choose from: {CHOICES}')
    return kind, is_list


def _text(kind) -> str:
    return kind.__name__ if isinstance(kind, type) and get_origin(kind) is None else str(kind)
