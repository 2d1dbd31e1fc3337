"""The simulated robot looks like a driver, keeps its time and stops in silence."""

import re
import signal

from data_path import node_process, running_probe, TIMEOUT
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
import numpy as np
import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile
from robot_side import seconds
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import JointState
from sgft_ros.nodes import qos
from sgft_ros.report.episodes import EPISODES_FILE
from sgft_ros.simulation.physics import draw_real
from sgft_ros.simulation.scenes.peg_insert import HOLE
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks.soft_push import CORNERS
from std_msgs.msg import String
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
STATUS = 'simulated_robot: pace'
HISTORY = 5000  # messages; a test that gets no processor time for a while misses none


@pytest.fixture
def probe(domain_id):
    with running_probe() as probe:
        yield Watch(probe)


class Watch:
    """Keeps everything that the driver publishes."""

    def __init__(self, probe):
        self.probe, self.until = probe, probe.until
        self.joints = probe.collect(JointState, 'joint_states', HISTORY)
        self.wrenches = probe.collect(WrenchStamped, 'wrench', HISTORY)
        self.clock = probe.collect(Clock, '/clock', HISTORY)
        self.transforms = probe.collect(TFMessage, '/tf', HISTORY)
        self.fixed = probe.collect(TFMessage, '/tf_static', LATCHED)
        self.object = probe.collect(PoseStamped, 'object_pose', 10)
        self.commands = probe.node.create_publisher(TwistStamped, 'twist_commands', qos.ACTION)

    def command(self, frame='base_link', **velocity):
        twist = TwistStamped()
        twist.header.frame_id = frame
        for axis, value in velocity.items():
            setattr(twist.twist.linear, axis, value)
        self.until(self.commands.get_subscription_count, what='a driver that listens')
        self.commands.publish(twist)

    def tips(self):
        """Return the measured tip positions (n, 3) [m]."""
        return np.array([position(t) for message in self.transforms for t in message.transforms
                         if t.child_frame_id == 'peg_tip'])

    def tip(self):
        """Return the newest measured tip position (3,) [m]."""
        return next(position(t) for message in reversed(self.transforms)
                    for t in message.transforms if t.child_frame_id == 'peg_tip')

    def hole(self):
        return position(self.fixed[-1].transforms[0])

    def until_measured(self, count):
        wanted = len(self.joints) + count
        self.until(lambda: len(self.joints) >= wanted, what=f'{count} joint states')


def position(transform):
    t = transform.transform.translation
    return np.array([t.x, t.y, t.z])


def test_driver_measures_at_100_hz_of_a_clock_that_only_goes_forward(probe):
    with node_process('simulated_robot', rate_factor=3.0):
        description = probe.probe.collect(String, 'robot_description', LATCHED)
        probe.until_measured(400)
        probe.until(lambda: description and probe.fixed, what='description and hole')
        probe.until(lambda: STATUS in probe.probe.diagnostics, what='diagnostics')
        # The rate is the wanted one as far as this machine is not overloaded.
        assert 0.5 < float(probe.probe.diagnostics[STATUS][2]['achieved']) < 1.05
    for messages in (probe.joints, probe.wrenches):
        stamps = [seconds(message.header.stamp) for message in messages]
        steps = np.diff(stamps) / 0.01
        np.testing.assert_allclose(steps, np.rint(steps), atol=1e-4)
        # A publisher keeps ten messages: where this process is late, a few may be gone.
        assert steps.min() > 0.5 and np.median(steps) < 1.5 and steps.mean() < 1.2
    ticks = [seconds(message.clock) for message in probe.clock]
    assert len(ticks) > 350 and min(np.diff(ticks)) > 0.0
    assert len(probe.tips()) > 350
    frames = {t.child_frame_id for message in probe.transforms for t in message.transforms}
    assert {'peg_tip', 'peg', 'tool0', 'forearm_link'} <= frames and 'hole' not in frames
    assert '<robot name="simulated_arm">' in description[0].data
    assert probe.object[-1].header.frame_id == 'base_link'
    pose = probe.object[-1].pose.position
    np.testing.assert_allclose([pose.x, pose.y, pose.z], probe.hole())
    assert list(probe.joints[-1].name)[0] == 'shoulder_pan_joint'


@pytest.mark.parametrize('rate, factor', [(30.0, 0.5), (500.0, 0.5), (500.0, 1.0)])
def test_joint_states_come_at_their_own_rate_with_what_was_measured_then(probe, rate, factor):
    with node_process('simulated_robot', rate_factor=factor, joint_state_rate=rate):
        probe.until(lambda: probe.fixed, what='a driver')
        probe.command(x=0.05)
        probe.until_measured(60)
        probe.until(lambda: len(probe.wrenches) > 25, what='the other sensors')
    stamps = np.array([seconds(message.header.stamp) for message in probe.joints])
    # Whole steps of the simulation, 2 or 10 ms; of a late process a few messages may be gone,
    # and a few come right after each other.
    assert np.quantile(np.diff(stamps), 0.02) > 0.6 / rate
    assert abs(np.median(np.diff(stamps)) - 1.0 / rate) < (0.007 if rate < 100.0 else 2e-4)
    positions = [message.position.tolist() for message in probe.joints]
    assert len({tuple(each) for each in positions}) > 0.9 * len(positions)
    others = np.diff([seconds(message.header.stamp) for message in probe.wrenches])
    assert abs(np.median(others) - 0.01) < 2e-4


