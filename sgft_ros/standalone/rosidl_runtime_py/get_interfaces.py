"""List the packages with interfaces and what they hold."""

from collections.abc import Iterable

from ament_index_python.packages import get_packages_with_prefixes
from rosidl_standalone.definitions import built_in_packages, interface_names, KINDS


def get_interface_packages() -> dict[str, str]:
    """Return the packages that have messages or services, each with where it comes from."""
    packages = dict.fromkeys(built_in_packages(), 'rosidl_standalone')
    for package, prefix in get_packages_with_prefixes().items():
        if any(interface_names(package, kind) for kind in KINDS):
            packages.setdefault(package, prefix)
    return packages


def get_interfaces(package_names: Iterable[str] = ()) -> dict[str, list[str]]:
    """
    Return the messages and services of packages as msg/Name and srv/Name.

    :param package_names: the packages; all if there are none
    :raises LookupError: if a package is not found
    """
    return _interfaces(package_names, KINDS)


def get_message_interfaces(package_names: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the messages of packages as msg/Name; the rest is as in get_interfaces()."""
    return _interfaces(package_names, ('msg',))


def get_service_interfaces(package_names: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the services of packages as srv/Name; the rest is as in get_interfaces()."""
    return _interfaces(package_names, ('srv',))


def _interfaces(package_names: Iterable[str], kinds: Iterable[str]) -> dict[str, list[str]]:
    package_names = list(package_names)
    known = get_interface_packages()
    for package in package_names:
        if package not in known and package not in get_packages_with_prefixes():
            raise LookupError(f"Unknown package '{package}'")
    found = {package: [f'{kind}/{name}' for kind in kinds
                       for name in interface_names(package, kind)]
             for package in package_names or sorted(known)}
    return {package: names for package, names in found.items() if names}
