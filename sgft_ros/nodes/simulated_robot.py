"""Node simulated_robot: a MuJoCo cell that looks to all others like the driver of a robot."""

from math import ceil
from pathlib import Path
from time import monotonic

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.time import Time
from rosgraph_msgs.msg import Clock as ClockMessage
from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.command_reader import make_command_reader
from sgft_ros.nodes.ending import spin_until_signal
from sgft_ros.nodes.pace import Pace
from sgft_ros.nodes.parameters import declare_parameters
from sgft_ros.nodes.permissions import Permissions
from sgft_ros.nodes.robot_topics import RobotTopics
from sgft_ros.nodes.simulated_robot_parameters import SimulatedRobotParameters
from sgft_ros.report.episodes import EPISODES_FILE
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.arm import SERVO_PERIOD, SUBSTEPS, TIMESTEP
from sgft_ros.simulation.cell import SimulatedCell
from sgft_ros.simulation.faults import fault_names, Faults
from sgft_ros.simulation.physics import draw_real
from sgft_ros.simulation.setpoints import JointVelocities, setpoint_maker, ToolVelocity
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task
from std_srvs.srv import Trigger

STEP = round(SERVO_PERIOD * 1e9)  # [ns] of simulated time
WORLD_NAMES = ('real', 'sim')
STARTS = 0x57A7             # keeps the draw of starts apart from the draw of the world
NOISE = 0x4015              # likewise that of measurements, of which nobody knows how many come
TROUBLE = 0x7E0B            # likewise that of faults
LARGEST_TIME = 2**30        # [s] of simulated time, within the seconds of a ROS stamp
STANDSTILL = JointVelocities(np.zeros(6))
ENOUGH = 0.95               # share of the wanted rate below which the node warns