def test_measured_force_and_position_are_noisy_as_in_pretraining(probe):
    with node_process('simulated_robot', rate_factor=3.0, gap=0.0):
        probe.until_measured(300)
    force = np.array([m.wrench.force.z for m in probe.wrenches])
    assert 0.25 < force.std() < 0.35
    assert np.all(np.abs(probe.tips().std(axis=0) - 1e-4) < 2e-5)


def test_arm_follows_a_command_and_stops_when_no_other_comes(probe):
    with node_process('simulated_robot', gap=0.0):
        probe.until_measured(20)
        begin = probe.tips()[-10:].mean(axis=0)
        probe.command(x=0.06)
        probe.until(lambda: max(map(abs, probe.joints[-1].velocity)) > 0.02, what='motion')
        probe.until_measured(40)
        velocities = np.abs([joint.velocity for joint in probe.joints[-10:]])
        assert velocities.max() < 2e-3
        moved = probe.tips()[-10:].mean(axis=0) - begin
        # 0.1 s at 0.06 m/s and a little to come to rest
        assert 0.004 < moved[0] < 0.009 and np.abs(moved[1:]).max() < 5e-4
        probe.probe.until_diagnostics(STATUS, command_timeouts=1)


@pytest.mark.parametrize(('frame', 'velocity'), [('peg_tip', 0.06), ('base_link', np.nan)])
def test_command_that_makes_no_sense_is_refused(probe, frame, velocity):
    with node_process('simulated_robot', rate_factor=3.0):
        probe.until_measured(10)
        probe.command(frame, x=velocity)
        probe.probe.until_diagnostics(STATUS, refused_commands=1)
        assert np.abs(probe.joints[-1].velocity).max() < 1e-3


def test_reset_puts_the_tip_to_a_new_start_in_the_same_real_world(probe):
    with node_process('simulated_robot', rate_factor=3.0, seed=4):
        probe.until(lambda: probe.fixed, what='hole')
        probe.until_measured(100)
        hole, starts = probe.hole(), []
        for _ in range(3):
            answer = probe.probe.call(Trigger, 'simulated_robot/reset')
            assert answer.success
            said = re.match(r'tip at (\S+) (\S+) (\S+) mm', answer.message).groups()
            start = 1e-3 * np.array(said, float)
            probe.until(lambda start=start: np.abs(probe.tip() - hole - start).max() < 1e-3,
                        what='the tip at its start')
            starts.append(start)
            np.testing.assert_array_equal(probe.hole(), hole)
    assert len(np.unique(np.round(starts, 3), axis=0)) == 3
    assert np.all(np.abs(np.array(starts)[:, :2]) < 0.031)
    assert np.all((np.array(starts)[:, 2] > 0.024) & (np.array(starts)[:, 2] < 0.046))
    real = draw_real(WORLDS['peg_insert'].real, seed=4)
    np.testing.assert_allclose(hole - HOLE, real.bias, atol=1e-9)


def test_starts_are_others_after_a_restart_in_the_midst_of_a_run(probe, tmp_path):
    starts, episodes = [], tmp_path / EPISODES_FILE
    for lines in ('', 3 * '{}\n', None):
        episodes.unlink() if lines is None else episodes.write_text(lines)
        with node_process('simulated_robot', rate_factor=3.0, run_folder=tmp_path):
            starts.append(probe.probe.call(Trigger, 'simulated_robot/reset').message)
    first, later, another = starts
    assert first == another != later


def test_world_sim_draws_another_calibration_at_each_reset(probe):
    with node_process('simulated_robot', rate_factor=3.0, world='sim'):
        probe.until(lambda: probe.fixed, what='hole')
        probe.until_measured(100)
        holes = [probe.hole()]
        for _ in range(2):
            probe.probe.call(Trigger, 'simulated_robot/reset')
            probe.until_measured(20)
            holes.append(probe.hole())
    assert len(np.unique(holes, axis=0)) == 3
    largest = WORLDS['peg_insert'].sim.bias_radius[1]
    assert np.linalg.norm((holes - HOLE)[:, :2], axis=1).max() <= largest + 1e-9


