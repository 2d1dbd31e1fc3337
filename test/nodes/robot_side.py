"""A simulated cell, its safety gate and a policy as processes, and a probe that watches them."""

import contextlib
from pathlib import Path
import time

from data_path import node_process, running_probe
from policies import metadata, save_policy, servo_tensors
from sgft_ros.msg import Action, EpisodeResult, PolicyWeights, Transition
from sgft_ros.nodes import qos, weights
from sgft_ros.robot import load_robot_contract
from std_msgs.msg import UInt64

POLICY_STATUS = 'policy: control loop'
PERIOD = 0.05  # control period of the simulated arm [s]


class Cell:
    """The robot side of the graph, without a gap between simulator and reality."""

    def __init__(
        self, folder: Path, rate_factor=3.0, tensors=None, robot='simulated_arm', faults=(),
        **parameters,
    ):
        """Prepare processes and files; `parameters` are those of the policy."""
        self._robot, self._faults = robot, dict(faults)
        self._processes = contextlib.ExitStack()
        self.tensors = servo_tensors() if tensors is None else tensors
        contract = load_robot_contract(robot)
        checkpoint = save_policy(
            folder / 'policy.safetensors', self.tensors,
            observation_names=list(contract.observation_names),
            action_names=list(contract.action_names))
        # A cell at the rate of the wall clock has no /clock.
        self.time = {'use_sim_time': 'true'} if rate_factor != 1.0 else {}
        self.rate = {'rate_factor': rate_factor}
        self.parameters = {
            'robot': robot, 'task': 'peg_insert', 'checkpoint': checkpoint,
            'run_folder': folder, **parameters}

    def __enter__(self):
        """Open a probe in the graph, then start all processes."""
        self.probe = self._processes.enter_context(running_probe())
        collect = self.probe.collect
        self.transitions = collect(Transition, 'transitions', qos.TRANSITIONS)
        self.results = collect(EpisodeResult, 'episode_results', qos.EPISODE_RESULTS)
        self.executed = collect(Action, 'executed_action', 1000)
        self._weights = self.probe.node.create_publisher(
            PolicyWeights, 'policy_weights', qos.WEIGHTS)
        self._run = self.probe.node.create_publisher(UInt64, 'replay_buffer/run', qos.LATEST)
        self._run.publish(UInt64())
        self.robot = self.start(
            'simulated_robot', robot=self._robot, gap=0.0, **self._faults, **self.rate)
        self.gate = self.start_gate()
        self.policy = self.start_policy()
        return self

    def __exit__(self, *error):
        """End all processes."""
        self._processes.close()

    def start(self, name, **parameters):
        """Start a node that ends with the cell."""
        return self._processes.enter_context(node_process(name, **parameters))

    def start_gate(self):
        """Start the safety gate."""
        return self.start('safety_gate', robot=self._robot, **self.rate, **self.time)

    def start_policy(self):
        """Start the policy."""
        return self.start('policy', **self.parameters, **self.time)

    def message(self, version, tensors=None, candidate='sgft'):
        """Return weights as the learner publishes them."""
        tensors = self.tensors if tensors is None else tensors
        return weights.make_weights_message(
            version, 0, weights.architecture(metadata(), tensors), candidate, tensors, None)

    def publish(self, message):
        """Publish weights; return when [s since the epoch]."""
        self._weights.publish(message)
        return time.time()

    def until(self, condition, what):
        """Spin until the condition holds."""
        self.probe.until(condition, what=what)

    def until_transitions(self, count):
        """Spin until so many more transitions have come."""
        wanted = len(self.transitions) + count
        self.until(lambda: len(self.transitions) >= wanted, f'{count} transitions')

    def until_diagnostics(self, **values):
        """Spin until the policy reports these values."""
        self.probe.until_diagnostics(POLICY_STATUS, **values)

    def until_aborted(self, reason):
        """Spin until another episode is cut off for a reason with these words."""
        before = int(self.report('aborted_episodes') or 0)
        self.until(lambda: int(self.report('aborted_episodes') or 0) > before
                   and reason in self.report('last_abort'), f'an episode cut off by {reason}')

    def report(self, key):
        """Return a value of the policy's diagnostics as text, empty before the first."""
        return self.probe.diagnostics.get(POLICY_STATUS, (0, '', {}))[2].get(key, '')


def episodes(transitions):
    """Return the transitions by session and episode, in order."""
    found = {}
    for transition in transitions:
        found.setdefault((transition.session, transition.episode), []).append(transition)
    return list(found.values())


def cut_off(steps):
    """Return whether a fault ended the episode, as on a machine that has too much to do."""
    return not (steps[-1].terminated or steps[-1].truncated)


def seconds(stamp):
    """Return a stamp in seconds."""
    return stamp.sec + 1e-9 * stamp.nanosec
