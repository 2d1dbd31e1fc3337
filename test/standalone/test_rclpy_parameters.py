"""Parameters: declaration, types, ranges, callbacks, services, events, overrides."""

import pytest
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    ParameterEvent,
    ParameterType,
    SetParametersResult,
)
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
import rclpy
from rclpy._rclpy_pybind11 import RCLInvalidROSArgsError
from rclpy.exceptions import (
    InvalidParameterTypeException,
    InvalidParameterValueException,
    ParameterAlreadyDeclaredException,
    ParameterNotDeclaredException,
    ParameterUninitializedException,
)
from rclpy.parameter import get_parameter_value, Parameter
from rclpy.parameter_client import AsyncParameterClient
from rclpy_runs import call, collect, initialised, node, running, until

__all__ = ['node']


@pytest.mark.parametrize(('value', 'kind'), [
    (True, 'BOOL'), (7, 'INTEGER'), (0.5, 'DOUBLE'), ('text', 'STRING'),
    ([b'\1', b'\2'], 'BYTE_ARRAY'), ([True, False], 'BOOL_ARRAY'), ([1, 2], 'INTEGER_ARRAY'),
    ([0.5, 1.5], 'DOUBLE_ARRAY'), (['a', 'b'], 'STRING_ARRAY')])
def test_value_survives_its_message(value, kind):
    parameter = Parameter('name', value=value)
    assert parameter.type_ is Parameter.Type[kind]
    again = Parameter.from_parameter_msg(parameter.to_parameter_msg())
    assert (again.name, again.type_) == ('name', parameter.type_)
    assert (list(again.value) if isinstance(value, list) else again.value) == value


def test_type_of_a_declared_parameter_stays(node):
    assert node.declare_parameter('gain', 0.5).value == 0.5
    result = node.set_parameters([Parameter('gain', value='high')])[0]
    assert not result.successful and 'Wrong parameter type' in result.reason
    assert node.get_parameter('gain').value == 0.5
    with pytest.raises(ParameterAlreadyDeclaredException):
        node.declare_parameter('gain', 1.0)


def test_override_of_another_type_is_refused(domain_id):
    arguments = ['--ros-args', '-p', 'gain:=high', '-p', 'count:=2', '-p', 'empty:=[]']
    with initialised(args=arguments):
        node = rclpy.create_node('tester')
        with pytest.raises(InvalidParameterTypeException, match='DOUBLE'):
            node.declare_parameter('gain', 0.5)
        with pytest.raises(InvalidParameterTypeException):
            node.declare_parameter('count', 0.5)
        assert not node.has_parameter('count')
        assert node.declare_parameter('ignored', 1, ignore_override=True).value == 1


def test_dynamic_typing_takes_any_type(node):
    node.declare_parameter('any', 1, ParameterDescriptor(dynamic_typing=True))
    assert node.set_parameters([Parameter('any', value='text')])[0].successful
    assert node.get_parameter('any').value == 'text'


def test_ranges_and_steps_are_kept(node):
    node.declare_parameter('whole', 4, ParameterDescriptor(
        integer_range=[IntegerRange(from_value=0, to_value=10, step=2)]))
    node.declare_parameter('real', 0.5, ParameterDescriptor(
        floating_point_range=[FloatingPointRange(from_value=0.0, to_value=1.0)]))

    def can(name, value):
        return node.set_parameters([Parameter(name, value=value)])[0].successful

    assert can('whole', 10) and not can('whole', 12) and not can('whole', 3)
    assert can('real', 1.0) and not can('real', 1.5) and not can('real', -0.1)
    with pytest.raises(InvalidParameterValueException):
        node.declare_parameter('beyond', 11, ParameterDescriptor(
            integer_range=[IntegerRange(from_value=0, to_value=10)]))


def test_read_only_takes_the_override_and_nothing_after(node):
    node.declare_parameter('fixed', 1, ParameterDescriptor(read_only=True))
    result = node.set_parameters([Parameter('fixed', value=2)])[0]
    assert not result.successful and 'read-only' in result.reason


def test_parameter_without_value_and_unknown_one_raise(node):
    node.declare_parameter('later', Parameter.Type.DOUBLE)
    with pytest.raises(ParameterUninitializedException):
        node.get_parameter('later')
    assert node.set_parameters([Parameter('later', value=2.0)])[0].successful
    with pytest.raises(ParameterNotDeclaredException):
        node.get_parameter('unknown')
    with pytest.raises(ParameterNotDeclaredException):
        node.set_parameters([Parameter('unknown', value=1)])
    assert node.get_parameter_or('unknown', Parameter('unknown', value=3)).value == 3
    node.declare_parameter('empty', Parameter.Type.DOUBLE)
    assert node.get_parameter_or('empty', Parameter('empty', value=3.0)).value == 3.0


def test_type_is_told_by_its_number_and_named_as_rclpy_names_it(node):
    node.declare_parameter('gain', 0.5)
    assert node.get_parameter_type('gain') == ParameterType.PARAMETER_DOUBLE
    result = node.set_parameters([Parameter('gain', value=3)])[0]
    assert "'Type.DOUBLE' got 'Type.INTEGER'" in result.reason


