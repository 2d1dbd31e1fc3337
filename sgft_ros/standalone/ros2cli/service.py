"""The verbs of `service`."""

import sys

import rclpy
from rclpy.executors import ExternalShutdownException
from ros2cli.graph import (
    absolute,
    add_graph_arguments,
    command_node,
    discover,
    PATIENCE,
    services,
    wait_until,
)
from ros2cli.interfaces import filled, service_class
from ros2cli.verbs import CommandError, near_names, run_verb, Verb


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb that the arguments name; return the exit code."""
    return run_verb(argv, f'{prog} service', VERBS, 'List and call services')


def _list_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument(
        '-t', '--show-types', action='store_true', help='print the types too')
    parser.add_argument(
        '-c', '--count-services', action='store_true', help='only print the number of services')
    parser.add_argument(
        '--include-hidden-services', action='store_true', help='list hidden services too')


def _list(arguments):
    with command_node() as node:
        discover(node, arguments.spin_time)
        found = services(node, arguments.include_hidden_services)
        if arguments.count_services:
            print(len(found))
            return
        for name, types in found.items():
            print(f'{name} [{", ".join(types)}]' if arguments.show_types else name)


def _type_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('service_name', help='name of the service')


def _type(arguments):
    name = absolute(arguments.service_name)
    with command_node() as node:
        types = wait_until(node, lambda: services(node, True).get(name), arguments.spin_time)
        if not types:
            raise CommandError(f"unknown service '{name}'{near_names(name, services(node))}")
        for each in types:
            print(each)


def _find_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('service_type', help="type, e.g. 'std_srvs/srv/Trigger'")
    parser.add_argument(
        '--include-hidden-services', action='store_true', help='list hidden services too')


def _find(arguments):
    with command_node() as node:
        discover(node, arguments.spin_time)
        for name, types in services(node, arguments.include_hidden_services).items():
            if arguments.service_type in types:
                print(name)


def _call_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('service_name', help='name of the service')
    parser.add_argument('service_type', help="type, e.g. 'std_srvs/srv/SetBool'")
    parser.add_argument(
        'values', nargs='?', default='{}', help="fields as YAML, e.g. '{data: true}'")
    parser.add_argument('-r', '--rate', type=float, metavar='HZ', help='call again and again')
    parser.add_argument(
        '--timeout', type=float, default=None, metavar='SECONDS',
        help='how long to wait for the service and for each answer (default: for ever)')


def _call(arguments):
    cls = service_class(arguments.service_type)
    request = filled(cls.Request, arguments.values)
    name = absolute(arguments.service_name)
    with command_node() as node:
        client = node.create_client(cls, name)
        if not _appears(client, 0.5):
            _check_type(node, name, arguments.service_type)
            print('waiting for service to become available...', flush=True)
            _wait_for(node, client, name, arguments.timeout)
        while True:
            print(f'requester: making request: {request!r}\n', flush=True)
            future = client.call_async(request)
            rclpy.spin_until_future_complete(node, future, timeout_sec=arguments.timeout)
            if not future.done():
                _end_with_context()
                raise CommandError(f"no answer from '{name}' within {arguments.timeout} s")
            print(f'response:\n{future.result()!r}\n', flush=True)
            if arguments.rate is None:
                return 0
            _pause(node, 1.0 / arguments.rate)
    return 130


def _wait_for(node, client, name, timeout):
    """Wait for a service; say after a moment which one may be meant, and go on waiting."""
    left = timeout
    if timeout is None or timeout > PATIENCE:
        if _appears(client, PATIENCE):
            return
        print(f"no service '{name}' so far{near_names(name, services(node))}", file=sys.stderr,
              flush=True)
        left = None if timeout is None else timeout - PATIENCE
    if not _appears(client, left):
        raise CommandError(
            f"no service '{name}' within {timeout} s{near_names(name, services(node))}")


def _appears(client, timeout):
    found = client.wait_for_service(timeout_sec=timeout)
    if not found:
        _end_with_context()
    return found


def _end_with_context():
    if not rclpy.ok():  # SIGTERM, not the time, ended the wait
        raise ExternalShutdownException


def _check_type(node, name, wanted):
    types = services(node, True).get(name)
    if types and wanted not in types:
        raise CommandError(f"service '{name}' is of type {', '.join(types)}, not {wanted}")


def _pause(node, seconds):
    wait_until(node, lambda: False, seconds)


VERBS = {
    'list': Verb('list services', _list_arguments, _list),
    'type': Verb('print the type of a service', _type_arguments, _type),
    'find': Verb('list the services of a type', _find_arguments, _find),
    'call': Verb('call a service', _call_arguments, _call),
}

if __name__ == '__main__':
    sys.exit(main())
