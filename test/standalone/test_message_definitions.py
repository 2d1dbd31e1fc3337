"""Messages are imported by their ROS names, from rosbags or from a package's msg folder."""

import json
import os
import subprocess
import sys

from ament_index_python.packages import get_package_share_path
from launch_runs import require_standalone
import pytest

require_standalone()

from rosbags.typesys import get_types_from_msg  # noqa: E402
from rosidl_standalone.definitions import find_definition, UnknownInterfaceError  # noqa: E402
from rosidl_standalone.interface_text import (  # noqa: E402
    InterfaceSyntaxError,
    parse_message,
    parse_service,
)
from rosidl_standalone.rosbags_definitions import load_table, make_definition  # noqa: E402

SAMPLE = """
# comment
uint8 A=1   # one
string NAME = some text # not part of it
byte B=0x02
float64 half 0.5
string quoted "a # b"   # comment
string<=3 short 'abc'
int32[] numbers [1, -2, 0x10]
bool[<=2] flags [true, false]
string[2] words ["a, b", 'c']
Other other
std_msgs/Header[3] headers
char letter
"""


def python(code, **environment):
    """Run Python code in a process of its own and return what it printed."""
    environment = {**os.environ, **environment}
    environment.pop('ROS_STANDALONE_ANNOUNCED', None)
    return subprocess.run(
        [sys.executable, '-c', code], env=environment, check=True,
        capture_output=True, text=True, timeout=60)


def test_every_kind_of_line_is_understood():
    definition = parse_message('my_msgs/msg/Sample', SAMPLE)
    assert [tuple(constant) for constant in definition.constants] == [
        ('A', 1), ('NAME', 'some text'), ('B', b'\2')]
    fields = {field.name: field for field in definition.fields}
    assert fields['half'].default == 0.5
    assert fields['quoted'].default == 'a # b'
    assert fields['short'].type.string_bound == 3 and fields['short'].default == 'abc'
    assert fields['numbers'].default == [1, -2, 16]
    assert fields['flags'].type.size == 2 and fields['flags'].default == [True, False]
    assert fields['words'].default == ['a, b', 'c']
    assert fields['other'].type.base == 'my_msgs/msg/Other'
    assert fields['headers'].type.idl_name == 'std_msgs/Header[3]'
    assert fields['letter'].type.base == 'uint8'


@pytest.mark.parametrize(('line', 'reason'), [
    ('float data', "unknown type 'float'; choose from: .*float32"),
    ('flaot32 data', "unknown type 'flaot32'; choose from: .*float32"),
    ('float32', 'expected "type name"'),
    ('float32 Data', 'expected "type name"'),
    ('float32[ data', 'is not a type'),
    ('bool on maybe', "expected true or false, not 'maybe'"),
    ('uint8 LIMIT=many', 'many'),
    ('int32[2] pair [1]', 'expected 2 default values, found 1'),
    ('int32[] pair 1', 'expected a list'),
    ('wstring text', 'wstring is not supported'),
    ('std_msgs/Header header 3', 'a message has no default value'),
])
def test_a_faulty_line_is_named(line, reason):
    text = f'int8 first\n{line}\n'
    with pytest.raises(InterfaceSyntaxError, match=f'my_msgs/msg/Sample, line 2, .*{reason}'):
        parse_message('my_msgs/msg/Sample', text)


def test_a_service_needs_one_separator():
    with pytest.raises(InterfaceSyntaxError, match='found 0'):
        parse_service('my_msgs/srv/Sample', 'bool data')


def test_own_messages_are_read_as_rosbags_reads_them():
    folder = get_package_share_path('sgft_ros') / 'msg'
    paths = list(folder.glob('*.msg'))
    assert paths
    for path in paths:
        name = f'sgft_ros/msg/{path.stem}'
        theirs = get_types_from_msg(path.read_text(), name)[name]
        assert find_definition(name) == make_definition(name, theirs)


def test_definitions_are_the_same_whichever_way_rosbags_is_read(monkeypatch):
    quick = load_table()
    monkeypatch.setattr('rosidl_standalone.rosbags_definitions._StoreModules', None)
    assert load_table() == quick


def test_an_unknown_message_is_named_with_the_choices():
    with pytest.raises(UnknownInterfaceError, match='JointStates.* has: .*JointState'):
        find_definition('sensor_msgs/msg/JointStates')
    with pytest.raises(ImportError, match='JointStates'):
        from sensor_msgs.msg import JointStates  # noqa: F401
    with pytest.raises(ModuleNotFoundError):
        import nowhere_msgs.msg  # noqa: F401


def test_a_package_with_a_msg_folder_gets_its_classes(tmp_path):
    package = tmp_path / 'tea_msgs'
    for folder, name, text in (('msg', 'Cup.msg', 'Leaf[] leaves\nuint8 FULL=3\n'),
                               ('msg', 'Leaf.msg', 'string kind "green"\n'),
                               ('srv', 'Brew.srv', 'uint8 cups 1\n---\nCup[] cups\n')):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
    package.mkdir()
    (package / '__init__.py').write_text('')
    (tmp_path / 'package.xml').write_text('<package format="3"><name>tea_msgs</name></package>')
    result = python(
        'import sgft_ros, json\n'
        'from tea_msgs.msg import Cup, Leaf\n'
        'from tea_msgs.srv import Brew\n'
        'from rclpy.serialization import *\n'
        'response = Brew.Response(cups=[Cup(leaves=[Leaf()])])\n'
        'assert deserialize_message(serialize_message(response), Brew.Response) == response\n'
        'print(json.dumps([Cup.FULL, Leaf().kind, Brew.Request().cups]))\n',
        PYTHONPATH=str(tmp_path))
    assert json.loads(result.stdout) == [3, 'green', 1]


def test_a_module_lists_what_it_has_without_making_it():
    result = python(
        'import sgft_ros, json, sensor_msgs.msg, rosidl_standalone.messages as messages\n'
        'names = dir(sensor_msgs.msg)\n'
        'print(json.dumps(["JointState" in names, list(messages._classes)]))')
    assert json.loads(result.stdout) == [True, []]


def test_importing_the_package_loads_nothing_heavy():
    result = python(
        'import sgft_ros, sys, json\n'
        'from std_msgs.msg import Header\n'
        'print(json.dumps([name for name in ("torch", "numpy", "cyclonedds", "rosbags.typesys")\n'
        '                  if name in sys.modules]))')
    assert json.loads(result.stdout) == []


def test_standalone_is_announced_once_and_not_again_by_child_processes():
    code = ('import sgft_ros, subprocess, sys\n'
            'from sgft_ros.standalone import activate\n'
            'activate()\n'
            'subprocess.run([sys.executable, "-c", "import sgft_ros"], check=True)')
    lines = python(code).stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith('[INFO]') and 'ROS 2' in lines[0]
