"""Messages are filled from YAML and shown as YAML and CSV the way ros2 does."""

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Point
from launch_runs import require_standalone
import numpy as np
import pytest
from rcl_interfaces.msg import ParameterDescriptor
from rosidl_runtime_py import (
    get_interfaces,
    get_message_interfaces,
    get_service_interfaces,
    message_to_csv,
    message_to_ordereddict,
    message_to_yaml,
    set_message_fields,
)
from rosidl_runtime_py.utilities import get_action, get_interface, get_message, get_service
from sensor_msgs.msg import Imu, JointState
from std_msgs.msg import Header
from std_srvs.srv import SetBool
from visualization_msgs.msg import Marker
import yaml

require_standalone()


def test_interfaces_are_found_by_name():
    assert get_message('sensor_msgs/msg/JointState') is JointState
    assert get_message('sensor_msgs/JointState') is JointState
    assert get_service('std_srvs/srv/SetBool') is SetBool
    assert get_interface('std_srvs/srv/SetBool') is SetBool


@pytest.mark.parametrize(('find', 'name', 'error'), [
    (get_message, 'JointState', ValueError),
    (get_message, 'sensor_msgs/msg/', ValueError),
    (get_message, 'a/b/c/d', ValueError),
    (get_message, 'std_srvs/srv/SetBool', ValueError),
    (get_service, 'sensor_msgs/msg/JointState', ValueError),
    (get_message, 'sensor_msgs/msg/JointStates', AttributeError),
    (get_message, 'nowhere_msgs/msg/JointState', ModuleNotFoundError),
    (get_action, 'nav2_msgs/action/Spin', NotImplementedError),
])
def test_a_name_without_an_interface_is_refused(find, name, error):
    with pytest.raises(error) as raised:
        find(name)
    assert name.split('/')[0] in str(raised.value)


def test_yaml_of_a_message_fills_an_equal_message():
    message = Marker(
        header=Header(stamp=Time(sec=1, nanosec=2), frame_id='wörld'), ns='true', id=-3,
        points=[Point(x=1.5), Point(y=-1e-9)], text='a: "b"', frame_locked=True)
    for flow_style in (False, True):
        text = message_to_yaml(message, flow_style=flow_style)
        copy = Marker()
        set_message_fields(copy, yaml.safe_load(text))
        assert copy == message


def test_yaml_is_in_the_order_of_the_fields():
    assert message_to_yaml(Header(frame_id='base')) == (
        'stamp:\n  sec: 0\n  nanosec: 0\nframe_id: base\n')
    assert message_to_yaml(JointState(position=[1.0]), flow_style=True).endswith(
        'name: [], position: [1.0], velocity: [], effort: []}\n')


def test_bytes_are_shown_as_characters():
    assert message_to_ordereddict(DiagnosticStatus(level=b'\2'))['level'] == '\x02'


def test_arrays_and_strings_can_be_cut_or_summarised():
    message = JointState(name=['joint_one', 'b', 'c'], position=[1.0, 2.0, 3.0])
    cut = message_to_ordereddict(message, truncate_length=2)
    assert cut['name'] == ['jo...', 'b', '...']
    assert cut['position'] == [1.0, 2.0, '...']
    summary = message_to_ordereddict(message, no_arr=True)
    assert summary['name'] == '<sequence type: string, length: 3>'
    assert summary['position'] == '<sequence type: double, length: 3>'
    assert message_to_ordereddict(Imu(), no_arr=True)['orientation_covariance'] == \
        '<array type: double[9]>'
    assert message_to_ordereddict(Marker(), no_arr=True)['points'] == \
        '<sequence type: geometry_msgs/msg/Point, length: 0>'
    assert message_to_ordereddict(ParameterDescriptor(), no_arr=True)['integer_range'] == \
        '<sequence type: rcl_interfaces/msg/IntegerRange[1], length: 0>'
    assert message_to_ordereddict(Header(frame_id='base'), no_str=True)['frame_id'] == \
        '<string length: <4>>'


def test_csv_is_one_row():
    message = JointState(header=Header(frame_id='base'), name=['a', 'b'], position=[1.0, 2.0])
    assert message_to_csv(message) == '0,0,base,a,b,1.0,2.0,,'
    assert message_to_csv(message, truncate_length=1) == '0,0,b...,a,...,1.0,...,,'
    assert message_to_csv(DiagnosticStatus()) == "b'\\x00',,,,"


def test_only_the_given_fields_change():
    message = Point(x=1.0, y=2.0)
    set_message_fields(message, {'y': 3})
    assert message == Point(x=1.0, y=3.0)


def test_values_are_converted_as_yaml_needs_it():
    message = Imu()
    set_message_fields(message, {'orientation_covariance': range(9),
                                 'linear_acceleration': {'x': '1e3'}})
    assert np.array_equal(message.orientation_covariance, np.arange(9.0))
    assert message.linear_acceleration.x == 1000.0
    status = DiagnosticStatus()
    set_message_fields(status, {'level': 2, 'values': [{'key': 'a', 'value': 5}]})
    assert status.level == DiagnosticStatus.ERROR
    assert status.values[0].value == '5'


@pytest.mark.parametrize(('values', 'error', 'text'), [
    ({'postion': [1.0]}, AttributeError, "no attribute 'postion'.* choose from: header, name"),
    ({'header': {'stamp': {'seconds': 1}}}, AttributeError, "'seconds' \\(in 'header.stamp'\\)"),
    ({'header': {'stamp': {'sec': 'now'}}}, TypeError, "'header.stamp.sec': expected int"),
    ({'header': {'stamp': {'sec': 1.5}}}, TypeError, "'header.stamp.sec': expected int"),
    ({'header': {'stamp': {'sec': 2**31}}}, TypeError, "'header.stamp.sec': .* integer in"),
    ({'header': 3}, TypeError, "'header': expected a dictionary of the fields of Header"),
    ({'position': 3}, TypeError, "'position': expected a list"),
    ({'position': [1, 'two']}, TypeError, r"'position\[1\]': expected float, got 'two'"),
    ({'name': 'joint'}, TypeError, "'name': expected a list"),
    ([1], TypeError, 'JointState: expected a dictionary'),
])
def test_an_error_names_the_field(values, error, text):
    with pytest.raises(error, match=text):
        set_message_fields(JointState(), values)


def test_bool_is_not_what_any_text_is():
    request = SetBool.Request()
    set_message_fields(request, {'data': True})
    assert request.data is True
    with pytest.raises(TypeError, match="'data': expected bool, got 'false'"):
        set_message_fields(request, {'data': 'false'})


def test_stamps_can_be_set_later():
    message = Marker()
    setters = set_message_fields(message, {'header': 'auto'}, expand_header_auto=True)
    stamp = Time(sec=5)
    for setter in setters:
        setter(stamp)
    assert message.header.stamp == stamp
    header = Header()
    setter, = set_message_fields(header, {'stamp': 'now'}, expand_time_now=True)
    setter(stamp)
    assert header.stamp == stamp
    with pytest.raises(TypeError, match="'header'"):
        set_message_fields(message, {'header': 'auto'})


def test_interfaces_are_listed_by_package():
    assert 'msg/Transition' in get_message_interfaces(['sgft_ros'])['sgft_ros']
    assert get_service_interfaces(['std_srvs']) == {
        'std_srvs': ['srv/Empty', 'srv/SetBool', 'srv/Trigger']}
    everything = get_interfaces()
    assert 'msg/JointState' in everything['sensor_msgs'] and 'sgft_ros' in everything
    with pytest.raises(LookupError, match='nowhere_msgs'):
        get_interfaces(['nowhere_msgs'])
