"""Measure the control loop of the policy at 50 Hz with the learner training all the time."""

import argparse
from bisect import bisect_left, bisect_right
import contextlib
import os
from pathlib import Path
import sys
import tempfile

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from ament_index_python.packages import get_package_share_directory
from geometry_msgs.msg import TwistStamped
import numpy as np
from probe import running_probe
from processes import add_domain, node, tail, use_domain
import recorded_policy
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.msg import Action, EpisodeResult, LearnerStatus, PolicyWeights
from sgft_ros.nodes import qos
from sgft_ros.report.table import table
from sgft_ros.robot import load_robot_contract
from tables import machine, quantile
import yaml

KINDS = {'policy': 'policy', 'value': 'value'}
GATE, ROBOT = 'safety_gate: gate', 'simulated_robot: pace'
START_TIME = 90.0      # [s] for the first weights on a busy machine
MOVING = 1.5           # control periods between two actions within one episode
ALL_THE_TIME = 1000.0  # updates per transition: training never has to wait for the robot
KEPT = 100_000         # messages that wait for the probe


def main(args=None) -> int:
    """Run the nodes, listen, print the table. Return 1 if a node died."""
    options = _options(args)
    use_domain(options.domain)
    print(f'Machine: {machine()}', flush=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        heard = measure(options, folder, stack)
        if heard is None:
            return 1
    print(table(('figure', 'median', 'p99', 'max', 'wanted', 'samples'), heard,
                markdown=options.markdown))
    return 0


def measure(options, folder, stack):
    """Return the rows of the table, or None if a node died."""
    log_path = folder / 'log'
    log = stack.enter_context(open(log_path, 'w'))
    probe = stack.enter_context(running_probe())
    executed = probe.collect(Action, 'executed_action', KEPT)
    commands = probe.collect(TwistStamped, 'twist_commands', KEPT)
    weights = probe.collect(PolicyWeights, 'policy_weights', qos.WEIGHTS)
    results = probe.collect(EpisodeResult, 'episode_results', qos.EPISODE_RESULTS)
    status = probe.collect(LearnerStatus, 'learner_status', qos.LATEST)
    with contextlib.ExitStack() as nodes:
        processes = [nodes.enter_context(process)
                     for process in start(options, folder, log)]

        def died():
            return any(process.poll() is not None for process in processes)

        probe.spin(START_TIME, lambda: died() or len(weights) > 1)
        begun = len(status)
        probe.spin(60.0 * options.minutes, died)
        if died() or len(weights) < 2:
            print(f'a node died or no weights came:\n{tail(log_path, 30)}', file=sys.stderr)
            return None
        # Its record of all ticks is complete when it has ended.
    ticks = np.load(os.environ[recorded_policy.TICKS])
    period = 1.0 / options.rate
    learner = [message for _, message in status[begun:]]
    gate = probe.diagnostics.get(GATE, [])
    robot = probe.diagnostics.get(ROBOT, [])
    stamps = [seconds(action) for _, action in executed]
    delays = swap_delays(weights, executed, results, period)
    latency = command_delays(stamps, [seconds(message) for _, message in commands], period)
    pace = [100.0 * float(values['achieved']) for values in robot[3:]]
    return [
        _row('tick, observation to action [ms]', 1e3 * ticks['duration'], '1 / 5'),
        _row('tick, observation to command of the gate [ms]', 1e3 * np.array(latency), '1 / 5'),
        _row('lateness of a tick [ms]', 1e3 * ticks['lateness']),
        ('ticks missed', '', '', int(ticks['missed']), 'max 0', len(ticks['duration'])),
        _row('gate, action in to command out [ms]', [
            float(values['latency_median [ms]']) for values in gate
            if 'latency_median [ms]' in values]),
        _row('new weights: published to acting [periods]', delays, 'max 1'),
        _row('learner, updates per second', [message.updates_per_second for message in learner]),
        _row('learner, waiting for data [% of each second]',
             [100.0 * message.waiting for message in learner], 'mean < 5'),
        ('learner, waiting for data, mean [%]', '', '',
         f'{100.0 * np.mean([message.waiting for message in learner]):.2f}', 'max 5',
         len(learner)),
        _row('simulated robot, share of its rate [%]', pace),
    ]


def start(options, folder, log):
    """Return the nodes of the run, each a process once it is entered."""
    contract = save_contract(folder, options.rate)
    checkpoints = save_checkpoints(options.checkpoint, folder, options.rate)
    run = folder / 'run'
    os.environ[recorded_policy.TICKS] = str(folder / 'ticks.npz')
    robot = {'robot': contract}
    task = {'task': 'peg_insert', 'seed': 0}
    return [
        node('simulated_robot', log, **robot, **task),
        node('safety_gate', log, **robot),
        node('value_shaping', log, value_checkpoint=checkpoints['value'], marker_frame='hole',
             position_elements='[0, 1, 2]', position_scale=20.0, field_extent=0.03),
        node('replay_buffer', log, run_folder=run),
        node('learner', log, policy_checkpoint=checkpoints['policy'],
             value_checkpoint=checkpoints['value'], warm_start_updates=0, start_after=20,
             updates_per_transition=options.updates_per_transition, run_folder=run),
        node(Path(recorded_policy.__file__), log, **robot, **task, run_folder=run,
             checkpoint=checkpoints['policy'], evaluation_episodes=1, most_behind=10**9,
             evaluation_interval=1_000_000, transition_limit=1_000_000),
    ]


def save_contract(folder, rate):
    """Write the contract of the simulated arm with another control rate; return its path."""
    share = Path(get_package_share_directory('sgft_ros'))
    content = yaml.safe_load((share / 'config' / 'robots' / 'simulated_arm.yaml').read_text())
    path = folder / 'simulated_arm.yaml'
    path.write_text(yaml.safe_dump(content | {'control_rate': rate}, sort_keys=False))
    load_robot_contract(path)  # raises where the rate cannot be
    return path


def save_checkpoints(source, folder, rate):
    """Copy checkpoints as if they had been made for another control rate; return their paths."""
    paths = {}
    for name in ('policy', 'value'):
        path = paths[name] = folder / f'{name}.safetensors'
        checkpoint = load_checkpoint(source / path.name, KINDS[name])
        metadata = {key: value for key, value in checkpoint.metadata.items()
                    if key not in ('kind', 'format_version')}
        save_checkpoint(path, KINDS[name], checkpoint.tensors, metadata | {'control_rate': rate})
    return paths


def command_delays(actions, commands, period):
    """Return the times from the ticks to their commands [s], by the stamps of both."""
    delays = []
    for stamp in actions:
        index = bisect_left(commands, stamp)
        if index < len(commands) and commands[index] - stamp < period:
            delays.append(commands[index] - stamp)
    return delays


def swap_delays(weights, executed, results, period):
    """
    Return the control periods from each publication to the first action of that version.

    Only those that were published while the arm moved in training: an evaluation keeps its
    weights, and between two episodes nothing acts.
    """
    stamps = [seconds(action) for _, action in executed]
    versions = [action.policy_version for _, action in executed]
    trained_from = min((seconds(result) for _, result in results if result.evaluation),
                       default=float('inf'))
    delays = []
    for _, message in weights:
        published = seconds(message)
        before = bisect_right(stamps, published) - 1
        if before < 0 or stamps[before] < trained_from:
            continue
        acting = next((i for i in range(before + 1, len(stamps))
                       if versions[i] >= message.version), None)
        if acting is None:
            continue
        pauses = np.diff(stamps[before:acting + 1])
        if (pauses < MOVING * period).all():
            delays.append((stamps[acting] - published) / period)
    return delays


def seconds(message):
    """Return the stamp of a message [s]."""
    return message.header.stamp.sec + 1e-9 * message.header.stamp.nanosec


def _row(name, values, wanted=''):
    values = np.asarray(values, float)
    figures = [f'{quantile(values, share):.2f}' for share in (0.5, 0.99, 1.0)]
    return (name, *figures, wanted, len(values))


def _options(args):
    share = Path(get_package_share_directory('sgft_ros'))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--minutes', type=float, default=5.0, help='(default: 5)')
    parser.add_argument('--rate', type=float, default=50.0, help='control rate [Hz] (default: 50)')
    parser.add_argument(
        '--updates-per-transition', type=float, default=ALL_THE_TIME,
        help='that the learner may make; the default lets it train without a pause')
    parser.add_argument(
        '--checkpoint', type=Path, default=share / 'resource' / 'checkpoints' / 'peg_insert',
        help='folder with policy and value.safetensors (default: the shipped one)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    add_domain(parser)
    return parser.parse_args(args)


if __name__ == '__main__':
    sys.exit(main())