def test_a_pushed_box_is_tracked_and_the_drive_holds_the_height(probe):
    with node_process('simulated_robot', rate_factor=3.0, task='push', robot='simulated_pusher',
                      gap=0.0):
        probe.until(lambda: probe.fixed, what='goal')
        probe.until_measured(20)
        answer = probe.probe.call(Trigger, 'simulated_robot/reset')
        assert answer.message.endswith('from goal')
        probe.until_measured(20)
        box = tracked(probe, 'box')
        assert np.all(np.abs(box - probe.hole() - [-0.06, 0.0, 0.02]) < [0.055, 0.07, 1e-3])
        # Back from the box, and up, which this drive does not do.
        for _ in range(10):
            probe.command(x=-0.05, z=0.05)
            probe.until_measured(5)
        assert np.linalg.norm(tracked(probe, 'box') - box) < 1e-3
        assert abs(probe.tip()[2] - probe.hole()[2] - 0.015) < 1.5e-3
    fixed = {t.child_frame_id for message in probe.fixed for t in message.transforms}
    assert fixed == {'goal'}


def test_a_struck_puck_is_tracked_with_its_velocity(probe):
    velocities = probe.probe.collect(TwistStamped, 'puck_velocity', HISTORY)
    with node_process('simulated_robot', rate_factor=3.0, task='puck_push',
                      robot='simulated_striker', gap=0.0):
        probe.until_measured(20)
        puck = tracked(probe, 'puck')
        for _ in range(12):
            probe.command(x=0.3)
            probe.until_measured(5)
        probe.until_measured(150)
        way = tracked(probe, 'puck')[0] - puck[0]
    speeds = np.array([message.twist.linear.x for message in velocities])
    assert velocities[0].header.frame_id == 'base_link'
    assert 0.1 < speeds.max() < 0.5 and abs(speeds[-10:]).max() < 0.02
    # Every measurement stands for 10 ms.
    assert way == pytest.approx(0.01 * speeds.sum(), abs=0.01) and way > 0.02


def test_a_frozen_velocity_comes_again_and_again_with_its_old_stamp(probe):
    velocities = probe.probe.collect(TwistStamped, 'puck_velocity', HISTORY)
    with node_process('simulated_robot', rate_factor=3.0, task='puck_push', gap=0.0,
                      robot='simulated_striker', faults='frozen_sensors', fault_interval=0.2):
        probe.until(lambda: len(repeats(probe.wrenches)) >= 20, what='a sensor that freezes')
    again = repeats(velocities)
    assert len(again) >= 10
    assert all(first.twist == second.twist for first, second in again)


def repeats(messages):
    """Return each message that has the stamp of the one before, behind that one."""
    return [(first, second) for first, second in zip(messages, messages[1:])
            if first.header.stamp == second.header.stamp]


def test_the_corners_of_a_soft_block_are_tracked(probe):
    with node_process('simulated_robot', rate_factor=3.0, task='soft_push',
                      robot='simulated_soft_pusher', gap=0.0):
        probe.until(lambda: probe.fixed, what='goal')
        probe.until_measured(20)
        corners = np.array([tracked(probe, name) for name in CORNERS]) - probe.hole()
    assert np.all(np.abs(corners.mean(0) - [-0.06, 0.0, 0.037]) < [0.055, 0.07, 2e-3])
    wanted, seen = (np.linalg.norm(each[:, None] - each, axis=2) for each in (
        np.array(list(CORNERS.values())), corners[:, :2]))
    np.testing.assert_allclose(seen, wanted, atol=2e-3)


def tracked(probe, frame):
    return next(position(t) for message in reversed(probe.transforms)
                for t in message.transforms if t.child_frame_id == frame)


def test_clock_goes_on_after_a_kill(probe):
    with node_process('simulated_robot', rate_factor=5.0) as process:
        probe.until_measured(100)
        process.send_signal(signal.SIGKILL)
        process.wait()
    before = len(probe.clock)
    with node_process('simulated_robot', rate_factor=5.0):
        probe.until(lambda: len(probe.clock) > before + 50, what='clock of the second life')
    ticks = [seconds(message.clock) for message in probe.clock]
    assert min(np.diff(ticks)) > 0.0


def test_what_it_reports_has_the_time_of_its_own_clock_which_it_need_not_hear(probe):
    reports = probe.probe.collect(DiagnosticArray, '/diagnostics', 10)
    with node_process('simulated_robot', rate_factor=5.0):
        probe.until(lambda: reports, what='diagnostics')
        reported = seconds(reports[0].header.stamp)
        probe.until(lambda: probe.clock and seconds(probe.clock[-1].clock) > reported,
                    what='a clock of that time')
        assert probe.probe.node.count_subscribers('/clock') == 1  # the probe's
    assert seconds(probe.clock[0].clock) <= reported + 0.02


@pytest.mark.parametrize(('parameter', 'word'), [
    ({'world': 'rael'}, 'choose from: real, sim'),
    ({'task': 'hamer'}, 'choose from: hammer, peg_insert, puck_push, push, soft_push'),
])
def test_wrong_name_is_refused_at_the_start(domain_id, capfd, parameter, word):
    with node_process('simulated_robot', **parameter) as process:
        assert process.wait(timeout=TIMEOUT) == 1
    assert word in capfd.readouterr().err
