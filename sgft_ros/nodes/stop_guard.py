"""Program stop_guard: send the stop for a safety gate that was killed before it could."""

import contextlib
import signal
import sys
from time import monotonic

import rclpy
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future
from sgft_ros.nodes.command_publisher import CommandPublisher
from sgft_ros.nodes.ending import initialised
from sgft_ros.robot import load_robot_contract
from sgft_ros.robot.drives import make_drive

READY = b'\0'      # on standard output, as soon as the publisher is there
DISMISSED = b'\0'  # on standard input; its end without this is that of the gate
STOPS = 5          # times that the stop is sent to who listens
INTERVAL = 0.02    # [s] between two of them
PATIENCE = 1.0     # [s] for a listener that was not found yet; by then the next gate may have come
LAST_WAIT = Duration(seconds=0.5)  # for who has not received the last one


def main():
    """Wait for the end of standard input; send the stop unless the gate has sent its own."""
    for number in (signal.SIGINT, signal.SIGTERM):  # as whoever ends the gate may send to all
        signal.signal(number, signal.SIG_IGN)
    with initialised(signal_handler_options=SignalHandlerOptions.NO):
        contract = load_robot_contract(sys.argv[1])
        node = Node('stop_guard', enable_rosout=False, start_parameter_services=False)
        commands = CommandPublisher(node, contract)
        stop = make_drive(contract).idle(0.0)
        with contextlib.suppress(BrokenPipeError):  # it has died meanwhile
            sys.stdout.buffer.write(READY)
            sys.stdout.flush()
        if sys.stdin.buffer.read() == DISMISSED:
            return
        sent, end = 0, monotonic() + PATIENCE
        while sent < STOPS and monotonic() < end:
            commands.publish(stop)
            # With simulated time the first stop has no stamp: /clock is heard only now.
            rclpy.spin_until_future_complete(node, Future(), timeout_sec=INTERVAL)
            sent += commands.listeners > 0
        commands.wait_for_all_acked(LAST_WAIT)
        node.get_logger().warning('the safety gate has gone: its guard has sent the stop')


if __name__ == '__main__':
    main()
