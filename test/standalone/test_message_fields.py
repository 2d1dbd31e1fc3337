"""Message classes accept, refuse and show what the ones of rosidl do."""

from array import array
import copy
import math
import pickle
import tracemalloc

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from geometry_msgs.msg import Point, Polygon, Pose, Quaternion, Vector3
from launch_runs import require_standalone
import numpy as np
import pytest
from rcl_interfaces.msg import IntegerRange, ParameterDescriptor, ParameterType
from sensor_msgs.msg import CompressedImage, Imu, JointState, NavSatStatus, RegionOfInterest
from std_msgs.msg import ByteMultiArray, ColorRGBA, Empty, Float32, Header, Int8
from std_srvs.srv import SetBool, Trigger
from type_description_interfaces.msg import FieldType
from visualization_msgs.msg import Marker

require_standalone()

MEGABYTE = 1_000_000


def test_fields_start_at_zero_or_at_the_default_of_the_definition():
    message = JointState()
    assert message.header == Header(stamp=Time(sec=0, nanosec=0), frame_id='')
    assert message.name == []
    assert message.position == array('d')
    assert Quaternion() == Quaternion(x=0.0, y=0.0, z=0.0, w=1.0)
    assert Quaternion.W__DEFAULT == 1.0
    assert NavSatStatus().status == NavSatStatus.STATUS_UNKNOWN
    assert DiagnosticStatus().level == b'\0'


def test_messages_do_not_share_the_parts_that_can_be_changed():
    first, second = JointState(), JointState()
    first.position.append(1.0)
    first.name.append('a')
    first.header.stamp.sec = 7
    assert second == JointState()


def test_constants_belong_to_the_class_and_cannot_be_changed():
    assert Marker.SPHERE == 2 and Marker().SPHERE == 2
    assert DiagnosticStatus.ERROR == b'\2'
    with pytest.raises(AttributeError, match='SPHERE'):
        Marker.SPHERE = 3


def test_names_that_are_no_fields_are_refused():
    with pytest.raises(AssertionError, match='Invalid arguments passed to constructor: postion'):
        JointState(postion=[1.0])
    with pytest.raises(AttributeError, match='postion'):
        JointState().postion = [1.0]


@pytest.mark.parametrize(('message', 'field', 'wrong'), [
    (Float32(), 'data', 1),
    (Float32(), 'data', np.float32(1)),
    (Float32(), 'data', 1e39),
    (Int8(), 'data', 128),
    (Int8(), 'data', -129),
    (Int8(), 'data', 1.0),
    (Int8(), 'data', np.int8(1)),
    (Header(), 'frame_id', b'world'),
    (Header(), 'stamp', None),
    (Header(), 'stamp', Header()),
    (RegionOfInterest(), 'do_rectify', 1),
    (RegionOfInterest(), 'height', -1),
    (FieldType(), 'nested_type_name', 'x' * 256),
    (DiagnosticStatus(), 'level', 1),
    (DiagnosticStatus(), 'level', b'12'),
    (JointState(), 'name', 'joint'),
    (JointState(), 'name', ['joint', 1]),
    (JointState(), 'position', 1.0),
    (JointState(), 'position', [1]),
    (JointState(), 'position', 'abc'),
    (JointState(), 'position', array('f', [1.0])),
    (JointState(), 'position', np.zeros((2, 2))),
    (CompressedImage(), 'data', [256]),
    (CompressedImage(), 'data', np.array([0.5])),
    (CompressedImage(), 'data', np.array([256])),
    (Imu(), 'orientation_covariance', [0.0] * 8),
    (Imu(), 'orientation_covariance', np.zeros(8)),
    (Imu(), 'orientation_covariance', np.zeros(9, np.float32)),
    (Polygon(), 'points', [Point()]),
    (ParameterDescriptor(), 'integer_range', [IntegerRange(), IntegerRange()]),
    (ByteMultiArray(), 'data', [1]),
])
def test_a_value_that_does_not_fit_is_refused_and_the_field_named(message, field, wrong):
    before = copy.deepcopy(message)
    with pytest.raises(AssertionError, match=f"'{field}'"):
        setattr(message, field, wrong)
    assert message == before


def test_infinity_and_nan_are_floats():
    assert Float32(data=math.inf).data == math.inf
    assert math.isnan(Float32(data=math.nan).data)