def test_empty_list_among_the_overrides_leaves_the_parameter_without_value(domain_id):
    with initialised(args=['--ros-args', '-p', 'gains:=[]']):
        node = rclpy.create_node('tester')
        node.declare_parameter('gains', [0.5])
        with pytest.raises(ParameterUninitializedException):
            node.get_parameter('gains')
        assert node.set_parameters([Parameter('gains', value=[1.5])])[0].successful
        assert node.set_parameters([
            Parameter('gains', Parameter.Type.DOUBLE_ARRAY, [])])[0].successful
        assert not node.set_parameters([Parameter('gains', value=[])])[0].successful


def test_callbacks_may_change_refuse_and_hear(node):
    node.declare_parameters('', [('a', 1), ('b', 2)])
    heard = []

    def refuse_negative(parameters):
        good = all(parameter.value >= 0 for parameter in parameters)
        return SetParametersResult(successful=good, reason='' if good else 'negative')

    node.add_on_set_parameters_callback(refuse_negative)
    node.add_post_set_parameters_callback(heard.extend)
    result = node.set_parameters_atomically(
        [Parameter('a', value=5), Parameter('b', value=-1)])
    assert not result.successful and result.reason == 'negative'
    assert node.get_parameter('a').value == 1 and not heard
    node.add_pre_set_parameters_callback(
        lambda parameters: [*parameters, Parameter('b', value=9)])
    assert node.set_parameters_atomically([Parameter('a', value=5)]).successful
    assert [node.get_parameter(name).value for name in 'ab'] == [5, 9]
    assert [parameter.name for parameter in heard] == ['a', 'b']
    node.remove_on_set_parameters_callback(refuse_negative)
    assert node.set_parameters([Parameter('a', value=-1)])[0].successful


@pytest.mark.parametrize('error', [TypeError, ValueError])
def test_exception_of_a_callback_leaves_the_spinning(node, error):
    def fail(parameters):
        raise error('in the callback')

    node.declare_parameter('gain', 0.5)
    node.add_on_set_parameters_callback(fail)
    client = node.create_client(SetParameters, '/tester/set_parameters')
    request = SetParameters.Request(parameters=[Parameter('gain', value=1.0).to_parameter_msg()])
    with pytest.raises(error, match='in the callback'):
        call(node, client, request)


def test_prefixes_select_parameters(node):
    node.declare_parameters('arm', [('joint.p', 1.0), ('joint.i', 2.0), ('name', 'left')])
    below = node.get_parameters_by_prefix('arm.joint')
    assert {name: parameter.value for name, parameter in below.items()} == {'p': 1.0, 'i': 2.0}
    assert set(node.list_parameters(['arm'], 1).names) == {'arm.name'}
    assert set(node.list_parameters(['arm'], 0).names) == {'arm.joint.p', 'arm.joint.i',
                                                           'arm.name'}


OWNER = """
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
with initialised():
    node = rclpy.create_node('owner', namespace='ns')
    node.declare_parameter('gain', 0.5, ParameterDescriptor(
        description='how much', floating_point_range=[
            FloatingPointRange(from_value=0.0, to_value=1.0)]))
    node.declare_parameter('names', ['a', 'b'])
    rclpy.spin(node)
"""


def test_the_six_services_and_the_events_of_another_process(node):
    events = collect(node, ParameterEvent, '/parameter_events', 10)

    def ask(kind, service, **fields):
        client = node.create_client(kind, f'/ns/owner/{service}')
        return call(node, client, kind.Request(**fields))

    with running(OWNER, '--ros-args', '-p', 'gain:=0.25'):
        values = ask(GetParameters, 'get_parameters', names=['gain', 'names']).values
        assert values[0].double_value == 0.25
        assert list(values[1].string_array_value) == ['a', 'b']
        assert not ask(GetParameters, 'get_parameters', names=['unknown']).values
        types = ask(GetParameterTypes, 'get_parameter_types', names=['gain', 'names']).types
        assert list(types) == [ParameterType.PARAMETER_DOUBLE,
                               ParameterType.PARAMETER_STRING_ARRAY]
        described = ask(DescribeParameters, 'describe_parameters', names=['gain']).descriptors[0]
        assert (described.name, described.description) == ('gain', 'how much')
        assert described.floating_point_range[0].to_value == 1.0
        listed = ask(ListParameters, 'list_parameters').result.names
        assert {'gain', 'names', 'use_sim_time'} <= set(listed)

        wanted = [Parameter('gain', value=0.75), Parameter('gain', value=7.5),
                  Parameter('unknown', value=1)]
        results = ask(SetParameters, 'set_parameters', parameters=[
            parameter.to_parameter_msg() for parameter in wanted]).results
        assert [result.successful for result in results] == [True, False, False]
        result = ask(SetParametersAtomically, 'set_parameters_atomically', parameters=[
            Parameter('gain', value=0.5).to_parameter_msg(),
            Parameter('names', value=3).to_parameter_msg()]).result
        assert not result.successful
        until(node, lambda: any(event.changed_parameters for event in events))
    changed = [event for event in events if event.changed_parameters]
    assert changed[0].node == '/ns/owner'
    assert changed[0].changed_parameters[0].value.double_value == 0.75


