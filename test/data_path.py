"""What the tests of the data path share: node processes, a probe in the graph, and transitions."""

from array import array
import contextlib
import os
import signal
import subprocess
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from sgft_ros.msg import ShapedTransition, Transition
from sgft_ros.nodes.ending import initialised

OBSERVATION, ACTION = 5, 3
TIMEOUT = 90.0  # [s]; far more than anything here takes, also on a busy machine
SESSION = 2**64 - 3


@contextlib.contextmanager
def node_process(name, output=None, remap=(), **parameters):
    """Run a node of the package in a process of its own; end it at the end if it still runs."""
    process = start_node(name, output, remap, **parameters)
    try:
        yield process
    finally:
        end(process)


def start_node(name, output=None, remap=(), **parameters):
    command = [sys.executable, '-m', f'sgft_ros.nodes.{name}', '--ros-args']
    for key, value in parameters.items():
        command += ['-p', f'{key}:={value}']
    for rule in remap:
        command += ['-r', rule]
    environment = os.environ | {'PYTHONUNBUFFERED': '1'}
    return subprocess.Popen(command, stdout=output, text=True, env=environment)


def end(process):
    """
    End a process that may have ended.

    First in peace: a writer waits a second for the receipts of a reader that was killed.
    """
    process.terminate()
    try:
        process.wait(timeout=5.0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def insist(process):
    """Interrupt a process again and again until it ends, as an impatient hand does on ROS 2."""
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.02)
    return process.returncode


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


class Probe:
    """A node of the test that waits for events instead of sleeping."""

    def __init__(self):
        self.node = rclpy.create_node('probe')
        self.diagnostics = {}
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)

    def until(self, condition, timeout=TIMEOUT, what='the expected event'):
        """Spin until the condition holds."""
        deadline = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f'{what} did not happen in {timeout} s; {self.diagnostics}')
            rclpy.spin_once(self.node, timeout_sec=0.1)

    def collect(self, message_type, topic, qos):
        """Subscribe; return the list that fills with messages."""
        messages = []
        self.node.create_subscription(message_type, topic, messages.append, qos)
        return messages

    def until_diagnostics(self, name, **values):
        """Spin until a status has these values."""
        expected = {key: str(value) for key, value in values.items()}
        self.until(
            lambda: expected.items() <= self.diagnostics.get(name, (0, '', {}))[2].items(),
            what=f'{name} with {expected}')

    def call(self, service_type, name, **request):
        """Call a service and return the response."""
        client = self.node.create_client(service_type, name)
        self.until(client.service_is_ready, what=f'service {name}')
        future = client.call_async(service_type.Request(**request))
        self.until(future.done, what=f'the answer of {name}')
        self.node.destroy_client(client)
        return future.result()

    def _on_diagnostics(self, message):
        for status in message.status:
            values = {pair.key: pair.value for pair in status.values}
            self.diagnostics[status.name] = status.level, status.message, values


@contextlib.contextmanager
def running_probe():
    """Give a probe in an initialised context."""
    with initialised():
        probe = Probe()
        yield probe
        probe.node.destroy_node()


def transition(number, **changes):
    """Return a Transition that can be told from every other one by its reward."""
    fields = {
        'robot': 'arm', 'session': SESSION, 'sequence': number, 'episode': number // 50,
        'step': number % 50, 'reward': float(number), 'policy_version': number // 100,
        'observation': array('f', [number * 0.001 + i for i in range(OBSERVATION)]),
        'action': array('f', [number * 0.001] * ACTION),
        'next_observation': array('f', [(number + 1) * 0.001 + i for i in range(OBSERVATION)]),
        'truncated': number % 50 == 49,
    }
    return Transition(**(fields | changes))


def shaped(number, value_id='first', **changes):
    """Return a ShapedTransition around `transition(number)`."""
    return ShapedTransition(
        transition=transition(number, **changes), value=number + 0.25, next_value=number + 0.5,
        shaped_reward=-float(number), value_std=0.125, value_id=value_id)
