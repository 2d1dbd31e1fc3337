"""Node safety_gate: the only way from actions to the robot, and the owner of the stop."""

from array import array
from time import monotonic

import numpy as np
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
import rclpy
from rclpy.clock import Clock, ClockType
from rclpy.duration import Duration
from rclpy.node import Node
from sgft_ros.msg import Action
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.arm_check import make_arm_check
from sgft_ros.nodes.command_publisher import CommandPublisher
from sgft_ros.nodes.ending import begin, ending_by_signal
from sgft_ros.nodes.gate_lock import GateLock
from sgft_ros.nodes.gate_record import GateRecord
from sgft_ros.nodes.guarded import make_guard
from sgft_ros.nodes.interlocks import Interlocks
from sgft_ros.nodes.joystick import JoystickInput
from sgft_ros.nodes.parameters import declare_parameters
from sgft_ros.nodes.safety_gate_parameters import SafetyGateParameters
from sgft_ros.nodes.sensors import NEWEST, Sensors
from sgft_ros.nodes.state_source import make_state_source
from sgft_ros.robot import load_robot_contract, SafetyGate
from sgft_ros.robot.limits import MAX_WATCHDOG, OVERDUE
from sgft_ros.robot.messages import stamp_seconds
from std_srvs.srv import SetBool

STOPS = 3             # times that a stop is sent
TIMER_SLACK = 0.0005  # [s] that a timer may come before its time
LAST_STOP_WAIT = Duration(seconds=0.1)  # for the acknowledgement of each stop at the end


