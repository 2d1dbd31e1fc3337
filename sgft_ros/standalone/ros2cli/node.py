"""The verbs `node list` and `node info`."""

from collections import Counter
import sys

from ros2cli.graph import (
    absolute,
    add_graph_arguments,
    command_node,
    discover,
    is_hidden,
    nodes,
    wait_until,
)
from ros2cli.verbs import CommandError, near_names, run_verb, Verb


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb that the arguments name; return the exit code."""
    return run_verb(argv, f'{prog} node', VERBS, 'List nodes and what they offer')


def _list_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('-a', '--all', action='store_true', help='list hidden nodes too')
    parser.add_argument(
        '-c', '--count-nodes', action='store_true', help='only print the number of nodes')


def _list(arguments):
    with command_node() as node:
        discover(node, arguments.spin_time)
        names = nodes(node, arguments.all)
        if arguments.count_nodes:
            print(len(names))
            return
        doubles = [name for name, count in Counter(names).items() if count > 1]
        if doubles:
            print('WARNING: several nodes share a name, which has unintended effects: '
                  f'{", ".join(doubles)}', file=sys.stderr)
        for name in names:
            print(name)


def _info_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('node_name', help='name of the node')
    parser.add_argument(
        '--include-hidden', action='store_true', help='print hidden topics and services too')


def _info(arguments):
    wanted = absolute(arguments.node_name)
    with command_node() as node:
        if not wait_until(node, lambda: wanted in nodes(node, True), arguments.spin_time):
            raise CommandError(
                f"unable to find node '{wanted}'{near_names(wanted, nodes(node))}")
        discover(node, arguments.spin_time)
        namespace, _, name = wanted.rpartition('/')
        endpoints = {
            'Subscribers': node.get_subscriber_names_and_types_by_node,
            'Publishers': node.get_publisher_names_and_types_by_node,
            'Service Servers': node.get_service_names_and_types_by_node,
            'Service Clients': node.get_client_names_and_types_by_node,
        }
        print(wanted)
        for title, get in endpoints.items():
            lines = [f'    {topic}: {", ".join(types)}'
                     for topic, types in sorted(get(name, namespace or '/'))
                     if arguments.include_hidden or not is_hidden(topic)]
            print(f'  {title}:')
            print('\n'.join(lines))
        print('  Action Servers:\n\n  Action Clients:\n')


VERBS = {
    'list': Verb('list the running nodes', _list_arguments, _list),
    'info': Verb('print the topics and services of a node', _info_arguments, _info),
}

if __name__ == '__main__':
    sys.exit(main())
