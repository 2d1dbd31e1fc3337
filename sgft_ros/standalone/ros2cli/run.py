"""The verb `run`: run an executable of a package."""

import argparse
import os
import shlex
import shutil
import signal
import sys

from ament_index_python.packages import PackageNotFoundError
from launch_ros.utilities.executables import (
    executable_command,
    ExecutableNotFoundError,
    module_environment,
)


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Become the executable; return an exit code only if that is not possible."""
    arguments = _parser(prog).parse_args(argv)
    try:
        command = executable_command(arguments.package_name, arguments.executable_name)
    except (ExecutableNotFoundError, PackageNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    environment = dict(os.environ)
    if len(command) > 1:
        environment.update(module_environment(arguments.package_name))
    command = [*shlex.split(arguments.prefix), *command, *arguments.argv]
    if shutil.which(command[0]) is None:
        print(f"no such program: '{command[0]}'", file=sys.stderr)
        return 1
    sys.stdout.flush()
    # Python ignores SIGPIPE, and programs inherit what is ignored.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execvpe(command[0], command, environment)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f'{prog} run', description='Run an executable of a package')
    parser.add_argument(
        '--prefix', default='', help="command to put before the executable, e.g. 'gdb --args'")
    parser.add_argument('package_name', help='name of the package')
    parser.add_argument('executable_name', help='name of the executable')
    parser.add_argument(
        'argv', nargs=argparse.REMAINDER, help='arguments of the executable')
    return parser


if __name__ == '__main__':
    sys.exit(main())
