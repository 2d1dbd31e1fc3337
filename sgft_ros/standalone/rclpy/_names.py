"""Names: what is allowed, and what a relative one stands for."""

import re

from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidServiceNameException,
    InvalidTopicNameException,
)

TOKEN = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')
LONGEST_NODE_NAME = 255
LONGEST_TOPIC_NAME = 248  # DDS allows 256, the prefix takes some


def check_node_name(name):
    """Return True; raise InvalidNodeNameException if it is not one token."""
    if not name:
        raise InvalidNodeNameException(name, 'node name must not be empty', 0)
    for index, letter in enumerate(name):
        if not (letter.isascii() and (letter.isalnum() or letter == '_')):
            raise InvalidNodeNameException(
                name, "node name must not contain characters other than alphanumerics or '_'",
                index)
    if name[0].isdigit():
        raise InvalidNodeNameException(name, 'node name must not start with a number', 0)
    if len(name) > LONGEST_NODE_NAME:
        raise InvalidNodeNameException(
            name, f'node name must not be longer than {LONGEST_NODE_NAME} characters',
            LONGEST_NODE_NAME)
    return True


def check_namespace(namespace):
    """Return True; raise InvalidNamespaceException if it is not an absolute path."""
    if namespace == '/':
        return True
    problem = _path_problem(namespace, 'namespace')
    if problem:
        raise InvalidNamespaceException(namespace, *problem)
    return True


def check_full_name(name, is_service=False):
    """Return True; raise if it is not an absolute topic or service name."""
    problem = _path_problem(name, 'topic name')
    if not problem and len(name) > LONGEST_TOPIC_NAME:
        problem = f'topic name must not be longer than {LONGEST_TOPIC_NAME}', LONGEST_TOPIC_NAME
    if problem:
        raise _topic_error(is_service)(name, *problem)
    return True


def check_topic_name(name, is_service=False):
    """Return True; raise if it can be no topic or service name, relative or `~` included."""
    error = _topic_error(is_service)
    if not name:
        raise error(name, 'topic name must not be empty', 0)
    if name.startswith('~') and name != '~' and name[1] != '/':
        raise error(name, "tilde must be followed by a '/' if it is used", 1)
    plain = re.sub(r'\{(?:node|ns|namespace)\}', 'x', name)
    for bracket in '{}':
        if bracket in plain:
            raise error(name, 'substitution must be one of {node}, {ns}, {namespace}',
                        name.index(bracket))
    rest = plain.removeprefix('~').removeprefix('/') if plain != '~' else 'x'
    problem = _path_problem('/' + rest, 'topic name')
    if problem:
        raise error(name, problem[0], min(problem[1], len(name) - 1))
    return True


def expand(name, node_name, namespace, is_service=False):
    """Return the absolute name that a topic or service name stands for."""
    check_topic_name(name, is_service)
    inner = namespace.rstrip('/')
    name = name.replace('{node}', node_name)
    name = name.replace('{ns}', inner.lstrip('/')).replace('{namespace}', inner.lstrip('/'))
    if name.startswith('~'):
        name = f'{inner}/{node_name}{name[1:]}'
    elif not name.startswith('/'):
        name = f'{inner}/{name}'
    check_full_name(name, is_service)
    return name


def join(namespace, name):
    """Return the fully qualified name of a node."""
    return f'{namespace.rstrip("/")}/{name}'


def _path_problem(path, what):
    if not path:
        return f'{what} must not be empty', 0
    if path[0] != '/':
        return f"{what} must be absolute, it must lead with a '/'", 0
    if path[-1] == '/':
        return f"{what} must not end with a '/'", len(path) - 1
    index = 1
    for token in path[1:].split('/'):
        if not token:
            return f"{what} must not contain repeated '/'", index
        if not TOKEN.fullmatch(token):
            good = TOKEN.match(token)
            if token[0].isdigit():
                return f'{what} token must not start with a number', index
            return (f"{what} must not contain characters other than alphanumerics, '_', or '/'",
                    index + (good.end() if good else 0))
        index += len(token) + 1
    return None


def _topic_error(is_service):
    return InvalidServiceNameException if is_service else InvalidTopicNameException
