"""Messages become the bytes that ROS 2 writes, and only such bytes become messages."""

import random
import tracemalloc

from ament_index_python.packages import get_package_share_path
from launch_runs import require_standalone
import numpy as np
import pytest
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import CompressedImage, JointState
from std_msgs.msg import Header, String
from std_srvs.srv import Trigger

require_standalone()

from rosbags.typesys import get_types_from_msg, get_typestore, Stores  # noqa: E402
from rosidl_standalone.field_checks import integer_range  # noqa: E402
from rosidl_standalone.messages import message_class  # noqa: E402

MEGABYTE = 1_000_000


@pytest.fixture(scope='module')
def store():
    """Return rosbags' type store, which serialises independently, with this package's types."""
    store = get_typestore(Stores.ROS2_JAZZY)
    for path in (get_package_share_path('sgft_ros') / 'msg').glob('*.msg'):
        store.register(get_types_from_msg(path.read_text(), f'sgft_ros/msg/{path.stem}'))
    return store


def filled(cls, draw):
    """Return a message with random content in every field."""
    message = cls()
    for field in cls._definition.fields:
        type_ = field.type
        if type_.kind == 'single':
            value = random_value(type_, draw)
        else:
            count = type_.size if type_.kind == 'array' else draw.randrange((type_.size or 3) + 1)
            value = [random_value(type_, draw) for _ in range(min(count, type_.size or 3))]
        setattr(message, field.name, value)
    return message


def random_value(type_, draw):
    if type_.is_message:
        return filled(message_class(type_.base), draw)
    if type_.base == 'bool':
        return draw.random() < 0.5
    if type_.base == 'byte':
        return bytes([draw.randrange(256)])
    if type_.base == 'string':
        return ''.join(draw.choices('abcä€', k=draw.randrange(9)))
    if type_.base.startswith('float'):
        return float(np.float32(draw.random()))
    return draw.randint(*integer_range(type_.base))


def as_rosbags(message, store):
    """Return the message as one of rosbags' dataclasses."""
    values = {}
    for field in message._definition.fields:
        value, type_ = getattr(message, field.name), field.type
        if type_.base == 'byte':  # signed there
            value = int.from_bytes(value, 'little', signed=True) if type_.kind == 'single' \
                else np.frombuffer(b''.join(value), np.uint8)
        elif type_.is_message:
            value = as_rosbags(value, store) if type_.kind == 'single' \
                else [as_rosbags(element, store) for element in value]
        elif type_.kind != 'single' and type_.base != 'string':
            value = np.array(value, type_.base)
        values[field.name] = value
    return store.types[message._definition.name](**values)


def test_every_message_has_the_bytes_that_rosbags_writes_and_survives_them(store):
    draw = random.Random(1)
    for name in store.fielddefs:
        cls = message_class(name)
        for _ in range(3):
            message = filled(cls, draw)
            data = serialize_message(message)
            theirs = as_rosbags(message, store)
            assert data == store.serialize_cdr(theirs, name, little_endian=True), message
            assert deserialize_message(data, cls) == message
            assert repr(deserialize_message(memoryview(data), cls)) == repr(message)
            swapped = store.serialize_cdr(theirs, name, little_endian=False)
            assert deserialize_message(bytes(swapped), cls) == message


def test_a_message_that_ends_early_is_refused_wherever_it_ends():
    draw = random.Random(2)
    for name in ('sgft_ros/msg/Transition', 'visualization_msgs/msg/MarkerArray',
                 'rcl_interfaces/msg/ParameterEvent', 'sensor_msgs/msg/Imu'):
        cls = message_class(name)
        message = filled(cls, draw)
        data = serialize_message(message)
        for end in range(len(data) - 1):
            with pytest.raises(ValueError, match=f'cannot deserialize {name}'):
                deserialize_message(data[:end], cls)


def test_bytes_of_something_else_are_refused():
    with pytest.raises(ValueError, match='it ends after 13'):
        deserialize_message(serialize_message(String(data='abcd')) + bytes(8), String)
    with pytest.raises(ValueError, match='encapsulation header'):
        deserialize_message(b'\x12\x34\0\0', String)
    with pytest.raises(ValueError, match='encapsulation header'):
        deserialize_message(b'', String)
    with pytest.raises(ValueError, match='utf-8'):
        deserialize_message(b'\0\1\0\0\2\0\0\0\xff\0', String)


def test_random_bytes_never_do_worse_than_a_value_error():
    draw = random.Random(3)
    for name in ('visualization_msgs/msg/MarkerArray', 'rcl_interfaces/msg/ParameterEvent'):
        cls = message_class(name)
        data = serialize_message(filled(cls, draw))
        for _ in range(300):
            damaged = bytearray(data)
            for _ in range(3):
                damaged[draw.randrange(4, len(damaged))] = draw.choice((0, 1, 127, 255))
            try:
                deserialize_message(bytes(damaged), cls)
            except ValueError:
                pass


def test_an_empty_request_is_one_zero_byte():
    assert serialize_message(Trigger.Request()) == b'\0\1\0\0\0'
    assert deserialize_message(b'\0\1\0\0\0', Trigger.Request) == Trigger.Request()


def test_padding_after_a_message_is_accepted():
    data = serialize_message(String(data='abcd'))
    assert deserialize_message(data + bytes(3), String).data == 'abcd'


def test_a_list_filled_with_something_wrong_is_refused_with_the_type_named():
    message = JointState()
    message.name.append(3)
    with pytest.raises(TypeError, match='sensor_msgs/msg/JointState'):
        serialize_message(message)


def test_only_messages_are_serialized():
    with pytest.raises(TypeError, match="expected a message, not 'dict'"):
        serialize_message({'data': 1})
    with pytest.raises(TypeError, match='expected a message class'):
        deserialize_message(b'\0\1\0\0', dict)
    with pytest.raises(TypeError, match='expected a message class'):
        deserialize_message(b'\0\1\0\0', Trigger)


def test_a_large_array_is_written_and_read_as_a_whole():
    message = CompressedImage(header=Header(frame_id='camera'), data=bytes(MEGABYTE))
    data = serialize_message(message)
    assert deserialize_message(data, CompressedImage) == message
    tracemalloc.start()
    serialize_message(message)
    deserialize_message(data, CompressedImage)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * MEGABYTE  # a list needs eight bytes for each element
