"""A Python file of somebody's own, as a module."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import sys
from types import ModuleType


def load_file(path: Path) -> ModuleType:
    """Run a file and return its module; what it raises passes through."""
    spec = spec_from_file_location(f'_task_{path.stem}', path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look their annotations up
    spec.loader.exec_module(module)
    return module
