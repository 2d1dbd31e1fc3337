"""
The message definitions that the pip package ``rosbags`` carries for a ROS distribution.

Importing its type store costs 0.2 s, most of it for the dataclasses that it makes of each
message. Only the table of definitions is needed here, so the module that holds it runs with a
``dataclass`` that does nothing, which takes 10 ms.
"""

import builtins
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

from rosidl_standalone.interface_types import (
    Constant,
    constant_value,
    Definition,
    Field,
    FieldType,
    SYNONYMS,
)

DISTRIBUTION = 'jazzy'
BASE, NAME, ARRAY, SEQUENCE = 1, 2, 3, 4  # rosbags.interfaces.Nodetype

# The store does not hold default values. These are all that its messages have, zeros apart.
DEFAULTS = {('geometry_msgs/msg/Quaternion', 'w'): 1.0,
            ('sensor_msgs/msg/NavSatStatus', 'status'): -2}


def load_table() -> dict:
    """Return fields and constants of every message of the distribution, as rosbags has them."""
    module = f'ros2_{DISTRIBUTION}'
    try:
        return _StoreModules().load(module).FIELDDEFS
    except Exception:  # another layout of rosbags; its own way always works, only slower
        from rosbags.typesys import get_typestore, Stores
        return get_typestore(Stores(module)).fielddefs


def make_definition(name: str, entry: tuple) -> Definition:
    """Return the definition that an entry of the table describes."""
    constants, fields = entry
    return Definition(
        name,
        tuple(Field(field, _field_type(description), DEFAULTS.get((name, field)))
              for field, description in fields
              if field != 'structure_needs_at_least_one_member'),
        tuple(Constant(constant, constant_value(SYNONYMS.get(base, base), value))
              for constant, base, value in constants))


def _field_type(description: tuple) -> FieldType:
    node, content = description
    if node == BASE:
        base, bound = content
        return FieldType(SYNONYMS.get(base, base), bound)
    if node == NAME:
        return FieldType(content)
    element, size = content
    kind = {ARRAY: 'array', SEQUENCE: 'sequence'}[node]
    return _field_type(element)._replace(kind=kind, size=size)


class _StoreModules:
    """Run the modules of rosbags' stores, each of which builds on an older distribution's."""

    def __init__(self):
        locations = find_spec('rosbags').submodule_search_locations
        self._folder = Path(locations[0], 'typesys', 'stores')
        self._loaded = {}

    def load(self, name: str) -> SimpleNamespace:
        if name not in self._loaded:
            loader = SourceFileLoader(
                f'rosbags.typesys.stores.{name}', str(self._folder / f'{name}.py'))
            namespace = {
                '__builtins__': {**vars(builtins), '__import__': self._import},
                '__name__': loader.name,
            }
            exec(loader.get_code(loader.name), namespace)
            self._loaded[name] = SimpleNamespace(**namespace)
        return self._loaded[name]

    def _import(self, name, globals=None, locals=None, fromlist=(), level=0):
        if name == 'dataclasses':
            return SimpleNamespace(dataclass=lambda cls: cls)
        if name == 'rosbags.interfaces':
            return SimpleNamespace(
                Nodetype=SimpleNamespace(BASE=BASE, NAME=NAME, ARRAY=ARRAY, SEQUENCE=SEQUENCE))
        if level == 1 and not name:  # from . import ros2_iron as base
            return SimpleNamespace(**{module: self.load(module) for module in fromlist})
        return builtins.__import__(name, globals, locals, fromlist, level)
