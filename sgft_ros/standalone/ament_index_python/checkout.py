"""Packages that are imported from their source checkout, the way `pip install -e` leaves them."""

from importlib.util import find_spec
from pathlib import Path
import sys
from xml.etree import ElementTree

LEVELS_ABOVE = 2  # the Python package lies beside package.xml, or one folder deeper (src layout)


def find_checkout(package_name: str) -> Path | None:
    """Return the folder whose package.xml names the importable package, or None."""
    for directory in _package_directories(package_name):
        for folder in list(directory.parents)[:LEVELS_ABOVE]:
            if package_xml_name(folder) == package_name:
                return folder
    return None


def list_checkouts() -> dict[str, Path]:
    """Return name and folder of every checkout that the module search path leads to."""
    folders = {Path(entry or '.').resolve() for entry in sys.path}
    loaded = [module for name, module in list(sys.modules.items()) if '.' not in name]
    for module in loaded:
        for directory in getattr(module, '__path__', ()):
            folders.add(Path(directory).resolve().parent)
    found = {}
    for folder in sorted(folders):
        name = package_xml_name(folder)
        if name is not None and find_checkout(name) == folder:
            found[name] = folder
    return found


def package_xml_name(folder: Path) -> str | None:
    """Return the <name> in a folder's package.xml, or None without a readable one."""
    try:
        name = ElementTree.parse(folder / 'package.xml').findtext('name')
    except (OSError, ElementTree.ParseError):
        return None
    return name.strip() if name is not None else None


def _package_directories(package_name: str) -> list[Path]:
    try:
        spec = find_spec(package_name)
    except (ImportError, ValueError):
        return []
    if spec is None or spec.submodule_search_locations is None:
        return []
    return [Path(location).resolve() for location in spec.submodule_search_locations]
