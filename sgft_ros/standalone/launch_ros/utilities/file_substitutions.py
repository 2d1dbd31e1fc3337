"""Substitutions in the text of a parameter file: `$(var name)` and the like."""

import re

from launch.substitutions import (
    AnonName,
    Command,
    EnvironmentVariable,
    LaunchConfiguration,
    PythonExpression,
    SubstitutionFailure,
    ThisLaunchFile,
    ThisLaunchFileDir,
)
from launch_ros.substitutions import FindPackagePrefix, FindPackageShare

INNERMOST = re.compile(r'\$\((?P<name>[\w-]+)(?P<argument>[^$()]*|\s+\'[^\']*\'|\s+"[^"]*")\)')


def _with_default(substitution):
    def make(argument):
        name, _, default = argument.partition(' ')
        return substitution(name, default.strip() or None)

    return make


KINDS = {
    'anon': AnonName,
    'command': Command,
    'dirname': lambda argument: ThisLaunchFileDir(),
    'env': _with_default(
        lambda name, default: EnvironmentVariable(name, default_value=default)),
    'eval': PythonExpression,
    'filename': lambda argument: ThisLaunchFile(),
    'find-pkg-prefix': FindPackagePrefix,
    'find-pkg-share': FindPackageShare,
    'var': _with_default(lambda name, default: LaunchConfiguration(name, default=default)),
}


def perform_in_text(context, text: str) -> str:
    """
    Return a text with its substitutions performed, the innermost first.

    :raises SubstitutionFailure: if one is of an unknown kind, with the choices
    """

    def perform(match):
        kind = match['name']
        if kind not in KINDS:
            raise SubstitutionFailure(
                f'unknown substitution {match[0]!r}; choose from: {", ".join(KINDS)}')
        argument = match['argument'].strip()
        if len(argument) > 1 and argument[0] == argument[-1] and argument[0] in '\'"':
            argument = argument[1:-1]
        return KINDS[kind](argument).perform(context)

    while True:
        text, count = INNERMOST.subn(perform, text)
        if count == 0:
            return text