class SimulatedRobot(Node):
    """Step the world, publish its sensors, take commands, put the arm at a start on request."""

    def __init__(self):
        """Build the cell and join the topics; raise ValueError for a wrong name."""
        super().__init__('simulated_robot')
        settings = declare_parameters(self, SimulatedRobotParameters)
        contract = load_robot_contract(settings.robot)
        self._task = get_task(settings.task)
        self._draw = _world(settings)
        episodes = _episodes(settings.run_folder)
        self._rng = np.random.default_rng([settings.seed, STARTS, episodes])
        self._cell = SimulatedCell(
            settings.task, np.random.default_rng([settings.seed, NOISE, episodes]))
        self._read = make_command_reader(contract)
        self._setpoint = setpoint_maker(contract.command, contract.control_period)
        self._forgets = contract.command.kind == 'twist'  # as MoveIt Servo; controllers do not
        self._object = contract.frames.object
        self._patience = max(1, round(settings.command_timeout / SERVO_PERIOD))
        self._silence = self._patience  # steps since the last command
        self._newest, self._halted = STANDSTILL, False
        self._steps = self._commands = self._refused = self._timeouts = self._resets = 0

        self._simulated = settings.rate_factor != 1.0
        # A restarted simulator goes on from here: its predecessor was never faster than this.
        # Whole steps, so that timers of other nodes meet the ticks of /clock exactly.
        begin = ceil(monotonic() * settings.rate_factor / SERVO_PERIOD) * STEP
        self._begin = begin % (LARGEST_TIME * 10**9)
        self._clock_publisher = self.create_publisher(
            ClockMessage, '/clock', QoSProfile(depth=10)) if self._simulated else None
        self._faults = Faults(
            fault_names(settings.faults), settings.fault_interval, settings.fault_duration,
            np.random.default_rng([settings.seed, TROUBLE, episodes]))
        self._topics = RobotTopics(
            self, self._cell, contract.frames, self._faults, settings.best_effort,
            settings.joint_state_rate)
        fast = settings.joint_state_rate * SERVO_PERIOD > 1.0
        self._between = self._publish_joints if fast else None
        self._following = 0  # steps that are to be made at once after the one that is made
        self._permissions = Permissions(self, contract)
        self._pace = Pace(SERVO_PERIOD, settings.rate_factor, monotonic())
        self._put_at_start()
        self._diagnostics = diagnostics.Diagnostics(
            self, 'pace', self._report, self._stamp if self._simulated else None)
        self.create_service(Trigger, '~/reset', self._on_reset)
        self.create_subscription(
            get_message(contract.command.type), contract.command.topic, self._on_command,
            qos.ACTION)
        self._timer = self.create_timer(
            self._pace.wall_step, self._step, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _step(self):
        """Let the world run up to now, one measurement per step; sensors before their time."""
        for following in reversed(range(self._pace.due(monotonic()))):
            self._following = following
            self._silence += 1
            if self._faults.advance(SERVO_PERIOD):
                self._halt_or_go_on()
            if self._silence == self._patience and self._forgets:
                self._newest = ToolVelocity(np.zeros(3))
                self._cell.arm.follow(self._newest)
                self._timeouts += 1
            self._cell.arm.advance(SERVO_PERIOD, self._between)
            self._steps += 1
            stamp = self._stamp()
            self._topics.publish_sensors(stamp, 1 if self._between else SUBSTEPS)
            if self._simulated:
                self._clock_publisher.publish(ClockMessage(clock=stamp))

    def _publish_joints(self, part):
        """Publish the joint states in the midst of a step."""
        self._topics.publish_joints(self._stamp(part))

    def _stamp(self, part=0):
        """Return the time of the world as a message, `part` substeps after the last step."""
        if self._simulated:
            since = self._steps * STEP + part * (STEP // SUBSTEPS)
            return Time(nanoseconds=self._begin + since).to_msg()
        # When it was due: several are made at a time, and a step all at once.
        early = TIMESTEP * (SUBSTEPS - part) if part else 0.0
        late = self._pace.lateness(monotonic(), self._following)
        return (self.get_clock().now() - Duration(seconds=early + late)).to_msg()

    def _on_command(self, message):
        try:
            command = self._read(message)
        except ValueError as error:
            self._refused += 1
            self.get_logger().error(f'refused a command: {error}', throttle_duration_sec=5.0)
            return
        if self._faults.active == 'dropped_commands':
            return
        self._silence = 0
        self._commands += 1
        self._newest = self._setpoint(command)
        if not self._halted:
            self._cell.arm.follow(self._newest)

    def _halt_or_go_on(self):
        """Halt at the beginning of a protective stop; then go on with the newest command."""
        halted = self._faults.active == 'protective_stop'
        if halted == self._halted:
            return
        self._halted = halted
        self._permissions.publish(not halted)
        # A controller that comes back has its last command in force.
        self._cell.arm.follow(STANDSTILL if halted else self._newest)

    def _on_reset(self, _, response):
        if self._halted:
            response.message = 'protective stop'
            return response
        try:
            start = self._put_at_start()
        except ValueError as error:  # out of reach
            response.success, response.message = False, str(error)
            return response
        self._resets += 1
        x, y, z = (1e3 * start[:3]).tolist()
        response.success = True
        response.message = f'tip at {x:.1f} {y:.1f} {z:.1f} mm from {self._object}'
        return response

    def _put_at_start(self):
        """Stop, put the tip where the task starts, in a world to be found out; return where."""
        start = self._task.start(self._rng)
        self._cell.reset(self._draw(self._rng), start)
        self._newest = STANDSTILL
        self._silence = self._patience
        self._topics.publish_origin(self._stamp())
        return start

    def _report(self):
        values = self._pace.report(monotonic())
        slow = values['achieved'] < ENOUGH
        text = f'{values["achieved"]:.0%} of the wanted rate'
        return diagnostics.WARN if slow else diagnostics.OK, text, {
            **values, 'resets': self._resets, 'commands': self._commands,
            'refused_commands': self._refused, 'command_timeouts': self._timeouts,
            **{f'faults_{name}': count for name, count in self._faults.counts.items()}}


def _episodes(run_folder):
    """Return how many episodes the run has behind it."""
    file = Path(run_folder) / EPISODES_FILE
    return file.read_bytes().count(b'\n') if run_folder and file.exists() else 0


def _world(settings):
    """Return the function from a random generator to the Physics of the next episode."""
    if settings.task not in WORLDS:
        raise ValueError(
            f'no worlds for task {settings.task!r}; choose from: {", ".join(sorted(WORLDS))}')
    worlds = WORLDS[settings.task]
    if settings.world == 'sim':
        return worlds.sim.draw
    if settings.world == 'real':
        real = draw_real(worlds.real, settings.seed, settings.gap)
        return lambda _: real
    raise ValueError(
        f'unknown world {settings.world!r}; choose from: {", ".join(WORLD_NAMES)}')


def main(args=None):
    """Run the node."""
    spin_until_signal(SimulatedRobot, args)


if __name__ == '__main__':
    main()
