"""
Measure how long a command of the safety gate comes after its action, beside a mere relay.

What both have in common is the way through DDS and the executor, there and back; the difference
is what the gate adds.
"""

import argparse
from array import array
import contextlib
from pathlib import Path
from statistics import median
import sys
import tempfile
from time import monotonic

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from control_loop import save_contract
from geometry_msgs.msg import TransformStamped, TwistStamped, WrenchStamped
import numpy as np
from processes import add_domain, node, tail, use_domain
import rclpy
from rclpy.node import Node
from sgft_ros.msg import Action
from sgft_ros.nodes import qos
from sgft_ros.nodes.ending import initialised
from sgft_ros.report.table import table
from std_srvs.srv import SetBool
from tables import machine, quantile
from tf2_ros import StaticTransformBroadcaster, TransformBroadcaster

START_TIME = 30.0  # [s] for a node to come, and to arm
RELAY = Path(__file__).with_name('relay.py')
WANTED = 0.3       # [ms] that the gate may add, in the median


class Cell(Node):
    """A policy that acts and a robot that stands still and measures, twice a control period."""

    def __init__(self, period):
        """Join the topics of the simulated arm."""
        super().__init__('cell')
        self._period, self._sequence, self._arrival = period, 0, None
        self._tf = TransformBroadcaster(self)
        self._wrench = self.create_publisher(WrenchStamped, 'wrench', 10)
        self._actions = self.create_publisher(Action, 'action', qos.ACTION)
        self._enable = self.create_client(SetBool, 'safety_gate/enable')
        self.create_subscription(TwistStamped, 'twist_commands', self._on_command, 10)
        self._static = StaticTransformBroadcaster(self)
        self._static.sendTransform(self._transform('hole', 0.1))

    def arm(self):
        """Arm the gate; raise TimeoutError if it stays disarmed."""
        end = monotonic() + START_TIME
        while monotonic() < end:
            self._measure()
            answer = self._enable.call_async(SetBool.Request(data=True))
            rclpy.spin_until_future_complete(self, answer, timeout_sec=0.1)
            if answer.done() and answer.result().success:
                return
        raise TimeoutError(f'the gate did not arm in {START_TIME:g} s')

    def delays(self, seconds):
        """Act at the control rate; return how long each command took [s]."""
        self._spin(START_TIME, lambda: self._actions.get_subscription_count()
                   and self.count_publishers('twist_commands'))
        delays, due, end = [], monotonic(), monotonic() + seconds
        while due < end:
            self._measure()
            self._spin(due - 0.5 * self._period - monotonic())
            self._measure()
            self._spin(due - monotonic())
            self._arrival, acted = None, self._act()
            self._spin(0.5 * self._period, lambda: self._arrival is not None)
            if self._arrival is not None:
                delays.append(self._arrival - acted)
            due += self._period
        return delays

    def _act(self):
        self._sequence += 1
        action = 0.4 * np.sin(0.1 * self._sequence + np.arange(3))
        message = Action(sequence=self._sequence, action=array('f', action))
        message.header.stamp = self.get_clock().now().to_msg()
        acted = monotonic()
        self._actions.publish(message)
        return acted

    def _measure(self):
        self._tf.sendTransform(self._transform('peg_tip', 0.25))
        wrench = WrenchStamped()
        wrench.header.stamp = self.get_clock().now().to_msg()
        self._wrench.publish(wrench)

    def _transform(self, child, height):
        message = TransformStamped(child_frame_id=child)
        message.header.frame_id = 'base_link'
        message.header.stamp = self.get_clock().now().to_msg()
        message.transform.translation.x, message.transform.translation.z = 0.5, height
        message.transform.rotation.w = 1.0
        return message

    def _spin(self, seconds, ended=lambda: False):
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0.0 and not ended():
            rclpy.spin_once(self, timeout_sec=left)

    def _on_command(self, message):
        self._arrival = monotonic()


def main(args=None) -> int:
    """Measure both by turns, print the table."""
    options = _options(args)
    use_domain(options.domain)
    print(f'Machine: {machine()}', flush=True)
    with tempfile.TemporaryDirectory() as name:
        contract, log_path = save_contract(Path(name), options.rate), Path(name) / 'log'
        gate, passed_on = [], []
        with open(log_path, 'w') as log:
            for _ in range(options.tries):
                for program, found in (('safety_gate', gate), (RELAY, passed_on)):
                    try:
                        found.append(_try(options, program, log, contract))
                    except TimeoutError as error:
                        print(f'{error}:\n{tail(log_path)}', file=sys.stderr)
                        return 1
    rows = [_row('action out to command in, through the gate [ms]', gate),
            _row('action out to command in, through a relay [ms]', passed_on)]
    added = [1e3 * (median(one) - median(other)) for one, other in zip(gate, passed_on)]
    rows.append(('added by the gate, medians of each try [ms]', f'{median(added):.2f}',
                 f'{min(added):.2f} to {max(added):.2f}', '', f'max {WANTED:g}', len(added)))
    print(table(('figure', 'median', 'medians of the tries', 'p99', 'wanted', 'samples'), rows,
                markdown=options.markdown))
    return 0


def _try(options, program, log, contract):
    with contextlib.ExitStack() as stack:
        stack.enter_context(initialised())
        cell = Cell(1.0 / options.rate)
        stack.enter_context(node(program, log, robot=contract))
        if program == 'safety_gate':
            cell.arm()
        delays = cell.delays(options.seconds)
    if not delays:
        raise TimeoutError(f'no command came of {program}')
    return delays


def _row(name, tries):
    medians = [1e3 * median(delays) for delays in tries]
    every = [1e3 * delay for delays in tries for delay in delays]
    return (name, f'{median(every):.2f}', f'{min(medians):.2f} to {max(medians):.2f}',
            f'{quantile(every, 0.99):.2f}', '', len(every))


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__.partition('\n\n')[0].strip())
    parser.add_argument('--tries', type=int, default=5, help='of each (default: 5)')
    parser.add_argument('--seconds', type=float, default=10.0, help='of a try (default: 10)')
    parser.add_argument('--rate', type=float, default=50.0, help='control rate [Hz] (default: 50)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    add_domain(parser)
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
