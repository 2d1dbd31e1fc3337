"""Reading YAML files so that every mistake is answered with file, key, expectation and choices."""

from collections.abc import Iterable
from difflib import get_close_matches
import math
from pathlib import Path
import re

import yaml

_MISSING = object()
# Of a topic or service, see https://design.ros2.org/articles/topic_and_service_names.html.
_NAME = re.compile(r'(~?/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*')


class ContractError(ValueError):
    """A configuration file says something that cannot be; the message names file and key."""


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice, where PyYAML would keep the last in silence."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    problem=f'key {key!r} appears twice', problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def load_yaml(file: Path, keys: Iterable[str]) -> 'Section':
    """
    Read a YAML file whose top level holds these keys and no others.

    :raises ContractError: if it cannot be read, is no YAML, or holds an unknown key
    """
    try:
        with file.open(encoding='utf-8') as stream:  # whose name the errors tell
            values = yaml.load(stream, Loader=_Loader)
    except OSError as error:
        raise ContractError(f'{file}: cannot be read: {error.strerror}') from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f'{file}: is no valid YAML: {error}') from error
    return Section(str(file), '', values, keys)


def suggest(word: object, choices: Iterable[str]) -> str:
    """Return `; did you mean ...? choose from: ...` for an error message."""
    choices = sorted(choices)
    near = get_close_matches(str(word), choices, 1)
    guess = f'; did you mean {near[0]!r}?' if near else ';'
    return f'{guess} choose from: {", ".join(choices)}'


class Section:
    """One mapping of a YAML file; each getter raises ContractError for a value not as asked."""

    def __init__(self, file: str, path: str, values: object, keys: Iterable[str]):
        """Take the mapping found under the dotted key `path`, which may hold `keys` only."""
        self.file = file
        self.path = path
        if not isinstance(values, dict):
            self.fail('', 'a mapping of keys to values', values)
        keys = tuple(keys)
        for key in values:
            if key not in keys:
                raise ContractError(f'{self._name("")}: unknown key {key!r}{suggest(key, keys)}')
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, key: str, expected: str, value: object):
        """Raise the ContractError for a value that is not what was expected."""
        hint = ''
        if isinstance(value, str) and _is_number(value):
            hint = ' (text: YAML numbers need a decimal point before the exponent, as in 1.0e-3)'
        raise ContractError(f'{self._name(key)}: expected {expected}, got {value!r}{hint}')

    def get(self, key: str, expected: str, default: object = _MISSING):
        """Return the value as it is, or the default."""
        if key in self._values:
            return self._values[key]
        if default is _MISSING:
            raise ContractError(f'{self._name(key)}: missing; expected {expected}')
        return default

    def number(
        self, key: str, *, minimum=None, above=None, maximum=None, default=_MISSING,
    ) -> float:
        """Return a finite float within the bounds (`above` is exclusive)."""
        bounds = (('>=', minimum), ('>', above), ('<=', maximum))
        expected = 'a finite number' + ''.join(
            f' {sign} {bound:g}' for sign, bound in bounds if bound is not None)
        value = self.get(key, expected, default)
        if not _within(value, minimum, above, maximum):
            self.fail(key, expected, value)
        return float(value)

    def index(self, key: str) -> int:
        """Return a whole number that is not negative."""
        expected = 'a whole number >= 0'
        value = self.get(key, expected)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            self.fail(key, expected, value)
        return value

    def numbers(self, key: str, size: int, *, spread=False, default=_MISSING) -> tuple[float, ...]:
        """Return `size` finite floats; with `spread`, a single number stands for all of them."""
        expected = f'{size} finite numbers' + (' or one for all' if spread else '')
        value = self.get(key, expected, default)
        if spread and _within(value):
            value = [value] * size
        if not isinstance(value, list) or len(value) != size or not all(map(_within, value)):
            self.fail(key, expected, value)
        return tuple(map(float, value))

    def text(self, key: str, default: object = _MISSING) -> str:
        """Return a text that is not empty."""
        value = self.get(key, 'a text', default)
        if not isinstance(value, str) or not value:
            self.fail(key, 'a text that is not empty', value)
        return value

    def name(self, key: str, default: object = _MISSING) -> str:
        """Return the name of a topic or service."""
        value = self.text(key, default)
        if not _NAME.fullmatch(value):
            self.fail(key, 'a ROS name as in arm/commands: letters, digits and _, with / between '
                      'its parts, none of which begins with a digit', value)
        return value

    def check_once(self, key: str, what: str, names: Iterable[str]) -> None:
        """Refuse a name that two of a list of sections have."""
        names = tuple(names)
        for name in names:
            if names.count(name) > 1:
                raise ContractError(f'{self.file}: {key}: {what} {name!r} appears twice')

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of different texts, at least one."""
        expected = 'a list of different texts'
        value = self.get(key, expected)
        if (not isinstance(value, list) or not value or len(set(map(str, value))) != len(value)
                or not all(isinstance(item, str) and item for item in value)):
            self.fail(key, expected, value)
        return tuple(value)

    def choice(self, key: str, choices: Iterable[str], default: object = _MISSING) -> str:
        """Return one of the choices."""
        choices = tuple(choices)
        value = self.get(key, f'one of {", ".join(choices)}', default)
        if value not in choices:
            raise ContractError(
                f'{self._name(key)}: unknown choice {value!r}{suggest(value, choices)}')
        return value

    def section(self, key: str, keys: Iterable[str]) -> 'Section':
        """Return the mapping under `key`."""
        return Section(self.file, self._path(key), self.get(key, 'a mapping'), keys)

    def sections(self, key: str, keys: Iterable[str]) -> list['Section']:
        """Return the mappings of the list under `key`, at least one."""
        items = self.get(key, 'a list of mappings')
        if not isinstance(items, list) or not items:
            self.fail(key, 'a list of mappings, at least one', items)
        return [Section(self.file, f'{self._path(key)}[{index}]', item, keys)
                for index, item in enumerate(items)]

    def _path(self, key):
        return '.'.join(part for part in (self.path, key) if part)

    def _name(self, key):
        return ': '.join(part for part in (self.file, self._path(key)) if part)


def _within(value, minimum=None, above=None, maximum=None) -> bool:
    return (isinstance(value, (int, float)) and not isinstance(value, bool)
            and math.isfinite(value)
            and (minimum is None or value >= minimum)
            and (above is None or value > above)
            and (maximum is None or value <= maximum))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
