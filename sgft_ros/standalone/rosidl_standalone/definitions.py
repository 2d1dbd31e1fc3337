"""Find the definition of a message by its name: in rosbags, here, or in a package's share."""

from functools import cache
from pathlib import Path

from rosidl_standalone.interface_text import parse_message, parse_service
from rosidl_standalone.interface_types import Definition, Field, FieldType
from rosidl_standalone.rosbags_definitions import load_table, make_definition
from rosidl_standalone.service_texts import SERVICES

KINDS = ('msg', 'srv')


class UnknownInterfaceError(KeyError):
    """Raised for a message or service that has no definition."""

    def __str__(self):
        """Return the message itself, where KeyError would show it in quotes."""
        return str(self.args[0])


@cache
def built_in_packages() -> frozenset[str]:
    """Return the packages whose definitions need no package to be installed."""
    return frozenset(name.split('/')[0] for name in [*_table(), *SERVICES])


@cache
def interface_names(package: str, kind: str) -> tuple[str, ...]:
    """Return the names of a package's messages (kind msg) or services (kind srv)."""
    known = _table() if kind == 'msg' else SERVICES
    names = {name.split('/')[2] for name in known if name.startswith(f'{package}/{kind}/')}
    if not names and package not in built_in_packages():
        folder = _share_folder(package, kind)
        names = {path.stem for path in folder.glob(f'*.{kind}')} if folder else set()
    return tuple(sorted(names))


@cache
def find_definition(name: str) -> Definition:
    """
    Return the definition of a message; a service's messages are package/srv/Name_Request, ….

    :raises UnknownInterfaceError: if there is none
    """
    package, kind, short = name.split('/')
    if kind == 'srv':
        service, _, part = short.rpartition('_')
        if part in ('Request', 'Response', 'Event'):
            return _service_definitions(f'{package}/srv/{service}')[part]
    elif name in _table():
        return make_definition(name, _table()[name])
    elif short in interface_names(package, kind):
        return parse_message(name, _read(name))
    raise _unknown(name)


@cache
def _service_definitions(name: str) -> dict[str, Definition]:
    package, kind, short = name.split('/')
    if short not in interface_names(package, kind):
        raise _unknown(name)
    text = SERVICES[name] if name in SERVICES else _read(name)
    request, response = parse_service(name, text)
    event = Definition(f'{name}_Event', (
        Field('info', FieldType('service_msgs/msg/ServiceEventInfo')),
        Field('request', FieldType(request.name, kind='sequence', size=1)),
        Field('response', FieldType(response.name, kind='sequence', size=1))))
    return {'Request': request, 'Response': response, 'Event': event}


@cache
def _table() -> dict:
    return load_table()


@cache
def _share_folder(package: str, kind: str) -> Path | None:
    # Imported here because most programs need built-in messages only.
    from ament_index_python.packages import get_package_share_path, PackageNotFoundError
    try:
        folder = get_package_share_path(package) / kind
    except PackageNotFoundError:
        return None
    return folder if folder.is_dir() else None


def _read(name: str) -> str:
    package, kind, short = name.split('/')
    return _share_folder(package, kind).joinpath(f'{short}.{kind}').read_text(encoding='utf-8')


def _unknown(name: str) -> UnknownInterfaceError:
    package, kind, _ = name.split('/')
    choices = interface_names(package, kind)
    if choices:
        return UnknownInterfaceError(
            f'unknown interface {name!r}; {package} has: {", ".join(choices)}')
    return UnknownInterfaceError(f'unknown interface {name!r}; package {package!r} has no {kind}')
