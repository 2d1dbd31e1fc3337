"""Kill random nodes of a run; count what was lost, doubled, or moved without a stop."""

import argparse
from dataclasses import dataclass
import json
import os
from pathlib import Path
import random
import signal
import sys
import tempfile
import time

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
from geometry_msgs.msg import TwistStamped
from probe import running_probe
from processes import add_domain, finetune_launch, nodes_of, tail, use_domain
from rclpy.serialization import deserialize_message
from sgft_ros.msg import ShapedTransition, Transition
from sgft_ros.nodes import qos
from sgft_ros.nodes.deduplicate import key_of
from sgft_ros.nodes.journal import Journal
from sgft_ros.nodes.transition_store import JOURNAL
from sgft_ros.report.table import table
from tables import machine, quantile

NODES = ('safety_gate', 'policy', 'simulated_robot', 'value_shaping', 'replay_buffer', 'learner',
         'monitor')
DRIVERS = ('safety_gate', 'policy')  # after whose death a stop has to come before any motion
IN_FLIGHT = 0.3       # [s] in which commands from before a kill may still arrive
START_TIME = 120.0    # [s] until the first transition, on a busy machine
RESPAWN_TIME = 60.0   # [s] until a killed node is there again
END_TIME = 900.0      # [s] until the run ends by itself
POLL = 0.2            # [s]
KEPT = 100_000        # messages that wait for the probe


@dataclass(frozen=True)
class Kill:
    """The death of a node; times of the steady clock [s]."""

    node: str
    at: float
    back: float  # when it ran again; infinite if it did not


