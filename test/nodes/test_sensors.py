"""Observation terms from topics and tf: the newest, or what was measured nearest to a tick."""

from data_path import running_probe
from geometry_msgs.msg import TransformStamped, WrenchStamped
import pytest
from rclpy.duration import Duration
from robots import write_contract
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.robot import load_robot_contract
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

STEP = 20_000_000  # [ns] between two measurements
COUNT = 4


@pytest.fixture
def measured(domain_id, tmp_path):
    """Return a function from an alignment to sensors that heard of a motion, and its begin."""
    with running_probe() as probe:
        node = probe.node
        tf, static = TransformBroadcaster(node), StaticTransformBroadcaster(node)
        wrenches = node.create_publisher(WrenchStamped, 'wrench', 10)

        def measure(alignment):
            sensors = Sensors(node, load_robot_contract(write_contract(tmp_path, {
                'observation.0.alignment': alignment, 'observation.1.alignment': alignment})))
            probe.until(wrenches.get_subscription_count, what='a subscription')
            static.sendTransform(transform('hole', 0, node.get_clock().now()))
            begin = node.get_clock().now() - Duration(nanoseconds=COUNT * STEP)
            for number in range(COUNT):
                stamp = begin + Duration(nanoseconds=number * STEP)
                tf.sendTransform(transform('peg_tip', number, stamp))
                wrench = WrenchStamped()
                wrench.header.stamp = stamp.to_msg()
                wrench.wrench.force.x = float(number)
                wrenches.publish(wrench)
                # One by one, as of a driver: they are best effort.
                tick = stamp.nanoseconds
                probe.until(lambda tick=tick: heard(sensors, tick), what='a measurement')
            return sensors, begin.nanoseconds

        yield measure


def heard(sensors, tick):
    sensors.update(tick)
    return sensors.stamps.get('force') == sensors.stamps.get('tip_position') == tick


def transform(child, x, stamp):
    message = TransformStamped(child_frame_id=child)
    message.header.frame_id, message.header.stamp = 'base_link', stamp.to_msg()
    message.transform.translation.x, message.transform.rotation.w = float(x), 1.0
    return message


def test_nearest_is_what_was_measured_when_the_tick_was_due(measured):
    sensors, begin = measured('nearest')
    for late, force, tip in ((0.0, 0, 0.0), (1.25, 1, 1.25), (1.75, 2, 1.75), (9.0, 3, 3.0)):
        sensors.update(begin + round(late * STEP))
        assert sensors.values['force'][0] == force
        assert sensors.values['tip_position'][0] == pytest.approx(tip)
        assert sensors.stamps == {'tip_position': begin + round(min(late, 3.0) * STEP),
                                  'force': begin + force * STEP}


def test_latest_is_the_newest_whenever_the_tick_was_due(measured):
    sensors, begin = measured('latest')
    for late in (0.0, 1.25, 9.0):
        sensors.update(begin + round(late * STEP))
        assert sensors.values['force'][0] == sensors.values['tip_position'][0] == 3.0
        assert set(sensors.stamps.values()) == {begin + 3 * STEP}


def test_what_a_driver_said_of_the_future_is_not_fresh_later(domain_id, tmp_path):
    ahead = Duration(seconds=0.3)
    with running_probe() as probe:
        clock = probe.node.get_clock()
        wrenches = probe.node.create_publisher(WrenchStamped, 'wrench', 10)
        sensors = Sensors(probe.node, load_robot_contract(write_contract(tmp_path)))
        probe.until(wrenches.get_subscription_count, what='a subscription')
        stamp = clock.now() + ahead
        wrench = WrenchStamped()
        wrench.header.stamp = stamp.to_msg()
        wrenches.publish(wrench)
        probe.until(lambda: 'force' in sensors.stamps, what='a measurement')
        while clock.now() < stamp:
            assert any('force: stamp' in problem for problem in sensors.problems())
        assert any('force: stamp' in problem for problem in sensors.problems())
