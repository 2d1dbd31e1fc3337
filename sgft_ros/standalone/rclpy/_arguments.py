"""What stands after --ros-args on a command line."""

from dataclasses import dataclass, field
from pathlib import Path

from rclpy._parameter_yaml import flatten, parse_value, read_parameter_file
from rclpy._rclpy_pybind11 import RCLInvalidROSArgsError

BEGIN, END = '--ros-args', '--'
SWITCHES = tuple(f'--{state}-{what}-logs' for state in ('enable', 'disable')
                 for what in ('rosout', 'stdout', 'external-lib'))
VALUED = {
    '-r': 'remap', '--remap': 'remap', '-p': 'param', '--param': 'param',
    '--params-file': 'params_file', '--log-level': 'log_level', '-e': 'enclave',
    '--enclave': 'enclave', '--log-config-file': 'log_config_file',
    '--log-file-name': 'log_file_name',
}


@dataclass(frozen=True)
class Remap:
    """A rule `node:from:=to`; without a node it holds for all."""

    node: str | None
    source: str
    target: str


@dataclass
class Arguments:
    """The parsed arguments, in their order."""

    remaps: list[Remap] = field(default_factory=list)
    parameters: list[tuple[str, dict]] = field(default_factory=list)  # node pattern, values
    log_levels: list[tuple[str, str]] = field(default_factory=list)  # logger, severity
    enclave: str = '/'
    rosout: bool = True
    stdout: bool = True
    unknown: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)  # all that is not for ROS


def parse(args):
    """Return the Arguments of a command line; raise RCLInvalidROSArgsError where it is wrong."""
    found = Arguments()
    words = iter(args)
    inside = False
    for word in words:
        if word == BEGIN:
            inside = True
        elif not inside:
            found.rest.append(word)
        elif word == END:
            inside = False
        elif word in SWITCHES:
            _switch(found, word)
        elif word in VALUED:
            value = next(words, None)
            if value is None:
                raise RCLInvalidROSArgsError(f'Failed to parse global arguments: {word} needs a '
                                             'value')
            _take(found, word, VALUED[word], value)
        else:
            found.unknown.append(word)
    return found


def _switch(found, word):
    enabled, _, what = word.removeprefix('--').partition('-')
    if what == 'rosout-logs':
        found.rosout = enabled == 'enable'
    elif what == 'stdout-logs':
        found.stdout = enabled == 'enable'


def _take(found, word, kind, value):
    try:
        if kind == 'remap':
            found.remaps.append(_remap(value))
        elif kind == 'param':
            found.parameters.append(_parameter(value))
        elif kind == 'params_file':
            found.parameters += read_parameter_file(Path(value))
        elif kind == 'log_level':
            logger, separator, level = value.rpartition(':=')
            found.log_levels.append((logger if separator else '', _severity(level)))
        elif kind == 'enclave':
            found.enclave = value
    except ValueError as error:
        raise RCLInvalidROSArgsError(
            f"Couldn't parse argument '{word} {value}': {error}") from None


def _remap(text):
    source, separator, target = text.partition(':=')
    if not separator or not source or not target:
        raise ValueError('expected a remap rule of the form [node:]from:=to')
    for scheme in ('rostopic://', 'rosservice://'):
        source = source.removeprefix(scheme)
    node, separator, name = source.partition(':')
    if not separator:
        return Remap(None, source, target)
    if not node or not name:
        raise ValueError('expected a remap rule of the form [node:]from:=to')
    return Remap(node, name, target)


def _parameter(text):
    name, separator, value = text.partition(':=')
    if not separator or not name:
        raise ValueError('expected a parameter of the form [node:]name:=value')
    node, separator, name = name.rpartition(':')
    if separator and not (node and name):
        raise ValueError('expected a parameter of the form [node:]name:=value')
    return node or '/**', flatten({name: parse_value(value)})


def _severity(text):
    from rclpy.logging import get_logging_severity_from_string
    get_logging_severity_from_string(text)
    return text
