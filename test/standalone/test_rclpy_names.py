"""Names, remapping, and arguments on the command line."""

import pytest
import rclpy
from rclpy._rclpy_pybind11 import RCLError, UnknownROSArgsError
from rclpy.exceptions import (
    InvalidNamespaceException,
    InvalidNodeNameException,
    InvalidTopicNameException,
    NotInitializedException,
)
from rclpy.utilities import remove_ros_args
from rclpy_runs import initialised, node, run
from std_msgs.msg import String

__all__ = ['node']


def test_relative_private_and_absolute_names(domain_id):
    with initialised(args=[]):
        node = rclpy.create_node('tester', namespace='/arm/left')
        assert node.get_fully_qualified_name() == '/arm/left/tester'
        assert node.resolve_topic_name('a/b') == '/arm/left/a/b'
        assert node.resolve_topic_name('~/a') == '/arm/left/tester/a'
        assert node.resolve_topic_name('/a') == '/a'
        assert node.resolve_service_name('{node}/a') == '/arm/left/tester/a'
        assert node.create_publisher(String, '~/text', 1).topic_name == '/arm/left/tester/text'


@pytest.mark.parametrize('name', ['', 'a b', 'a//b', '1a', 'a/1b', 'a/', '{what}'])
def test_wrong_topic_name_is_refused(node, name):
    with pytest.raises((InvalidTopicNameException, ValueError)):
        node.create_publisher(String, name, 1)


def test_wrong_node_name_and_namespace_are_refused(domain_id):
    with initialised(args=[]):
        with pytest.raises(InvalidNodeNameException):
            rclpy.create_node('a/b')
        with pytest.raises(InvalidNamespaceException):
            rclpy.create_node('a', namespace='/b c')


def test_node_before_init_is_refused(domain_id):
    with pytest.raises(NotInitializedException):
        rclpy.create_node('early')


def test_remap_rules_hold_for_name_namespace_topics_and_one_node(domain_id):
    arguments = ['--ros-args', '-r', '__ns:=/robot', '-r', 'first:__node:=renamed',
                 '-r', 'a:=b', '--remap', '~/own:=/shared', '-r', 'second:c:=d']
    with initialised(args=arguments):
        first, second = rclpy.create_node('first'), rclpy.create_node('second')
        assert first.get_fully_qualified_name() == '/robot/renamed'
        assert second.get_fully_qualified_name() == '/robot/second'
        assert first.resolve_topic_name('a') == '/robot/b'
        assert first.resolve_topic_name('a', only_expand=True) == '/robot/a'
        assert first.resolve_topic_name('/robot/a') == '/robot/b'
        assert first.resolve_service_name('a') == '/robot/b'
        assert first.resolve_topic_name('~/own') == '/shared'
        assert (first.resolve_topic_name('c'), second.resolve_topic_name('c')) == (
            '/robot/c', '/robot/d')
        alone = rclpy.create_node('alone', use_global_arguments=False,
                                  cli_args=['--ros-args', '-r', 'a:=z'])
        assert alone.get_namespace() == '/' and alone.resolve_topic_name('a') == '/z'


def test_arguments_for_others_are_left_alone():
    arguments = ['program', '--mine', '--ros-args', '-r', 'a:=b', '--', 'rest']
    assert remove_ros_args(arguments) == ['program', '--mine', 'rest']


def test_unknown_and_malformed_arguments_are_refused(domain_id):
    with pytest.raises(UnknownROSArgsError):
        rclpy.init(args=['--ros-args', '--unknown'])
    for words in (['-p', 'no_value'], ['-r', 'a'], ['-p'], ['--log-level', 'loud']):
        with pytest.raises((RCLError, UnknownROSArgsError)):
            rclpy.init(args=['--ros-args', *words])
    assert not rclpy.ok()


def test_arguments_of_the_process_are_the_default(domain_id):
    code, out, err = run("""
with initialised():
    print(rclpy.create_node('x').get_fully_qualified_name())
""", '--mine', '--ros-args', '-r', '__node:=y', '-r', '__ns:=/z', '-e', '/enclave')
    assert (code, out) == (0, '/z/y\n'), err