class SafetyGateNode(Node):
    """Send actions to the robot within the limits of its contract, and stop it in silence."""

    def __init__(self):
        """Load the contract and send a stop, as an old command may still be in force."""
        super().__init__('safety_gate')
        settings = declare_parameters(self, SafetyGateParameters)
        contract = load_robot_contract(settings.robot)
        period = contract.control_period / settings.rate_factor
        timeout = self._declare_watchdog_timeout(contract.limits.watchdog, period)
        self._rate_factor = settings.rate_factor
        self._gate = SafetyGate(contract, timeout * settings.rate_factor)
        self._stops_left = self._listeners = 0
        self._human_acts = False
        self._record = GateRecord()

        self._commands = CommandPublisher(self, contract)
        self._executed = self.create_publisher(Action, 'executed_action', qos.ACTION)
        self._sensors = Sensors(self, contract)
        self._measure = make_state_source(self, contract, self._sensors)
        self._arm_problems = make_arm_check(contract, self._sensors)
        self._interlocks = Interlocks(self, contract, self._check_interlocks)
        self._joystick = JoystickInput(self, contract, NEWEST)
        self.stop('started')
        self._guard = make_guard(self, settings.robot, contract, self._commands.topic)
        self._gate_lock = GateLock(settings.run_folder)  # no disk holds up the stop
        for problem in self._gate_lock.problems:
            self._record.enable(problem, True)
            self.get_logger().warning(problem)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._watchdog = self.create_timer(timeout, self._on_silence, clock=steady)
        self._overdue = self.create_timer(OVERDUE * period, self._on_overdue, clock=steady)
        self._diagnostics = diagnostics.Diagnostics(self, 'gate', self._report)
        self.create_service(SetBool, '~/enable', self._on_enable)
        self.create_service(SetBool, '~/lock', self._on_lock)
        self.create_subscription(Action, 'action', self._on_action, qos.ACTION)

    def stop(self, reason):
        """Disarm and send the stop, now and at the next control periods."""
        self._send(self._gate.disarm(self._now(), reason, self._measure()))

    def stop_for_good(self):
        """Disarm and send every stop now; wait a little until they have been received."""
        self.stop('terminated')
        while self._stops_left:
            self._commands.wait_for_all_acked(LAST_STOP_WAIT)
            self._repeat_stop()
        self._commands.wait_for_all_acked(LAST_STOP_WAIT)
        self._guard.dismiss()

    def _stop_before_answer(self, reason):
        """Disarm and send every stop now: who is told of it may let others move the robot."""
        self.stop(reason)
        while self._stops_left:
            self._repeat_stop()

    def _on_action(self, message):
        """Send what the gate makes of an action, or of the human's, then tell the policy."""
        begin = monotonic()
        self._check_interlocks()
        action = self._joystick.action(begin)
        self._tell_who_acts(action is not None)
        if self._human_acts:
            message.source = Action.HUMAN
        else:
            action = np.asarray(message.action, np.float32)
        decision = self._gate.filter(
            action, self._measure(), self._now(),
            stamp=stamp_seconds(message.header.stamp), clock=self._sensors.now())
        self._send(decision)
        latency = monotonic() - begin
        if not decision.stopped:
            self._watchdog.reset()
            self._overdue.reset()
        message.action = array('f', decision.executed_action.tobytes())
        message.clipped = decision.clipped
        message.stopped = decision.stopped
        self._executed.publish(message)
        self._record.action(decision, latency, self._human_acts)
        if decision.stopped:
            self.get_logger().warning(f'stopped: {decision.reason}', throttle_duration_sec=1.0)
        elif decision.clipped:  # the daily bread of a policy that explores
            self.get_logger().info(f'clipped: {decision.reason}', throttle_duration_sec=1.0)

    def _tell_who_acts(self, human_acts):
        if human_acts != self._human_acts:
            self._human_acts = human_acts
            self.get_logger().info(
                'the human takes over' if human_acts else 'the policy has the robot again')

    def _check_interlocks(self):
        """Stop and disarm as soon as the robot says that it must not be moved."""
        problems = self._interlocks.problems() if self._gate.armed else ()
        if problems:
            reason = '; '.join(problems)
            self.stop(reason)
            self._record.interlock(reason)
            self.get_logger().warning(f'stopped and disarmed: {reason}')

    def _on_silence(self):
        stop = self._gate.watchdog(self._now() + TIMER_SLACK * self._rate_factor, self._measure())
        if stop is not None:
            self._send(stop)
            self._record.watchdog(stop)
            self.get_logger().warning(f'stopped and disarmed: {stop.reason}')

    def _on_enable(self, request, response):
        """Disarm with a stop; then arm, if asked to and every observation is fresh and finite."""
        self._stop_before_answer('disarmed')
        refusal = self._arm() if request.data else '; '.join(self._gate_lock.problems)
        response.success = not refusal
        response.message = f'refused: {refusal}' if refusal else (
            'armed' if request.data else 'disarmed')
        self._record.enable(response.message, bool(refusal))
        self.get_logger().info(response.message)
        return response

    def _on_lock(self, request, response):
        """Stop the robot and arm no more, whoever asks; or let it be armed again."""
        if request.data:
            self._stop_before_answer('locked')
            forgotten = self._gate_lock.lock()
            response.message = (
                f'locked, until this process ends: {forgotten}' if forgotten else 'locked')
        else:
            response.message = self._unlock()
        locked = self._gate_lock.locked
        response.success = locked == request.data
        self._record.enable('; '.join(self._gate_lock.problems) or response.message, locked)
        self.get_logger().info(response.message)
        return response

    def _unlock(self):
        try:
            self._gate_lock.unlock()
        except OSError as error:
            return f'refused: {error}'
        return 'not locked'

    def _arm(self):
        """Return why the gate stays disarmed, or an empty string."""
        for name in self._commands.rivals:
            self.get_logger().warning(
                f'{name} publishes commands, too, or did until some seconds ago: no limit of this '
                'gate holds for them', throttle_duration_sec=10.0)
        self._sensors.update()
        measured = self._measure()
        return self._gate.arm(measured, self._now(), (
            *self._gate_lock.problems, *self._interlocks.problems(), *self._sensors.problems(),
            *self._arm_problems(measured), self._guard.problem))

    def _now(self):
        """Return the time of the robot [s]; that of a simulated one may run faster."""
        return self._rate_factor * monotonic()

    def _send(self, decision):
        if decision.command is None:
            return  # nothing new: a stop that is being repeated stays in force
        self._command = decision.command
        self._stops_left = STOPS - 1 if decision.stopped else 0
        self._commands.publish(decision.command)

    def _repeat_stop(self):
        self._stops_left -= 1
        self._commands.publish(self._command)

    def _on_overdue(self):
        """Keep a moving robot within its limits, a stopped one stopped."""
        if self._gate.moving:
            self._hold()
            return
        # A robot that came after the stop has to hear it too.
        listeners = self._commands.listeners
        if listeners > self._listeners and not self._gate.armed:
            self.stop('a robot has come')
        elif self._stops_left:
            self._repeat_stop()
        self._listeners = listeners

    def _hold(self):
        held = self._gate.hold(self._measure(), self._now())
        if held is not None:
            self._send(held)
            self._record.held(held)

    def _declare_watchdog_timeout(self, watchdog, period):
        longest = MAX_WATCHDOG * period
        return self.declare_parameter(
            'watchdog_timeout', watchdog * period, ParameterDescriptor(
                description='wall time without a valid action until the stop; the default is the '
                            f'one of the contract, the most {MAX_WATCHDOG:g} control periods [s]',
                read_only=True, floating_point_range=[
                    FloatingPointRange(from_value=0.1 * period, to_value=longest)])).value

    def _report(self):
        return self._record.report(self._gate.armed, self._guard)


def main(args=None):
    """Run the node; stop the robot before it ends, whatever ends it."""
    with ending_by_signal(args) as ended:
        node = begin(SafetyGateNode)
        try:
            rclpy.spin_until_future_complete(node, ended)
        finally:
            node.stop_for_good()


if __name__ == '__main__':
    main()
