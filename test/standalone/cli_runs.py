"""Run the command `sgft` and nodes in processes of their own, the way a user does."""

from contextlib import contextmanager
import signal
import subprocess
import sys

from launch_runs import LaunchRun, TIMEOUT

SGFT = (sys.executable, '-u', '-m', 'sgft_ros.cli')

# A node with one of everything. It ends at the end of its input, so that none is left behind.
TALKER = """
import sys
import threading
import sgft_ros
import rclpy
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import JointState
from std_msgs.msg import String
from std_srvs.srv import SetBool

def switch(request, response):
    response.success, response.message = request.data, 'on' if request.data else 'off'
    return response

def hear(message):
    print('heard', message.data, flush=True)

with rclpy.init():
    node = rclpy.create_node('talker', namespace='robot')
    latched = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    history = node.create_publisher(String, 'history', latched)
    for word in ('one', 'two', 'three'):
        history.publish(String(data=word))
    joints = node.create_publisher(JointState, 'joint_states', qos_profile_sensor_data)
    state = JointState(name=['elbow', 'wrist'], position=[0.25, 0.5])
    node.create_timer(0.02, lambda: joints.publish(state))
    node.create_subscription(String, 'words', hear, 10)
    node.create_service(SetBool, 'switch', switch)
    node.declare_parameter('gain', 0.5, ParameterDescriptor(
        description='how strongly to react', floating_point_range=[
            FloatingPointRange(from_value=0.0, to_value=1.0)]))
    node.declare_parameter('frames.tool', 'tip')
    threading.Thread(target=lambda: (sys.stdin.read(), rclpy.try_shutdown()), daemon=True).start()
    print('READY', flush=True)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
"""


def sgft(*arguments, check=True):
    """Run the command to its end, by default a good one; return exit code and output."""
    return sgft_at_once(arguments, check=check)[0]


def sgft_at_once(*commands, check=True):
    """Run several commands at the same time; as `sgft`."""
    processes = [subprocess.Popen(
        [*SGFT, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True) for arguments in commands]
    try:
        done = []
        for process in processes:
            output, errors = process.communicate(timeout=TIMEOUT)
            done.append(subprocess.CompletedProcess(
                process.args, process.returncode, output, errors))
            assert not check or process.returncode == 0, f'{process.args}: {output}{errors}'
        return done
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


@contextmanager
def started(*command, ready=None):
    """Start a process, wait for a word of its output if one is given, and end it."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    run = LaunchRun(process)
    try:
        if ready is not None:
            run.wait_for(ready)
        yield run
    finally:
        if process.poll() is None:
            process.kill()
        run.finish()
        process.stdin.close()


def sgft_started(*arguments, ready=None):
    """Start the command; as `started`."""
    return started(*SGFT, *arguments, ready=ready)


def talker():
    """Start the node /robot/talker; as `started`."""
    return started(sys.executable, '-c', TALKER, ready='READY')


def interrupt(run, number=signal.SIGINT):
    """Send a signal; return the exit code."""
    run.process.send_signal(number)
    return run.finish()
