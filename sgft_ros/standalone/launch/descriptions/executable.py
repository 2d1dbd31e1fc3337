"""A program with its arguments and surroundings."""

from collections.abc import Iterable
from itertools import count
import os
import re
import shlex

from launch.substitutions import LaunchConfiguration
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions

_numbers = count(1)  # of the processes of this launch, in the order in which they start


class Executable:
    """Describe a process; what is `final_...` is known once prepare() was called."""

    def __init__(self, *, cmd: Iterable, prefix=None, name=None, cwd=None, env=None,
                 additional_env=None, arguments: Iterable | None = None):
        """
        Create a description; every text may be substitutions.

        :param cmd: program and arguments
        :param prefix: command line to put before, such as 'gdb --args'; defaults to the launch
            configuration `launch-prefix`, for programs that `launch-prefix-filter` matches
        :param name: name of the process without its number; defaults to the program's
        :param cwd: working directory
        :param env: all environment variables; None inherits those of the launch
        :param additional_env: environment variables to add
        :param arguments: more arguments
        """
        if isinstance(cmd, str):
            raise TypeError(f'cmd must be a list of program and arguments, got {cmd!r}')
        self.program: str | None = None  # its name, where the first word of cmd is not
        self.cmd = [
            normalize_to_list_of_substitutions(part) for part in [*cmd, *(arguments or ())]]
        if not self.cmd:
            raise ValueError('cmd is empty; it must hold at least the program')
        self.prefix = normalize_to_list_of_substitutions(
            LaunchConfiguration('launch-prefix', default='') if prefix is None else prefix)
        self._prefix_filter = normalize_to_list_of_substitutions(
            LaunchConfiguration('launch-prefix-filter', default='') if prefix is None else '')
        self.name = None if name is None else normalize_to_list_of_substitutions(name)
        self.cwd = None if cwd is None else normalize_to_list_of_substitutions(cwd)
        self.env = _normalize_variables(env)
        self.additional_env = _normalize_variables(additional_env)
        self.final_cmd: list[str] | None = None
        self.final_cwd: str | None = None
        self.final_env: dict[str, str] | None = None
        self.final_name: str | None = None

    def prepare(self, context, action):
        """Perform all substitutions, and give the process its number."""
        cmd = [perform_substitutions(context, part) for part in self.cmd]
        program = os.path.basename(cmd[0]) if self.program is None else self.program
        pattern = perform_substitutions(context, self._prefix_filter)
        if re.match(pattern, program):
            cmd = shlex.split(perform_substitutions(context, self.prefix)) + cmd
        name = program if self.name is None else perform_substitutions(context, self.name)
        self.final_cmd = cmd
        self.final_name = f'{name}-{next(_numbers)}'
        self.final_cwd = None if self.cwd is None else perform_substitutions(context, self.cwd)
        self.final_env = (
            dict(context.environment) if self.env is None else _perform(context, self.env))
        self.final_env.update(_perform(context, self.additional_env or ()))


def _normalize_variables(variables):
    if variables is None:
        return None
    return [(normalize_to_list_of_substitutions(name), normalize_to_list_of_substitutions(value))
            for name, value in variables.items()]


def _perform(context, variables) -> dict[str, str]:
    return {perform_substitutions(context, name): perform_substitutions(context, value)
            for name, value in variables}
