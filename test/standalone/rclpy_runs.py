"""What the tests of rclpy share: nodes to spin, and programs that run as processes."""

import contextlib
from pathlib import Path
import subprocess
import sys
import time

import pytest
import rclpy

PATIENCE = 90.0  # [s]; far more than anything here takes
PROLOGUE = f"""
import signal, sys
import sgft_ros  # it puts the stand-in for ROS 2 on the path where ROS 2 is missing
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
sys.path.insert(0, {str(Path(__file__).parent)!r})
from rclpy_runs import initialised
"""


@contextlib.contextmanager
def initialised(**options):
    """Initialise rclpy for a block; its own context manager is missing in Jazzy."""
    rclpy.init(**options)
    try:
        yield
    finally:
        if rclpy.ok():
            rclpy.shutdown()


def until(node, condition, what='the expected event'):
    """Spin a node until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f'{what} did not happen within {PATIENCE} s'
        rclpy.spin_once(node, timeout_sec=0.05)


def collect(node, message_type, topic, qos):
    """Subscribe; return the list that fills with messages."""
    messages = []
    node.create_subscription(message_type, topic, messages.append, qos)
    return messages


def call(node, client, request):
    """Return the response of a service."""
    assert client.wait_for_service(timeout_sec=PATIENCE)
    future = client.call_async(request)
    rclpy.spin_until_future_complete(node, future, timeout_sec=PATIENCE)
    assert future.done(), 'no response'
    return future.result()


@contextlib.contextmanager
def running(program, *arguments):
    """Run a program of Python as a process; kill it at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, '-c', PROLOGUE + program, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finished(process):
    """Wait for a process; return its exit code, and what it wrote."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def run(program, *arguments):
    """Run a program of Python to its end; return its exit code, and what it wrote."""
    with running(program, *arguments) as process:
        return finished(process)


@pytest.fixture
def node(domain_id):
    """Give a node in a domain of its own."""
    with initialised(args=[]):
        yield rclpy.create_node('tester')
