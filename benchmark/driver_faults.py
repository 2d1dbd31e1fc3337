"""
Let drivers, sensors and actions fail by the thousand; look for commands beyond the limits.

A safety gate runs as it does in a run. In the place of the robot is the simulated arm with all its
faults, which knows its true state and looks at every command before it follows it; in the place of
the policy something that acts at random, sends what no policy should, and falls silent.
"""

import argparse
from array import array
from collections import Counter
from itertools import pairwise
import os
import sys
import tempfile
import time

from processes import add_domain, node, use_domain  # puts the stand-in for ROS 2 on the path

# isort: split
import mujoco
import numpy as np
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.time import Time
from sgft_ros.msg import Action
from sgft_ros.nodes import qos
from sgft_ros.nodes.command_reader import make_command_reader
from sgft_ros.nodes.simulated_robot import SimulatedRobot
from sgft_ros.report.table import table
from sgft_ros.robot import load_robot_contract
from sgft_ros.robot.transmission import make_arm
from std_srvs.srv import SetBool
from tables import machine, quantile

PROFILES = ('ur5e_servo', 'ur5e_velocity', 'fr3_crisp', 'joint_trajectory')
BAD_ACTIONS = 0.1       # share of the actions
SILENCE = 0.02          # chance of falling silent, per action
LONGEST_SILENCE = 0.5   # [s]
ANSWERED = 0.2          # control periods in which an action has its answer
LATE = 1.6              # control periods after the last action; what comes then answers none
MOST_PERIODS = 3.0      # from the last action to the stop
TOLERANCE = 0.01        # [m or rad] of the limits: noise, delay of the drive
ROUNDING = 1e-6         # of speeds
BLIND = {
    'dropped_sensors', 'frozen_sensors', 'jitter', 'nan_sensors', 'clock_offset', 'zero_stamps'}
FOLLOWS = 0.5           # time after which an arm that ignored commands is where it should be [s]


class Witness(SimulatedRobot):
    """The arm, which compares every command with the limits and with where it really is."""

    def __init__(self, contract):
        """Take the parameters of the node from the arguments of the process."""
        self.contract = contract
        self.look = make_command_reader(contract)
        self.beyond = Counter()
        self.commands = 0
        self.outside = 0.0   # farthest that the arm has ever been beyond its box
        self.tool_outside = 0.0  # the same of a tool that joints move [m]
        self._arm = None if contract.command.kinematics is None else make_arm(contract)
        self.arrivals = []   # of commands [s of the steady clock]
        self.changes = [(0.0, '')]  # times at which faults came and went, and which
        self.ignored_until = 0.0  # when the arm is under control again [s]
        super().__init__()
        # Free of contact, which pushes joints where nobody sent them.
        self._cell.arm.model.opt.disableflags |= (
            mujoco.mjtDisableBit.mjDSBL_CONTACT | mujoco.mjtDisableBit.mjDSBL_GRAVITY)

    def _on_command(self, message):
        self.arrivals.append(time.monotonic())
        self.commands += 1
        try:
            command = self.look(message)
        except ValueError:
            self.beyond['unreadable'] += 1
            return
        if self._faults.active == 'dropped_commands':
            self.ignored_until = time.monotonic() + FOLLOWS
        self._compare(command)
        super()._on_command(message)

    def _halt_or_go_on(self):
        self.changes.append((time.monotonic(), self._faults.active))
        super()._halt_or_go_on()

    def bring_back(self):
        """Put the arm at a start, as the reset of a run does: a driver may lead it far outside."""
        self._put_at_start()

    def blind(self, begin, end):
        """Return whether the gate may not have known where the arm is, in this time."""
        active = [name for (since, name), (until, _) in pairwise(
            [*self.changes, (float('inf'), '')]) if since < end and until > begin - FOLLOWS]
        return any(name in BLIND for name in active)

    def _compare(self, command):
        contract, arm = self.contract, self._cell.arm
        limits, tool = contract.limits, contract.command.commands_tool
        box = limits.workspace if tool else limits
        low, high = np.array(box.minimum), np.array(box.maximum)
        here = arm.tip_position if tool else arm.joint_positions
        if time.monotonic() < self.ignored_until:
            return
        self.outside = max(self.outside, float(self._outside(here, low, high).max()))
        numbers, moved = map(list, zip(*contract.command.moves, strict=True))
        if contract.command.is_target:
            there = command[:len(here)]
        else:
            velocity = np.zeros(len(here))
            velocity[moved] = command[numbers]
            self._compare_speed(velocity, limits, tool)
            there = here + velocity * contract.control_period
        before, after = self._outside(here, low, high), self._outside(there, low, high)
        if (after > np.maximum(before, 0.0) + TOLERANCE)[moved].any():
            self.beyond['box'] += 1
        if self._arm is not None:
            self._compare_tool(here, there, limits.workspace)

    def _compare_tool(self, here, there, box):
        before, after = (self._outside(
            self._arm.position(at), np.array(box.minimum), np.array(box.maximum))
            for at in (here, there))
        self.tool_outside = max(self.tool_outside, float(before.max()))
        if (after > np.maximum(before, 0.0) + TOLERANCE).any():
            self.beyond['workspace'] += 1

    def _compare_speed(self, velocity, limits, tool):
        fast = np.linalg.norm(velocity) > limits.linear_speed + ROUNDING if tool else (
            np.abs(velocity) > np.array(limits.speed) + ROUNDING).any()
        self.beyond['speed'] += bool(fast)

    @staticmethod
    def _outside(position, low, high):
        return np.maximum(low - position, position - high)


