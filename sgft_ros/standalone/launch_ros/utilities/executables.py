"""From package and executable to the command that runs it."""

from configparser import ConfigParser
from functools import lru_cache
from importlib.metadata import entry_points
from importlib.util import find_spec
import os
from pathlib import Path
import re
import sys
import sysconfig

from ament_index_python.packages import get_package_prefix, PackageNotFoundError

ENTRY_POINT = re.compile(r'\s*(?P<name>[^=\s]+)\s*=\s*(?P<module>[\w.]+)\s*:\s*[\w.]+\s*')


class ExecutableNotFoundError(Exception):
    """Raised when a package has no executable of a name."""


def executable_command(package: str, executable: str) -> list[str]:
    """
    Return the command that runs an executable of a package.

    It is the program `<prefix>/lib/<package>/<executable>`, or else the Python module that the
    entry point of this name in the group `<package>.executables` is in, run as `python -m`.

    :raises PackageNotFoundError: if there is no such package
    :raises ExecutableNotFoundError: if it has no such executable, with the choices
    """
    programs = _programs(package)
    if executable in programs:
        return [str(programs[executable])]
    modules = module_executables(package)
    if executable in modules:
        # -P: a module in the working directory must not stand in for one of the library.
        safe_path = ['-P'] if sys.version_info >= (3, 11) else []
        return [sys.executable, *safe_path, '-m', modules[executable]]
    choices = ', '.join(sorted({*programs, *modules})) or 'none, it has no executables'
    raise ExecutableNotFoundError(
        f"executable '{executable}' not found in package '{package}'; choose from: {choices}")


@lru_cache(maxsize=64)
def module_executables(package: str) -> dict[str, str]:
    """Return the Python modules that are executables of a package, by executable."""
    group = f'{package}.executables'
    found = {}
    for name, module in _source_entry_points(package, group):
        found[name] = module
    for entry_point in entry_points(group=group):
        found[entry_point.name] = entry_point.module
    return found


def module_environment(package: str) -> dict[str, str]:
    """Return what the environment of `python -m` needs to find a package that is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return {}
    root = str(Path(next(iter(spec.submodule_search_locations))).resolve().parent)
    if root in (sysconfig.get_path('purelib'), sysconfig.get_path('platlib')):
        return {}
    paths = [path for path in os.environ.get('PYTHONPATH', '').split(os.pathsep) if path]
    return {} if root in paths else {'PYTHONPATH': os.pathsep.join([root, *paths])}


def _programs(package: str) -> dict[str, Path]:
    directory = Path(get_package_prefix(package), 'lib', package)
    if not directory.is_dir():
        return {}
    return {path.name: path for path in directory.iterdir()
            if path.is_file() and os.access(path, os.X_OK)}


def _source_entry_points(package: str, group: str) -> list[tuple[str, str]]:
    """Return names and modules of the entry points in the setup.cfg of a source checkout."""
    try:
        setup_cfg = Path(get_package_prefix(package), 'setup.cfg')
    except PackageNotFoundError:
        return []
    parser = ConfigParser(interpolation=None)
    parser.read(setup_cfg)
    text = parser.get('options.entry_points', group, fallback='')
    matches = (ENTRY_POINT.fullmatch(line) for line in text.splitlines())
    return [(match['name'], match['module']) for match in matches if match]
