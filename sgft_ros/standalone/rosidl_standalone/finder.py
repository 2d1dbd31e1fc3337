"""Let messages be imported under their ROS names, after all that is really installed."""

from importlib.machinery import ModuleSpec
import sys

from rosidl_standalone.definitions import built_in_packages, interface_names, KINDS
from rosidl_standalone.messages import message_class, service_class, snake_case

DEFINITIONS = 'rosbags'
SERVICE_PARTS = ('', '_Request', '_Response', '_Event')


class InterfaceFinder:
    """
    Find package, package.msg and package.msg._name, and the same for srv.

    It stands last on sys.meta_path, so that a package with generated messages goes first.
    """

    def find_spec(self, fullname: str, path=None, target=None) -> ModuleSpec | None:
        """Return how to make a module, or None for what has nothing to do with messages."""
        package, _, rest = fullname.partition('.')
        kind, _, module = rest.partition('.')
        if package == DEFINITIONS:  # is not installed; to look into it would lead here again
            return None
        if not rest:
            if package not in built_in_packages():
                return None
            names = {}
        elif kind not in KINDS:
            return None
        else:
            names = _interfaces(package, kind)
            if module:
                names = {name: full for name, full in names.items()
                         if f'_{snake_case(name)}' == module}
            if not names:
                return None
        return ModuleSpec(fullname, InterfaceLoader(names), is_package=not module)


class InterfaceLoader:
    """Fill a module with classes that are made when they are first asked for."""

    def __init__(self, names: dict[str, str]):
        self._names = names

    def create_module(self, spec):
        """Leave it to Python."""

    def exec_module(self, module):
        """Give the module a lazy look-up."""
        def look_up(attribute: str):
            for suffix in SERVICE_PARTS:
                name = attribute.removesuffix(suffix) if suffix else attribute
                if name in self._names and (not suffix or name != attribute):
                    cls = _make(self._names[name], suffix)
                    if cls is not None:
                        setattr(module, attribute, cls)
                        return cls
            raise AttributeError(f'module {module.__name__!r} has no attribute {attribute!r}')

        module.__getattr__ = look_up
        module.__dir__ = lambda: sorted({*vars(module), *self._names})
        module.__all__ = list(self._names)


def install():
    """Add the finder, once."""
    if not any(isinstance(finder, InterfaceFinder) for finder in sys.meta_path):
        sys.meta_path.append(InterfaceFinder())


def _interfaces(package: str, kind: str) -> dict[str, str]:
    return {name: f'{package}/{kind}/{name}' for name in interface_names(package, kind)}


def _make(name: str, suffix: str) -> type | None:
    if '/srv/' in name:
        return message_class(f'{name}{suffix}') if suffix else service_class(name)
    return None if suffix else message_class(name)
