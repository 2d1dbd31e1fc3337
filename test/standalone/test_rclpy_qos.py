"""Quality of service: what does not fit is told, and what fits is offered as asked."""

import pytest
import rclpy
from rclpy.duration import Duration
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.qos import (
    DurabilityPolicy,
    HistoryPolicy,
    InvalidQoSProfileException,
    LivelinessPolicy,
    qos_check_compatible,
    qos_profile_sensor_data,
    QoSCompatibility,
    QoSPolicyKind,
    QoSPresetProfiles,
    QoSProfile,
    ReliabilityPolicy,
)
from rclpy_runs import node, running, until
from std_msgs.msg import String

__all__ = ['node']

BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT,
                         liveliness=LivelinessPolicy.AUTOMATIC)


def test_profile_needs_a_depth():
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile()
    with pytest.raises(InvalidQoSProfileException):
        QoSProfile(history=HistoryPolicy.KEEP_LAST)
    assert QoSProfile(history=HistoryPolicy.KEEP_ALL).history == HistoryPolicy.KEEP_ALL


def test_presets_say_what_they_are_for():
    assert qos_profile_sensor_data.reliability == ReliabilityPolicy.BEST_EFFORT
    assert QoSPresetProfiles.get_from_short_key('sensor_data') == qos_profile_sensor_data
    assert QoSPresetProfiles.SERVICES_DEFAULT.value == QoSProfile(
        depth=10, liveliness=QoSPresetProfiles.SERVICES_DEFAULT.value.liveliness)
    assert ReliabilityPolicy.get_from_short_key('best_effort') == ReliabilityPolicy.BEST_EFFORT


def test_incompatible_profiles_are_recognised():
    reliable = QoSProfile(depth=1, liveliness=LivelinessPolicy.AUTOMATIC)
    compatibility, reason = qos_check_compatible(BEST_EFFORT, reliable)
    assert compatibility == QoSCompatibility.ERROR and reason
    compatibility, reason = qos_check_compatible(reliable, BEST_EFFORT)
    assert compatibility == QoSCompatibility.OK and not reason
    compatibility, reason = qos_check_compatible(QoSProfile(depth=1), QoSProfile(depth=1))
    assert compatibility == QoSCompatibility.WARNING and reason


def test_both_sides_hear_of_incompatible_qos(node):
    offered, requested = [], []
    node.create_publisher(String, 'text', BEST_EFFORT, event_callbacks=PublisherEventCallbacks(
        incompatible_qos=offered.append))
    node.create_subscription(
        String, 'text', print, QoSProfile(depth=1),
        event_callbacks=SubscriptionEventCallbacks(incompatible_qos=requested.append))
    until(node, lambda: offered and requested)
    for event in offered[0], requested[0]:
        assert event.total_count == event.total_count_change == 1
        assert event.last_policy_kind == QoSPolicyKind.RELIABILITY


def test_incompatible_qos_is_logged_without_a_callback(node, capfd):
    node.create_subscription(
        String, 'text', print, QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    node.create_publisher(String, 'text', 1)
    said = []

    def heard():
        said.append(capfd.readouterr().err)
        return ''.join(said).count('DURABILITY') == 2

    until(node, heard)
    assert "topic 'text', offering incompatible QoS" in ''.join(said)
    assert "topic 'text', requesting incompatible QoS" in ''.join(said)


def test_matches_are_told_as_they_come_and_go(node):
    matches = []
    node.create_publisher(String, 'text', 1, event_callbacks=PublisherEventCallbacks(
        matched=matches.append))
    subscription = node.create_subscription(String, 'text', print, 1)
    until(node, lambda: matches and matches[-1].current_count == 1)
    node.destroy_subscription(subscription)
    until(node, lambda: matches[-1].current_count == 0)
    assert matches[-1].total_count == 1 and matches[-1].current_count_change == -1


def test_missed_deadline_is_told(node):
    missed = []
    profile = QoSProfile(depth=1, deadline=Duration(seconds=0.05))
    publisher = node.create_publisher(String, 'text', profile)
    node.create_subscription(String, 'text', lambda message: None, profile,
                             event_callbacks=SubscriptionEventCallbacks(deadline=missed.append))
    publisher.publish(String())
    until(node, lambda: missed)
    assert missed[0].total_count >= 1


def test_lifespan_ends_what_a_late_reader_would_get(node):
    profile = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL,
                         lifespan=Duration(seconds=0.1))
    publisher = node.create_publisher(String, 'text', profile)
    publisher.publish(String(data='old'))
    rclpy.spin_once(node, timeout_sec=0.0)
    node.get_clock().sleep_for(Duration(seconds=0.2))
    got = []
    node.create_subscription(String, 'text', got.append, QoSProfile(
        depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL))

    def heard_anything():
        publisher.publish(String(data='new'))  # again, as it may end unread on a busy machine
        return got

    until(node, heard_anything)
    assert {message.data for message in got} == {'new'}


def test_another_process_sees_the_offered_qos(node):
    program = """
from std_msgs.msg import String
with initialised():
    node = rclpy.create_node('offering')
    from rclpy.qos import LivelinessPolicy
    from rclpy.duration import Duration
    node.create_publisher(String, 'text', QoSProfile(
        depth=3, durability=DurabilityPolicy.TRANSIENT_LOCAL, deadline=Duration(seconds=5),
        lifespan=Duration(seconds=7), liveliness=LivelinessPolicy.AUTOMATIC))
    rclpy.spin(node)
"""
    with running(program):
        until(node, lambda: node.get_publishers_info_by_topic('text'))
        qos = node.get_publishers_info_by_topic('text')[0].qos_profile
    assert qos.reliability == ReliabilityPolicy.RELIABLE
    assert qos.durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert (qos.deadline, qos.lifespan) == (Duration(seconds=5), Duration(seconds=7))
    assert qos.liveliness == LivelinessPolicy.AUTOMATIC