def test_parameter_files_reach_the_nodes_that_they_name(domain_id, tmp_path):
    file = tmp_path / 'parameters.yaml'
    file.write_text("""
/**:
  ros__parameters:
    everywhere: 1
    nested: {deep: yes, list: [1.5, 2.0]}
/ns/tester:
  ros__parameters:
    here: 1e-3
    everywhere: 2
/other:
  ros__parameters:
    here: 5.0
""")
    arguments = ['--ros-args', '--params-file', str(file), '-p', 'text:="1.0"']
    with initialised(args=arguments):
        node = rclpy.create_node('tester', namespace='ns',
                                 automatically_declare_parameters_from_overrides=True)
        values = {name: node.get_parameter(name).value for name in (
            'everywhere', 'nested.deep', 'nested.list', 'here', 'text')}
    assert values == {'everywhere': 2, 'nested.deep': True, 'nested.list': [1.5, 2.0],
                      'here': 1e-3, 'text': '1.0'}


def test_sources_are_merged_by_the_nodes_that_they_name(domain_id, tmp_path):
    """What stands below a pattern keeps its place, however often the pattern comes again."""
    wild_first, wild_last = tmp_path / 'wild_first.yaml', tmp_path / 'wild_last.yaml'
    own = 'tester: {ros__parameters: {a: 2, b: 2, y: 2}}'
    wild_first.write_text('/**: {ros__parameters: {a: 1}}\n' + own)
    wild_last.write_text(own)
    for file, expected in ((wild_first, (2, 2, 2)), (wild_last, (3, 2, 2))):
        with initialised(args=['--ros-args', '--params-file', str(file), '-p', 'a:=3']):
            node = rclpy.create_node(
                'tester', automatically_declare_parameters_from_overrides=True)
            assert tuple(node.get_parameter(name).value for name in 'aby') == expected
            # Arguments of the node itself go before those of all nodes.
            other = rclpy.create_node(
                'other', cli_args=['--ros-args', '-p', 'a:=4'],
                automatically_declare_parameters_from_overrides=True)
            assert other.get_parameter('a').value == 4


def test_what_a_file_says_of_a_node_in_several_places_adds_up(domain_id, tmp_path):
    """As find_node and find_parameter in parse.c of rcl_yaml_param_parser have it."""
    file = tmp_path / 'parameters.yaml'
    file.write_text("""
tester:
  ros__parameters: {a: 1, b: 1, group: {x: 1}}
other:
  ros__parameters: {a: 5}
tester:
  ros__parameters: {b: 2}
  ros__parameters: {group: {y: 2}}
""")
    with initialised(args=['--ros-args', '--params-file', str(file)]):
        node = rclpy.create_node('tester', automatically_declare_parameters_from_overrides=True)
        values = {name: node.get_parameter(name).value for name in (
            'a', 'b', 'group.x', 'group.y')}
    assert values == {'a': 1, 'b': 2, 'group.x': 1, 'group.y': 2}


@pytest.mark.parametrize('text', [
    '/**: {ros__parameters: {a: &x [1], b: *x}}', '/**: {ros__parameters: {a: }}',
    '/**: {ros__parameters: }', 'ns//tester: {ros__parameters: {a: 1}}',
    'my-node: {ros__parameters: {a: 1}}', '/7: {ros__parameters: {a: 1}}'])
def test_parameter_file_that_rcl_cannot_read_is_refused(tmp_path, text):
    file = tmp_path / 'parameters.yaml'
    file.write_text(text)
    with pytest.raises(RCLInvalidROSArgsError), initialised(
            args=['--ros-args', '--params-file', str(file)]):
        pass


@pytest.mark.parametrize('text', ['a:=', 'a:={b: 1}'])
def test_argument_that_is_no_value_is_refused(text):
    with pytest.raises(RCLInvalidROSArgsError), initialised(args=['--ros-args', '-p', text]):
        pass


@pytest.mark.parametrize(('text', 'value'), [
    ('3', 3), ('3.0', 3.0), ('yes', True), ('y', 'y'), ('1e3', '1e3'), ('', ''), ('null', 'null'),
    ('[1, 2]', [1, 2]), ('[1, 2.5]', '[1, 2.5]'), ('[a, b]', ['a', 'b'])])
def test_type_of_a_text_is_guessed_by_the_rules_of_yaml_for_python(text, value):
    assert get_parameter_value(text) == Parameter('_', value=value).get_parameter_value()


def test_parameter_client_reads_and_sets(node):
    node.declare_parameter('gain', 0.5)
    client = AsyncParameterClient(node, 'tester')
    assert client.wait_for_services(timeout_sec=10.0)

    def answer(future):
        rclpy.spin_until_future_complete(node, future, timeout_sec=10.0)
        return future.result()

    assert 'gain' in answer(client.list_parameters()).result.names
    assert answer(client.set_parameters([Parameter('gain', value=2.0)])).results[0].successful
    assert answer(client.get_parameters(['gain'])).values[0].double_value == 2.0