def main(args=None) -> int:
    """Run, kill, count. Return 1 if anything was lost, doubled, or moved without a stop."""
    options = _options(args)
    use_domain(options.domain)
    print(f'Machine: {machine()}', flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.output or Path(temporary) / 'run'
        log_path = Path(temporary) / 'log'
        limit = options.transitions
        arguments = {'run_folder': folder, 'transition_limit': limit, 'goal_success': 1.0,
                     'evaluation_interval': limit, 'evaluation_episodes': 2,
                     **options.arguments}
        with open(log_path, 'w') as log, running_probe() as probe:
            heard = probe.collect(Transition, 'transitions', qos.TRANSITIONS)
            commands = probe.collect(TwistStamped, 'twist_commands', KEPT)
            with finetune_launch(log, **arguments) as process:
                kills = _kill(options, process, probe, heard)
                probe.spin(END_TIME, lambda: process.poll() is not None)
                code = process.poll()
        problems = report(kills, heard, commands, folder, code, options)
        if problems:
            print(f'\nthe end of the log:\n{tail(log_path)}', file=sys.stderr)
    return 1 if problems else 0


def _kill(options, process, probe, heard):
    """Kill node after node while the run goes on; return the kills."""
    chance = random.Random(options.seed)
    probe.until(lambda: heard or process.poll() is not None, START_TIME, 'the first transition')
    kills = []
    while len(kills) < options.kills:
        probe.spin(chance.uniform(0.5, 1.5) * options.every, lambda: process.poll() is not None)
        running = nodes_of(process)
        name = chance.choice(options.nodes)
        if process.poll() is not None:
            break
        if name not in running:
            continue  # killed before and not back yet
        os.kill(running[name], signal.SIGKILL)
        at = time.monotonic()
        back = float('inf')
        while back == float('inf') and time.monotonic() < at + RESPAWN_TIME:
            probe.spin(POLL)
            if nodes_of(process).get(name, running[name]) != running[name]:
                back = time.monotonic()
            if process.poll() is not None:
                break
        kills.append(Kill(name, at, back))
        print(f'{len(kills)}: killed {name}, back after {back - at:.1f} s', flush=True)
    return kills


def report(kills, heard, commands, folder, code, options) -> bool:
    """Print the tables; return whether something is wrong."""
    transitions = {key_of(message): message for _, message in heard}
    training = {key for key, message in transitions.items() if not message.evaluation}
    stored = stored_keys(folder)
    lost = training - set(stored)
    missing = gaps(set(transitions) | set(stored))
    doubled = len(stored) - len(set(stored))
    foreign = set(stored) & (set(transitions) - training)
    stops = {kill: stop_after(kill, commands) for kill in kills}
    unstopped = [kill for kill, (_, moved_first) in stops.items()
                 if moved_first and kill.node in DRIVERS]
    outcome = json.loads((folder / 'summary.json').read_text())['outcome']
    print()
    print(table(('node', 'kills', 'back after [s], median', 'max', 'stop after [s], median', 'max',
                 'moved before a stop'), [
        _node_row(name, [kill for kill in kills if kill.node == name], stops)
        for name in options.nodes], markdown=options.markdown))
    print()
    sessions = {(robot, session) for robot, session, _ in transitions}
    print(table(('what', 'came', 'wanted'), [
        ('kills', len(kills), options.kills),
        ('sessions of the policy', len(sessions), ''),
        ('training transitions published', len(training), ''),
        ('transitions stored', len(set(stored)), ''),
        ('lost: published, not stored', len(lost), 0),
        ('lost: gaps in the sequences', missing, 0),
        ('doubled in the store', doubled, 0),
        ('of an evaluation in the store', len(foreign), 0),
        ('moved before a stop (gate, policy)', len(unstopped), 0),
        ('exit code of the launch', code, 0),
        ('outcome', outcome, 'transition limit'),
    ], markdown=options.markdown))
    return bool(lost or missing or doubled or foreign or unstopped or code != 0
                or len(kills) < options.kills or not outcome.startswith('transition limit'))


def stored_keys(folder):
    """Return the keys of the stored transitions, doubles included."""
    journal = Journal(folder / JOURNAL)
    keys = [key_of(deserialize_message(payload, ShapedTransition).transition)
            for payload in journal.read()]
    journal.close()
    return keys


def gaps(keys) -> int:
    """Return how many sequence numbers are missing between 0 and the last of each session."""
    last, counts = {}, {}
    for robot, session, sequence in keys:
        last[robot, session] = max(last.get((robot, session), 0), sequence)
        counts[robot, session] = counts.get((robot, session), 0) + 1
    return sum(last[session] + 1 - counts[session] for session in last)


def stop_after(kill, commands):
    """
    Return when the first stop came after a kill [s], and whether the robot moved before it.

    Commands that were on their way at the kill do not count as motion.
    """
    for arrived, message in commands:
        if arrived < kill.at:
            continue
        linear = message.twist.linear
        if not any((linear.x, linear.y, linear.z)):
            return arrived - kill.at, False
        if arrived > kill.at + IN_FLIGHT:
            return float('nan'), True
    return float('nan'), False


def _node_row(name, kills, stops):
    back = [kill.back - kill.at for kill in kills]
    stopped = [stops[kill][0] for kill in kills if stops[kill][0] == stops[kill][0]]
    moved = sum(stops[kill][1] for kill in kills)
    if name not in DRIVERS:  # whoever drives the robot lives on
        stopped, moved = [], '-'
    return (name, len(kills), *(f'{quantile(times, share):.2f}' if times else '-'
                                for times in (back, stopped) for share in (0.5, 1.0)), moved)


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('arguments', nargs='*', metavar='name:=value',
                        help='arguments of finetune.launch.py')
    parser.add_argument('--kills', type=int, default=20, metavar='N', help='(default: 20)')
    parser.add_argument('--every', type=float, default=4.0, metavar='SECONDS',
                        help='mean time from a respawn to the next kill (default: 4)')
    parser.add_argument('--nodes', nargs='+', default=NODES, choices=NODES,
                        help='nodes to choose from (default: all)')
    parser.add_argument('--transitions', type=int, default=6000,
                        help='limit at which the run ends by itself (default: 6000)')
    parser.add_argument('--seed', type=int, default=0, help='of the choice (default: 0)')
    parser.add_argument('--output', type=Path, help='run folder to keep; must not exist')
    parser.add_argument('--markdown', action='store_true', help='print tables in Markdown')
    add_domain(parser)
    options = parser.parse_intermixed_args(args)
    if options.output and options.output.exists():
        parser.error(f'{options.output} exists: expected a new folder')
    options.arguments = dict(argument.split(':=', 1) for argument in options.arguments)
    return options


if __name__ == '__main__':
    sys.exit(main())
