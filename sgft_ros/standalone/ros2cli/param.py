"""The verbs of `param`."""

import sys

from rcl_interfaces.msg import ParameterType
from ros2cli.graph import add_graph_arguments, command_node, discover, nodes, services
from ros2cli.param_client import ParameterClient
from ros2cli.param_values import parameter_value, python_value, type_name, TYPES
from ros2cli.verbs import CommandError, near_names, run_verb, Verb
import yaml


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb that the arguments name; return the exit code."""
    return run_verb(argv, f'{prog} param', VERBS, 'List, read and set parameters of nodes')


def _node_argument(parser):
    add_graph_arguments(parser)
    parser.add_argument('node_name', help='name of the node')


def _list_arguments(parser):
    add_graph_arguments(parser)
    parser.add_argument('node_name', nargs='?', help='name of the node (default: all nodes)')
    parser.add_argument(
        '--include-hidden-nodes', action='store_true', help='list those of hidden nodes too')
    parser.add_argument('--param-prefixes', nargs='+', default=[], help='only names below these')
    parser.add_argument('--param-type', action='store_true', help='print the types too')


def _list(arguments):
    with command_node() as node:
        names = [arguments.node_name]
        if arguments.node_name is None:
            discover(node, arguments.spin_time)
            offered = services(node, True)
            names = [name for name in nodes(node, arguments.include_hidden_nodes)
                     if f'{name}/list_parameters' in offered]
        for name in names:
            client = ParameterClient(node, name, arguments.spin_time)
            parameters = client.list(arguments.param_prefixes)
            kinds = [''] * len(parameters)
            if arguments.param_type and parameters:
                kinds = [f' (type: {type_name(each.type)})'
                         for each in client.describe(parameters)]
            if arguments.node_name is None:
                print(f'{client.name}:')
            for parameter, kind in zip(parameters, kinds):
                print(f'  {parameter}{kind}')


def _get_arguments(parser):
    _node_argument(parser)
    parser.add_argument('parameter_name', help='name of the parameter')
    parser.add_argument('--hide-type', action='store_true', help='print only the value')


def _get(arguments):
    with command_node() as node:
        client = ParameterClient(node, arguments.node_name, arguments.spin_time)
        values = client.get([arguments.parameter_name])
        if not values or values[0].type == ParameterType.PARAMETER_NOT_SET:
            if arguments.parameter_name not in client.list():
                raise _unknown(client, arguments.parameter_name)
            print('Parameter not set.')
            return
        prefix = '' if arguments.hide_type else TYPES[values[0].type][1] + ' '
        print(f'{prefix}{python_value(values[0])}')


def _set_arguments(parser):
    _node_argument(parser)
    parser.add_argument('parameter_name', help='name of the parameter')
    parser.add_argument('value', help="value as YAML, e.g. 'true', '[1, 2]', '3.0' of a double")


def _set(arguments):
    name = arguments.parameter_name
    with command_node() as node:
        client = ParameterClient(node, arguments.node_name, arguments.spin_time)
        result = client.set([(name, parameter_value(arguments.value))])[0]
        if not result.successful:
            reason = f': {result.reason}' if result.reason else ''
            raise CommandError(f'Setting parameter failed{reason}')
        print('Set parameter successful' + (f': {result.reason}' if result.reason else ''))


def _describe_arguments(parser):
    _node_argument(parser)
    parser.add_argument('parameter_names', nargs='+', help='names of the parameters')


def _describe(arguments):
    with command_node() as node:
        client = ParameterClient(node, arguments.node_name, arguments.spin_time)
        known = client.list()
        for name in arguments.parameter_names:
            if name not in known:
                raise _unknown(client, name)
        for descriptor in client.describe(arguments.parameter_names):
            print(f'Parameter name: {descriptor.name}')
            print(f'  Type: {type_name(descriptor.type)}')
            if descriptor.description:
                print(f'  Description: {descriptor.description}')
            print('  Constraints:')
            if descriptor.read_only:
                print('    Read only: true')
            for limits in (*descriptor.integer_range, *descriptor.floating_point_range):
                print(f'    Min value: {limits.from_value}')
                print(f'    Max value: {limits.to_value}')
                if limits.step:
                    print(f'    Step: {limits.step}')
            if descriptor.additional_constraints:
                print(f'    Additional constraints: {descriptor.additional_constraints}')


def _dump(arguments):
    with command_node() as node:
        client = ParameterClient(node, arguments.node_name, arguments.spin_time)
        names = client.list()
        tree = {}
        for name, value in zip(names, client.get(names)):
            if value.type == ParameterType.PARAMETER_NOT_SET:
                continue  # a file of parameters has no word for it
            *groups, leaf = name.split('.')
            branch = tree
            for group in groups:
                branch = branch.setdefault(group, {})
                if not isinstance(branch, dict):  # 'a' is a parameter, as 'a.b' is
                    branch, leaf = tree, name
                    break
            branch[leaf] = python_value(value)
        print(yaml.safe_dump({client.name: {'ros__parameters': tree}}), end='')


def _unknown(client, name):
    return CommandError(f"node '{client.name}' has no parameter '{name}'"
                        f'{near_names(name, client.list())}')


VERBS = {
    'list': Verb('list the parameters of one node or of all', _list_arguments, _list),
    'get': Verb('print the value of a parameter', _get_arguments, _get),
    'set': Verb('set a parameter', _set_arguments, _set),
    'describe': Verb('print type, description and range of parameters',
                     _describe_arguments, _describe),
    'dump': Verb('print all parameters of a node as a file of parameters', _node_argument, _dump),
}

if __name__ == '__main__':
    sys.exit(main())
