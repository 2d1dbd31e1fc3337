"""The command `demonstrations`: what humans did in recorded runs, as prior data of others."""

import argparse
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
import sys

import numpy as np
from rclpy.serialization import deserialize_message
from rosbags.rosbag2 import Reader, ReaderError
from sgft_ros.learning.checkpoint import save_checkpoint
from sgft_ros.learning.replay import FLAGS, KIND, VECTORS
from sgft_ros.msg import ShapedTransition, Transition
from sgft_ros.nodes.deduplicate import key_of, SeenTransitions
from sgft_ros.nodes.journal import whole_payloads
from sgft_ros.nodes.recorded_observations import read_observed, UNCLOSED
from sgft_ros.nodes.run_record import recorded_training
from sgft_ros.nodes.transition_store import ARCHIVED_JOURNALS, JOURNAL
from sgft_ros.robot import load_robot_contract, RobotContract

COLUMNS = (*VECTORS, 'reward', *FLAGS)  # as those of warm_start.safetensors
BAG_METADATA = 'metadata.yaml'


def read_run(path: Path) -> Iterator[Transition]:
    """
    Yield the transitions of a run folder, or of a bag; some may come twice.

    :raises ValueError: if it is neither, or a file of it cannot be read
    """
    journals, bags = [*sorted(path.glob(ARCHIVED_JOURNALS)), path / JOURNAL], bags_of(path)
    journals = [journal for journal in journals if journal.is_file()]
    if not journals and not bags:
        raise ValueError(
            f'{path}: expected a run folder with {JOURNAL} or bags, or a bag with {BAG_METADATA}; '
            f'{UNCLOSED}')
    for journal in journals:
        for payload in whole_payloads(journal.read_bytes(), journal)[0]:
            yield deserialize_message(payload, ShapedTransition).transition
    # These have evaluations too.
    for bag in bags:
        yield from _read_bag(bag)


def bags_of(path: Path) -> list[Path]:
    """Return the bags of a run folder, or the bag that the path is."""
    if _is_bag(path):
        return [path]
    return [each.parent for each in sorted(path.glob(f'bag*/{BAG_METADATA}'))]


def demonstrations(
    paths: Sequence[Path], contract: RobotContract | None = None, namespace: str = '',
) -> tuple[list[Transition], dict[tuple, str]]:
    """
    Return the transitions of all runs in which a human acted, each once.

    With a `contract`, their observations are computed anew from what the sensors said; those for
    which this cannot be done come second, by key with the reason.

    :raises ValueError: if a run cannot be read, or has other observations or actions
    """
    seen, found, lost = SeenTransitions(), [], {}
    expected = None if contract is None else (contract.observation_size, contract.action_size)
    for path in paths:
        read = (((each, '') for each in read_run(path)) if contract is None else
                _observed(path, contract, namespace))
        for transition, problem in read:
            if transition.source != Transition.HUMAN:
                continue
            key = key_of(transition)
            if problem:
                lost.setdefault(key, problem)
                continue
            if not seen.add(key):
                continue
            found.append(transition)
            sizes = _sizes(transition)
            expected = expected or sizes
            if sizes != expected:
                raise ValueError(
                    f'{path}: expected transitions with {expected[0]} observations and '
                    f'{expected[1]} actions, got {sizes[0]} and {sizes[1]}')
    for transition in found:  # that came once more, in a bag without its measurements
        lost.pop(key_of(transition), None)
    return found, lost


def trained_for(
    paths: Sequence[Path], contract: RobotContract | None = None,
) -> dict[str, object]:
    """
    Return of which task, rate, names and scales the transitions are, as far as all runs tell.

    :param contract: that their observations are computed anew for
    :raises ValueError: naming what differs between two runs
    """
    own = {} if contract is None else {
        'observation_names': list(contract.observation_names),
        'observation_scale': list(contract.observation_scale)}
    runs = {path: recorded_training(path.parent if _is_bag(path) else path) | own
            for path in paths}
    (first, known), *others = runs.items()
    for path, told in others:
        known = {name: value for name, value in known.items() if name in told}
        for name, value in known.items():
            if told[name] != value:
                raise ValueError(f'{path}: {name} is {told[name]}, {value} in {first}; gather '
                                 'runs of one robot and one task')
    return known


def save(
    path: Path, transitions: Sequence[Transition], sources: Sequence[Path],
    metadata: Mapping[str, object],
) -> None:
    """Write transitions in the format of warm_start.safetensors; `metadata` as in its file."""
    columns = {name: np.array([getattr(each, name) for each in transitions], np.float32)
               for name in COLUMNS}
    save_checkpoint(
        path, KIND, columns, {**metadata, 'sources': [str(source) for source in sources]})


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(args)
    try:
        contract = load_robot_contract(options.robot) if options.robot else None
        found, lost = demonstrations(options.runs, contract, options.namespace)
        for reason, count in Counter(lost.values()).most_common():
            print(f'left out: {count} transitions of a human: {reason}', file=sys.stderr)
        if not found:
            raise ValueError('nothing is left of what a human did' if lost else
                             'no human acted in ' + ', '.join(map(str, options.runs)))
        save(options.output, found, options.runs, trained_for(options.runs, contract))
    except (OSError, ValueError) as error:
        print(f'demonstrations: {error}', file=sys.stderr)
        return 1
    episodes = {(each.robot, each.session, each.episode) for each in found}
    rewarded = sum(each.reward > 0.0 for each in found)
    print(f'{options.output}: {len(found)} transitions of {len(episodes)} episodes, '
          f'{rewarded} with a reward')
    return 0


def _read_bag(path):
    types = {f'sgft_ros/msg/{each.__name__}': each for each in (Transition, ShapedTransition)}
    try:
        with Reader(path) as reader:
            connections = [each for each in reader.connections if each.msgtype in types]
            for connection, _, data in reader.messages(connections) if connections else ():
                message = deserialize_message(bytes(data), types[connection.msgtype])
                yield getattr(message, 'transition', message)
    except ReaderError as error:
        raise ValueError(f'{path}: {error}; {UNCLOSED}') from error


def _observed(path, contract, namespace):
    """Yield the transitions of the bags of a run as a contract sees them, and what is amiss."""
    bags = bags_of(path)
    if not bags:
        raise ValueError(f'{path}: expected a bag, or a run folder with one: the messages of the '
                         f'sensors are nowhere else; {UNCLOSED}')
    for bag in bags:
        try:
            yield from read_observed(bag, contract, namespace)
        except ReaderError as error:
            raise ValueError(f'{bag}: {error}; {UNCLOSED}') from error


def _is_bag(path):
    return (path / BAG_METADATA).is_file()


def _sizes(transition):
    return len(transition.observation), len(transition.action)


def _parser():
    parser = argparse.ArgumentParser(
        prog='sgft demonstrations', description='Gather what humans did in recorded runs in a '
        'file that the launch argument prior_data takes.')
    parser.add_argument('runs', nargs='+', type=Path, metavar='RUN_OR_BAG',
                        help='run folder, also of a run that is going on, or bag')
    parser.add_argument('--robot', default='', metavar='ROBOT',
                        help='robot contract: name, or path of a .yaml file, that says what to '
                        'observe of the recorded sensors (default: what the run observed)')
    parser.add_argument('--namespace', default='', help='of the robot in the bag')
    parser.add_argument('--output', required=True, type=Path, metavar='FILE',
                        help='.safetensors file to write')
    return parser


if __name__ == '__main__':
    sys.exit(main())