@pytest.mark.parametrize('value', [
    b'\1\2\3', bytearray(b'\1\2\3'), [1, 2, 3], (1, 2, 3), memoryview(b'\1\2\3'),
    array('B', [1, 2, 3]), np.array([1, 2, 3], np.uint8), np.array([1, 2, 3]),
    np.array([1, 0, 2, 0, 3, 0], np.uint8)[::2]])
def test_bytes_come_from_any_container(value):
    message = CompressedImage()
    message.data = value
    assert message.data == array('B', b'\1\2\3')
    assert CompressedImage(data=value) == message


def test_floats_of_another_size_are_converted():
    message = JointState(position=np.array([0.5, 0.25], np.float32))
    assert message.position == array('d', [0.5, 0.25])
    message.position = np.array([2.0], '<f4')
    assert message.position == array('d', [2.0])
    message.position = np.zeros(0)
    assert message.position == array('d')


def test_the_constructor_copies_arrays_and_assignment_does_not():
    values = array('d', [1.0])
    constructed, assigned = JointState(position=values), JointState()
    assigned.position = values
    values[0] = 2.0
    assert constructed.position[0] == 1.0
    assert assigned.position is values


@pytest.mark.parametrize('value', [bytes(MEGABYTE), np.zeros(MEGABYTE, np.uint8)])
def test_a_large_array_is_copied_once_and_never_becomes_a_list(value):
    message = CompressedImage()
    tracemalloc.start()
    message.data = value
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * MEGABYTE  # a list needs eight bytes for each element


def test_arrays_of_fixed_size_are_numpy():
    message = Imu(orientation_covariance=range(9))
    assert message.orientation_covariance.dtype == np.float64
    values = np.ones(9)
    message.orientation_covariance = values
    assert message.orientation_covariance is values


def test_types_of_fields_are_named_in_idl():
    assert Marker.get_fields_and_field_types()['points'] == 'sequence<geometry_msgs/Point>'
    assert FieldType.get_fields_and_field_types() == {
        'type_id': 'uint8', 'capacity': 'uint64', 'string_capacity': 'uint64',
        'nested_type_name': 'string<255>'}
    assert Imu.get_fields_and_field_types()['orientation_covariance'] == 'double[9]'
    assert ParameterDescriptor.get_fields_and_field_types()['integer_range'] == \
        'sequence<rcl_interfaces/IntegerRange, 1>'
    assert ByteMultiArray.get_fields_and_field_types()['data'] == 'sequence<octet>'
    assert Empty.get_fields_and_field_types() == {}


def test_equality_compares_class_and_every_field():
    assert Point(x=1.0) != Vector3(x=1.0)
    assert Imu() == Imu()
    other = Imu()
    other.orientation_covariance[8] = 1.0
    assert Imu() != other
    assert Pose() != Pose(orientation=Quaternion(z=1.0))


def test_repr_is_that_of_rosidl():
    status = DiagnosticStatus(name='arm', values=[KeyValue(key='a', value='b')])
    assert repr(status) == (
        "diagnostic_msgs.msg.DiagnosticStatus(level=b'\\x00', name='arm', message='', "
        "hardware_id='', values=[diagnostic_msgs.msg.KeyValue(key='a', value='b')])")
    assert 'position=[1.0, 2.0], velocity=[]' in repr(JointState(position=[1.0, 2.0]))


def test_messages_can_be_copied_and_pickled():
    message = Marker(color=ColorRGBA(a=1.0), points=[Point(x=1.0)], text='ä')
    assert copy.deepcopy(message) == message == pickle.loads(pickle.dumps(message))
    request = SetBool.Request(data=True)
    assert pickle.loads(pickle.dumps(request)) == request


def test_a_service_holds_its_messages_and_cannot_be_instantiated():
    assert Trigger.Request() == Trigger.Request()
    assert Trigger.Response(success=True, message='done').message == 'done'
    assert Trigger.Event(response=[Trigger.Response()]).response == [Trigger.Response()]
    with pytest.raises(AssertionError, match='response'):
        Trigger.Event(response=[Trigger.Response(), Trigger.Response()])
    with pytest.raises(NotImplementedError):
        Trigger()


def test_parameter_types_have_their_numbers():
    names = ['NOT_SET', 'BOOL', 'INTEGER', 'DOUBLE', 'STRING', 'BYTE_ARRAY', 'BOOL_ARRAY',
             'INTEGER_ARRAY', 'DOUBLE_ARRAY', 'STRING_ARRAY']
    assert [getattr(ParameterType, f'PARAMETER_{name}') for name in names] == list(range(10))
