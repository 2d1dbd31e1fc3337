"""What is not supported without ROS 2 says so."""

from importlib import import_module

import pytest
import rclpy
from rclpy_runs import node
from std_msgs.msg import String

__all__ = ['node']

pytestmark = pytest.mark.skipif(
    rclpy.get_rmw_implementation_identifier() != 'rmw_standalone', reason='ROS 2 supports it')


@pytest.mark.parametrize('name', ['action', 'lifecycle', 'waitable', 'type_support'])
def test_missing_module_is_named(name):
    with pytest.raises(ModuleNotFoundError, match=f'rclpy.{name} is not supported'):
        import_module(f'rclpy.{name}')


def test_missing_attribute_is_named():
    with pytest.raises(AttributeError, match='rclpy.create_rate is not supported'):
        rclpy.create_rate  # noqa: B018


def test_missing_options_are_refused(node):
    with pytest.raises(NotImplementedError, match='content_filter_options'):
        node.create_subscription(String, 'text', print, 1, content_filter_options=object())
    with pytest.raises(NotImplementedError, match='qos_overriding_options'):
        node.create_publisher(String, 'text', 1, qos_overriding_options=object())
    with pytest.raises(NotImplementedError, match='enable_logger_service'):
        rclpy.create_node('other', enable_logger_service=True)
    with pytest.raises(NotImplementedError, match='MultiThreadedExecutor'):
        rclpy.executors.MultiThreadedExecutor()


def test_call_within_a_callback_is_refused_before_it_hangs(node):
    from std_srvs.srv import Trigger
    client = node.create_client(Trigger, 'serve')
    node.create_timer(0.01, lambda: client.call(Trigger.Request()))
    with pytest.raises(RuntimeError, match='call_async'):
        rclpy.spin_once(node, timeout_sec=5.0)


def test_sleep_of_a_rate_is_refused_where_it_would_last_for_ever(node):
    rate = node.create_rate(100.0)
    with pytest.raises(RuntimeError, match='another thread that spins /tester'):
        rate.sleep()
    timer = node.create_timer(0.01, rate.sleep)
    with pytest.raises(RuntimeError, match='use a timer'):
        while True:
            rclpy.spin_once(node, timeout_sec=5.0)
    node.destroy_timer(timer)
