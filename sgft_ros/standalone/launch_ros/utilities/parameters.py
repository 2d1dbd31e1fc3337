"""Parameters of nodes: from what launch files hold to values."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Any

from launch.substitution import Substitution
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import is_substitution
from launch_ros.parameter_descriptions import Parameter, ParameterFile, ParameterValue
import yaml

SCALARS = (bool, int, float, str)
HINT = ('for a text that YAML takes for something else, use '
        'launch_ros.parameter_descriptions.ParameterValue(value, value_type=str)')


def normalize_parameters(parameters) -> list[dict | Parameter | ParameterFile]:
    """
    Return the parameters of a node as dictionaries, files and single parameters.

    :raises TypeError: for anything that can be none of these, naming it
    """
    if isinstance(parameters, str | Mapping) or not isinstance(parameters, Sequence):
        raise TypeError(
            f'parameters must be a list of dictionaries and paths of files, got {parameters!r}')
    normalized = []
    for item in parameters:
        if isinstance(item, Mapping):
            check_values(item)
        elif not isinstance(item, Parameter | ParameterFile):
            if not (isinstance(item, str | PathLike) or is_substitution(item)):
                raise TypeError(
                    f'parameters must hold dictionaries and paths of files, got {item!r}')
            item = ParameterFile(item)
        normalized.append(item)
    return normalized


def check_values(parameters: Mapping):
    """
    Check the types of values that will be parameters, as far as they are known now.

    :raises TypeError: if a value cannot be one, naming the parameter
    """
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            check_values(value)
        elif isinstance(value, list | tuple):
            if not value:
                raise TypeError(f'parameter {_text(name)}: an empty list has no type')
            for item in value:
                if _is_foreign(item, str) or not (
                        isinstance(item, SCALARS) or is_substitution(item)
                        or _is_list_of_texts(item)):
                    raise TypeError(f'parameter {_text(name)}: {item!r} in the list is not a '
                                    'bool, int, float, text or substitution')
        elif _is_foreign(value, SCALARS) or not isinstance(
                value, (*SCALARS, ParameterValue, Substitution)):
            raise TypeError(
                f'parameter {_text(name)}: expected bool, int, float, text, a list of these, '
                f'substitutions or a dictionary, got {value!r} of type {type(value).__name__}')


def evaluate_parameters(context, parameters: Mapping, prefix: str = '') -> dict[str, Any]:
    """
    Return the values of parameters, nested names joined by dots.

    Texts stay texts. What substitutions result in has the type that YAML gives it.

    :raises TypeError: if a value is of no type that parameters have, naming the parameter
    """
    values = {}
    for name, value in parameters.items():
        name = prefix + perform_substitutions(context, normalize_to_list_of_substitutions(name))
        if isinstance(value, Mapping):
            values.update(evaluate_parameters(context, value, f'{name}.'))
            continue
        try:
            values[name] = _evaluate(context, value)
        except (TypeError, ValueError) as error:
            raise TypeError(f"parameter '{name}': {error}") from error
    return values


def inline_yaml(value) -> str:
    """Return a value as YAML in one line, from which its type can be read again."""
    text = yaml.safe_dump(value, default_flow_style=True, width=float('inf')).strip()
    return text.removesuffix('...').strip()


def _evaluate(context, value):
    if isinstance(value, ParameterValue):
        return value.evaluate(context)
    if is_substitution(value):
        subs = normalize_to_list_of_substitutions(value)
        return _yaml_value(perform_substitutions(context, subs))
    if isinstance(value, list | tuple):
        return _uniform([
            item if isinstance(item, SCALARS) else _evaluate(context, _as_substitution(item))
            for item in value])
    return _plain(value)


def _yaml_value(text: str):
    try:
        value = yaml.safe_load(text) if text else ''
    except yaml.YAMLError as error:
        raise TypeError(f'{text!r} is not valid YAML ({error}); {HINT}') from None
    if isinstance(value, list):
        return _uniform(value)
    if not isinstance(value, SCALARS):
        raise TypeError(f'{text!r} stands for {value!r}, which no parameter can be; {HINT}')
    return value


def _uniform(items: list) -> list:
    kinds = {type(_plain(item)) for item in items}
    if kinds == {int, float}:
        return [float(item) for item in items]
    if len(kinds) != 1 or not kinds <= set(SCALARS):
        raise TypeError(f'expected a list of values of one type, got {items!r}')
    return [_plain(item) for item in items]


def _plain(value):
    """Return a value as exactly bool, int, float or str, also where it was of a subclass."""
    for kind in SCALARS:
        if isinstance(value, kind):
            return kind(value)
    return value


def _is_foreign(value, kinds) -> bool:
    """Return whether a value is of a subclass, as NumPy's, which rcl could not read."""
    return isinstance(value, kinds) and type(value) not in SCALARS


def _as_substitution(item):
    return normalize_to_list_of_substitutions(item)


def _is_list_of_texts(item) -> bool:
    return isinstance(item, list | tuple) and bool(item) and all(
        isinstance(part, str | Substitution) for part in item)


def _text(name) -> str:
    return repr(name) if isinstance(name, str) else str(
        [sub.describe() for sub in normalize_to_list_of_substitutions(name)])
