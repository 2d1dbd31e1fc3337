"""Names and namespaces of nodes."""

import re

TOKEN = r'[A-Za-z_][A-Za-z0-9_]*'


def prefix_namespace(base: str | None, namespace: str | None) -> str | None:
    """Return a namespace below a base one; an absolute namespace stands for itself."""
    if namespace is None:
        joined = base
    elif not base or namespace.startswith('/'):
        joined = namespace
    else:
        joined = f'{base.rstrip("/")}/{namespace}'
    if joined is None or joined == '/':
        return joined
    return joined.rstrip('/')


def make_namespace_absolute(namespace: str | None) -> str | None:
    """Return a namespace with the leading slash."""
    if namespace is None or namespace.startswith('/'):
        return namespace
    return f'/{namespace}'


def check_node_name(name: str):
    """
    Check the name of a node.

    :raises ValueError: if it is not a name without namespace
    """
    if not re.fullmatch(TOKEN, name):
        raise ValueError(
            f'invalid node name {name!r}: expected letters, digits and _, not beginning with '
            'a digit')


def check_namespace(namespace: str):
    """
    Check an absolute namespace.

    :raises ValueError: if it is not one
    """
    if namespace != '/' and not re.fullmatch(rf'(/{TOKEN})+', namespace):
        raise ValueError(
            f'invalid namespace {namespace!r}: expected names of letters, digits and _, joined '
            'by single slashes')
