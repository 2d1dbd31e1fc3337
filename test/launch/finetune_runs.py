"""What the tests of finetune.launch.py share: a run in processes of its own, and what it left."""

from pathlib import Path
import signal
import subprocess
import sys
import time

from processes import nodes_of
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader
from sgft_ros.msg import ShapedTransition
from sgft_ros.nodes.deduplicate import key_of
from sgft_ros.nodes.journal import Journal
from sgft_ros.robot import load_robot_contract
from untrained import save_checkpoints

TIMEOUT = 300.0  # [s]; a busy machine takes long to start eight processes
POLL = 0.05      # [s]; processes and files are events that nobody sends
SMALL = {'algorithm': 'sgft_sac', 'transition_limit': '150', 'evaluation_episodes': '1',
         'evaluation_interval': '150', 'rate_factor': '2.0'}


def untrained_checkpoints(folder):
    """Return the folder with the checkpoints of the runs in a folder; make it if there is none."""
    checkpoints = folder / 'checkpoints'
    if not checkpoints.exists():
        checkpoints.mkdir()
        contract = load_robot_contract('simulated_arm')
        save_checkpoints(checkpoints, contract.observation_names, contract.action_names)
    return checkpoints


class Run:
    """One launch with untrained networks."""

    def __init__(self, folder, **arguments):
        """Start it in an empty folder."""
        self.folder = folder / 'run'
        arguments = SMALL | {
            'checkpoint': untrained_checkpoints(folder), 'run_folder': self.folder, **arguments}
        self._errors = open(folder / 'stderr', 'w+')  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'sgft_ros.cli', 'launch', '--noninteractive', 'sgft_ros',
             'finetune.launch.py', *(f'{name}:={value}' for name, value in arguments.items())],
            stdout=self._errors, stderr=subprocess.STDOUT, cwd=folder)

    def __enter__(self):
        """Return the run."""
        return self

    def __exit__(self, *error):
        """End what a failed test has left behind."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._errors.close()

    @property
    def output(self):
        """Return what is on the screen."""
        return Path(self._errors.name).read_text()

    def until(self, condition, what):
        """Wait for a condition; return what it returned."""
        deadline = time.monotonic() + TIMEOUT
        while not (result := condition()):
            assert time.monotonic() < deadline, f'{what} did not happen:\n{self.output}'
            assert self.process.poll() is None, f'ended before {what}:\n{self.output}'
            time.sleep(POLL)
        return result

    def finish(self):
        """Wait for the end; return the exit code."""
        return self.process.wait(TIMEOUT)

    def nodes(self):
        """Return the process ids of the running children by name."""
        return nodes_of(self.process)

    def journal(self):
        """Return the stored transitions, in their order."""
        journal = Journal(self.folder / 'replay.journal')
        transitions = [deserialize_message(payload, ShapedTransition).transition
                       for payload in journal.read()]
        journal.close()
        return transitions

    def recorded(self, topic, message_type):
        """Return the recorded messages of a topic."""
        with Reader(self.folder / 'bag') as reader:
            connections = [c for c in reader.connections if c.topic == topic]
            return [deserialize_message(data, message_type)
                    for _, _, data in reader.messages(connections)]


def keys(transitions):
    """Return what tells each transition from every other."""
    return [key_of(transition) for transition in transitions]