class Actor(Node):
    """Something in the place of a policy: random, wrong now and then, and silent now and then."""

    def __init__(self, contract, seed):
        """Act once per control period from now on."""
        super().__init__('actor')
        self._rng = np.random.default_rng(seed)
        self._size = contract.action_size
        self._period = contract.control_period
        self._sequence = 0
        self._silent_until = self._asked = 0.0
        self._drift = np.zeros(self._size)
        self.bad = 0
        self.armed = False
        self.last = 0.0        # time of the last good action while armed [s]
        self.silences = []     # times of the last action before each silence [s]
        self.lost = False      # whether the gate arms no more, as the arm is too far outside
        self._actions = self.create_publisher(Action, 'action', qos.ACTION)
        self.create_subscription(Action, 'executed_action', self._on_executed, qos.ACTION)
        self._enable = self.create_client(SetBool, 'safety_gate/enable')
        self.create_timer(self._period, self._act, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _act(self):
        now = time.monotonic()
        if not self.armed:
            if now - self._asked > 0.1 and self._enable.service_is_ready():
                self._asked = now
                self._enable.call_async(SetBool.Request(data=True)).add_done_callback(
                    self._on_answer)
            return
        if now < self._silent_until:
            return
        if self._rng.random() < SILENCE and self.last:
            self._silent_until = now + self._rng.uniform(0.2, LONGEST_SILENCE)
            self.silences.append(self.last)
            return
        # Drifts reach the walls of the box, where white noise would stay in its middle.
        self._drift = np.clip(0.95 * self._drift + 0.5 * self._rng.normal(size=self._size), -1, 1)
        self._send(self._drift, self.get_clock().now(), now)

    def _send(self, action, stamp, now):
        if self._rng.random() < BAD_ACTIONS:
            self.bad += 1
            action, stamp = self._spoiled(action, stamp)
        else:
            self.last = now
        message = Action(sequence=self._sequence, action=array('f', action.astype(np.float32)))
        message.header.stamp = stamp.to_msg()
        self._sequence += 1
        self._actions.publish(message)

    def _spoiled(self, action, stamp):
        """Return an action that has to be refused, or clipped."""
        index = self._rng.integers(self._size)
        kind = self._rng.integers(7)
        if kind < 4:
            action = action.copy()
            action[index] = (np.nan, np.inf, -np.inf, 1e30)[kind]
        elif kind == 4:
            action = action[:-1]
        else:
            stamp = Time() if kind == 5 else Time(nanoseconds=stamp.nanoseconds - 10**9)
        return action, stamp

    def _on_answer(self, future):
        answer = future.result()
        self.armed, self.lost = answer.success, 'outside of limits.' in answer.message

    def _on_executed(self, executed):
        if executed.stopped:
            self.armed = False  # it may only have been refused: to ask again does no harm


def main(args=None) -> int:
    """Test each robot; print the table. Return 1 if a command was beyond a limit."""
    options = _options(args)
    use_domain(options.domain)
    print(f'Machine: {machine()}', flush=True)
    rows, beyond = [], 0
    for robot in options.robots:
        row, wrong = measure(robot, options)
        rows.append(row)
        beyond += wrong
    print(table(('robot', 'faults', 'bad actions', 'silences', 'commands', 'beyond a limit',
                 'farthest outside', 'stop after silence: median, p99, max [periods]',
                 'later than 3', 'protective stops, gone on after'), rows,
                markdown=options.markdown))
    return int(beyond > 0)


def measure(robot, options):
    """Return the row of a robot, and how many of its commands were beyond a limit."""
    contract = load_robot_contract(robot)
    parameters = {
        'robot': robot, 'task': options.task, 'gap': 0.0, 'seed': options.seed, 'faults': 'all',
        'fault_interval': options.interval, 'fault_duration': options.duration}
    words = [word for name, value in parameters.items() for word in ('-p', f'{name}:={value}')]
    with tempfile.TemporaryFile('w') as log:
        rclpy.init(args=['--ros-args', *words])
        try:
            with node('safety_gate', log, robot=robot):
                witness, actor = Witness(contract), Actor(contract, options.seed)
                executor = SingleThreadedExecutor()
                executor.add_node(witness)
                executor.add_node(actor)
                gone_on = _run(witness, actor, executor, options.faults)
        finally:
            rclpy.try_shutdown()
    return _row(robot, witness, actor, gone_on, contract)


def _run(witness, actor, executor, faults):
    """Spin until so many faults have struck; return after how many stops actions passed again."""
    gone_on, waiting = 0, False
    counts = witness._faults.counts
    shown = 0
    while sum(counts.values()) < faults:
        executor.spin_once(timeout_sec=0.05)
        if witness._halted:
            waiting = True
        elif waiting and actor.armed:
            gone_on, waiting = gone_on + 1, False
        elif actor.lost:
            actor.lost = False
            witness.bring_back()
        struck = sum(counts.values())
        if sys.stderr.isatty() and struck > shown:
            shown = struck
            print(f'\r{witness.contract.name}: {struck} of {faults} faults', end='',
                  file=sys.stderr)
    if shown:
        print(file=sys.stderr)
    return gone_on


def _row(robot, witness, actor, gone_on, contract):
    delays = sorted(_stop_delays(witness, actor, contract.control_period))
    late = sum(delay > MOST_PERIODS for delay in delays)
    beyond = sum(witness.beyond.values())
    shown = ', '.join(f'{quantile(delays, share):.2f}' for share in (0.5, 0.99, 1.0))
    unit = 'mm' if contract.command.commands_tool else 'mrad'
    outside = f'{1e3 * max(witness.outside, 0.0):.1f} {unit}'
    if contract.command.kinematics is not None:
        outside += f', {1e3 * max(witness.tool_outside, 0.0):.1f} mm'
    stops = witness._faults.counts['protective_stop']
    return (robot, sum(witness._faults.counts.values()), actor.bad, len(delays),
            witness.commands, beyond, outside, shown,
            late, f'{stops}, {gone_on}'), beyond


def _stop_delays(witness, actor, period):
    """Return the control periods from each last action to the command that answers none."""
    arrivals = np.array(witness.arrivals)
    for silence in actor.silences:
        # Where nobody knows where the arm is, no target can hold it: the last one stays in force.
        if witness.contract.command.is_target and witness.blind(
                silence, silence + LONGEST_SILENCE):
            continue
        periods = (arrivals - silence) / period
        # Where the gate stopped for another reason already, no stop is due.
        if ((ANSWERED < periods) & (periods < 1.0 + ANSWERED)).any():
            continue
        later = arrivals[periods > LATE]
        if len(later) and later[0] < silence + LONGEST_SILENCE:
            yield (later[0] - silence) / period


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__.strip().split('\n\n')[0])
    parser.add_argument('--robots', nargs='+', default=PROFILES, help='contracts (default: all)')
    parser.add_argument('--task', default='puck_push', help='scene (default: puck_push)')
    parser.add_argument('--faults', type=int, default=2500, help='per robot (default: 2500)')
    parser.add_argument('--interval', type=float, default=0.05,
                        help='between two faults, in the mean [s] (default: 0.05)')
    parser.add_argument('--duration', type=float, default=0.4,
                        help='longest of a fault [s] (default: 0.4)')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    add_domain(parser)
    return parser.parse_args(args)


if __name__ == '__main__':
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    sys.exit(main())
