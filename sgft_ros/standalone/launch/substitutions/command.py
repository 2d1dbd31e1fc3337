"""The output of a command."""

import shlex
import subprocess

from launch import logging
from launch.substitution import Substitution
from launch.substitutions.substitution_failure import SubstitutionFailure
from launch.utilities.normalize import normalize_to_list_of_substitutions
from launch.utilities.perform import perform_substitutions

ON_STDERR = ('fail', 'ignore', 'warn', 'capture')


class Command(Substitution):
    """Stand for the standard output of a command, which runs while everything waits."""

    def __init__(self, command, *, on_stderr='fail'):
        """
        Create a substitution of a command.

        :param command: joined to one text, then split by the rules of a shell
        :param on_stderr: what output on standard error does: 'fail', 'ignore', 'warn', or
            'capture' to have it in the result
        """
        self.command = normalize_to_list_of_substitutions(command)
        self.on_stderr = normalize_to_list_of_substitutions(on_stderr)

    def describe(self) -> str:
        """Return the command."""
        return f'Command({" + ".join(sub.describe() for sub in self.command)})'

    def perform(self, context) -> str:
        """
        Run the command and return its output.

        :raises SubstitutionFailure: if the command cannot be run or fails, with what it said
        """
        text = perform_substitutions(context, self.command)
        on_stderr = perform_substitutions(context, self.on_stderr)
        if on_stderr not in ON_STDERR:
            raise SubstitutionFailure(
                f'unknown on_stderr {on_stderr!r}; choose from: {", ".join(ON_STDERR)}')
        stderr = subprocess.STDOUT if on_stderr == 'capture' else subprocess.PIPE
        try:
            result = subprocess.run(
                shlex.split(text), stdout=subprocess.PIPE, stderr=stderr, text=True)
        except OSError as error:
            raise SubstitutionFailure(f'cannot run command {text!r}: {error}') from error
        if result.returncode != 0:
            raise SubstitutionFailure(
                f'command {text!r} failed with exit code {result.returncode}: '
                f'{result.stderr or result.stdout}')
        if result.stderr:
            message = f'command {text!r} wrote to standard error: {result.stderr}'
            if on_stderr == 'fail':
                raise SubstitutionFailure(message)
            if on_stderr == 'warn':
                logging.get_logger('launch').warning(message)
        return result.stdout
