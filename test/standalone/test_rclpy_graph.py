"""What nodes know of each other, and when they have gone."""

import signal

import pytest
import rclpy
from rclpy.node import NodeNameNonExistentError
from rclpy.topic_endpoint_info import TopicEndpointTypeEnum
from rclpy_runs import collect, finished, node, running, until
from std_msgs.msg import String
from std_srvs.srv import Trigger

__all__ = ['node']

STRING_HASH = 'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18'
OTHER = """
from std_msgs.msg import String
from std_srvs.srv import Trigger
with initialised():
    node = rclpy.create_node('other', namespace='/ns')
    node.create_publisher(String, 'text', 1)
    node.create_subscription(String, '/heard', print, 1)
    node.create_service(Trigger, '~/serve', print)
    node.create_client(Trigger, '/asked')
    print('ready', flush=True)
    try:
        rclpy.spin(node)
    except ExternalShutdownException:
        pass
"""


def owned_by_other(node):
    """Say whether both topics are known with the name of their node, which may come later."""
    return all([info.node_name for info in infos] == ['other'] for infos in (
        node.get_publishers_info_by_topic('/ns/text'),
        node.get_subscriptions_info_by_topic('/heard')))


def test_another_process_shows_with_all_that_it_has(node):
    with running(OTHER):
        assert node.wait_for_node('/ns/other', 20.0)
        until(node, lambda: owned_by_other(node) and node.count_clients('/asked')
              and node.count_services('/ns/other/serve'))
        assert ('other', '/ns') in node.get_node_names_and_namespaces()
        assert ('other', '/ns', '/') in node.get_node_names_and_namespaces_with_enclaves()
        assert ('/ns/text', ['std_msgs/msg/String']) in node.get_topic_names_and_types()
        assert ('/ns/other/serve', ['std_srvs/srv/Trigger']) in (
            node.get_service_names_and_types())
        assert ('/ns/text', ['std_msgs/msg/String']) in (
            node.get_publisher_names_and_types_by_node('other', '/ns'))
        assert ('/heard', ['std_msgs/msg/String']) in (
            node.get_subscriber_names_and_types_by_node('other', '/ns'))
        assert ('/ns/other/serve', ['std_srvs/srv/Trigger']) in (
            node.get_service_names_and_types_by_node('other', '/ns'))
        assert ('/asked', ['std_srvs/srv/Trigger']) in (
            node.get_client_names_and_types_by_node('other', '/ns'))
        assert (node.count_publishers('/ns/text'), node.count_subscribers('/heard')) == (1, 1)
        assert (node.count_services('/ns/other/serve'), node.count_clients('/asked')) == (1, 1)


def test_endpoint_tells_node_type_hash_and_gid(node):
    with running(OTHER):
        assert node.wait_for_node('/ns/other', 20.0)
        until(node, lambda: owned_by_other(node))
        info = node.get_publishers_info_by_topic('/ns/text')[0]
        assert (info.node_name, info.node_namespace) == ('other', '/ns')
        assert info.topic_type == 'std_msgs/msg/String'
        assert str(info.topic_type_hash) == STRING_HASH
        assert info.endpoint_type == TopicEndpointTypeEnum.PUBLISHER
        assert len(info.endpoint_gid) == 16 and any(info.endpoint_gid)
        heard = node.get_subscriptions_info_by_topic('/heard')[0]
        assert heard.endpoint_type == TopicEndpointTypeEnum.SUBSCRIPTION
        assert heard.endpoint_gid != info.endpoint_gid


def test_process_that_ends_leaves_the_graph_at_once(node):
    with running(OTHER) as process:
        assert process.stdout.readline() == 'ready\n'
        assert node.wait_for_node('/ns/other', 20.0)
        process.send_signal(signal.SIGTERM)
        code, _, err = finished(process)
        assert code == 0, err
        until(node, lambda: 'other' not in node.get_node_names())
        assert node.count_publishers('/ns/text') == 0


def test_destroyed_node_leaves_nothing(node):
    second = rclpy.create_node('second')
    second.create_publisher(String, 'text', 1)
    second.create_service(Trigger, 'serve', print)
    assert node.wait_for_node('second', 5.0)
    second.destroy_node()
    assert 'second' not in node.get_node_names()
    assert node.count_publishers('text') == node.count_services('serve') == 0
    with pytest.raises(NodeNameNonExistentError):
        node.get_publisher_names_and_types_by_node('second', '/')


def test_counts_follow_what_comes_and_goes(node):
    publisher = node.create_publisher(String, 'text', 1)
    assert publisher.get_subscription_count() == 0
    got = collect(node, String, 'text', 1)
    until(node, lambda: publisher.get_subscription_count() == 1)
    assert not got
    node.destroy_subscription(next(
        one for one in node.subscriptions if one.topic_name == '/text'))
    until(node, lambda: publisher.get_subscription_count() == 0)
