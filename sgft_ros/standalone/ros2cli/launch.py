"""The verb `launch`: run a launch file."""

import argparse
from difflib import get_close_matches
import os
import signal
import sys

from ament_index_python.packages import PackageNotFoundError
from launch import (
    InvalidLaunchFileError,
    LaunchDescription,
    LaunchDescriptionSource,
    LaunchIntrospector,
    LaunchService,
)
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import get_launch_description_from_any_launch_file
from ros2cli.launch_files import find_launch_file, LaunchFileNotFoundError

UNDECLARED = ('emulate_tty', 'launch-prefix', 'launch-prefix-filter', 'ros_namespace',
              'sigkill_timeout', 'sigterm_timeout')  # launch configurations of launch itself


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb with its arguments; return the exit code."""
    arguments = _parser(prog).parse_intermixed_args(argv)
    try:
        path, names_and_values = _file_and_arguments(arguments)
        settings = parse_launch_arguments(names_and_values)
        description = get_launch_description_from_any_launch_file(path)
    except (InvalidLaunchFileError, LaunchFileNotFoundError, PackageNotFoundError,
            ValueError) as error:
        if arguments.debug:
            raise
        print(error, file=sys.stderr)
        return 1
    if arguments.print_description:
        print(LaunchIntrospector().format_launch_description(description))
        return 0
    if arguments.show_args:
        print_arguments(description)
        return 0
    if arguments.show_all_subprocesses_output:
        os.environ['OVERRIDE_LAUNCH_PROCESS_OUTPUT'] = 'both'
    warn_of_undeclared(description, settings)
    if arguments.launch_prefix is not None:
        settings['launch-prefix'] = arguments.launch_prefix
    if arguments.launch_prefix_filter is not None:
        settings['launch-prefix-filter'] = arguments.launch_prefix_filter
    return _launch(path, description, settings, arguments)


def parse_launch_arguments(names_and_values: list[str]) -> dict[str, str]:
    """
    Return launch arguments by name; of doubles the last one counts.

    :raises ValueError: if one is not of the form name:=value
    """
    settings = {}
    for text in names_and_values:
        name, assignment, value = text.partition(':=')
        if not assignment or not name or not value:
            raise ValueError(
                f"malformed launch argument '{text}', expected format '<name>:=<value>'")
        settings[name] = value
    return settings


def print_arguments(description: LaunchDescription):
    """Print the arguments that a launch file declares."""
    arguments = description.get_launch_arguments()
    print("Arguments (pass arguments as '<name>:=<value>'):")
    for argument in arguments:
        mark = '*' if argument._conditionally_included else ''
        print(f"\n    '{argument.name}':{mark}\n        {argument.description}")
        if argument.default_value is not None:
            default = ' + '.join(sub.describe() for sub in argument.default_value)
            print(f'        (default: {default})')
    if not arguments:
        print('\n  No arguments.')
    elif any(argument._conditionally_included for argument in arguments):
        print('\n* argument(s) which are only used if specific conditions occur')


def warn_of_undeclared(description: LaunchDescription, settings: dict[str, str]):
    """Warn of arguments that have no effect, as far as can be known before the launch."""
    if not settings:
        return
    declared = sorted(argument.name for argument in description.get_launch_arguments())
    for name in settings:
        if name in declared or name in UNDECLARED:
            continue
        near = get_close_matches(name, declared)
        hint = f'did you mean: {", ".join(near)}? ' if near else ''
        print(f"warning: the launch file declares no argument '{name}'; {hint}"
              f'declared are: {", ".join(declared) or "none"}', file=sys.stderr)


def _launch(path, description, settings, arguments) -> int:
    try:
        service = LaunchService(
            argv=[f'{name}:={value}' for name, value in settings.items()],
            noninteractive=arguments.noninteractive, debug=arguments.debug)
    except RuntimeError as error:  # no directory for the log files
        print(error, file=sys.stderr)
        return 1
    service.include_launch_description(LaunchDescription([
        IncludeLaunchDescription(
            LaunchDescriptionSource(description, location=path),
            launch_arguments=settings.items())]))
    try:
        return service.run()
    except KeyboardInterrupt:  # before the launch had begun
        return 128 + signal.SIGINT


def _file_and_arguments(arguments) -> tuple[str, list[str]]:
    first, second = arguments.package_name, arguments.launch_file_name
    if os.path.isfile(first):
        return first, [*([] if second is None else [second]), *arguments.launch_arguments]
    if second is None or ':=' in second:
        raise LaunchFileNotFoundError(
            f"no launch file '{first}'; expected the path of one, or a package and a file name")
    return find_launch_file(first, second), arguments.launch_arguments


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f'{prog} launch', description='Run a launch file')
    no_terminal = sys.stdin is None or not sys.stdin.isatty()
    parser.add_argument(
        '-n', '--noninteractive', action='store_true', default=no_terminal,
        help='run with no terminal associated')
    parser.add_argument(
        '-d', '--debug', action='store_true', help='print more, with tracebacks of errors')
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        '-p', '--print', '--print-description', action='store_true', dest='print_description',
        help='print the launch description without launching it')
    instead.add_argument(
        '-s', '--show-args', '--show-arguments', action='store_true', dest='show_args',
        help='show the arguments that may be given to the launch file')
    parser.add_argument(
        '-a', '--show-all-subprocesses-output', action='store_true',
        help='print the output of all processes, whatever the launch file says')
    parser.add_argument('--launch-prefix', help='command to put before all executables')
    parser.add_argument(
        '--launch-prefix-filter', help='regular expression of the executables to put it before')
    parser.add_argument('package_name', help='package of the launch file, or path of one')
    parser.add_argument('launch_file_name', nargs='?', help='name of the launch file')
    parser.add_argument(
        'launch_arguments', nargs='*', help="arguments of the launch file: '<name>:=<value>'")
    return parser


if __name__ == '__main__':
    sys.exit(main())
