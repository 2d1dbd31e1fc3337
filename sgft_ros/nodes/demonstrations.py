"""The command `demonstrations`: what humans did in recorded runs, as prior data of others."""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
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
from sgft_ros.nodes.recorded_observations import read_observed
from sgft_ros.nodes.transition_store import JOURNAL
from sgft_ros.robot import load_robot_contract, RobotContract

COLUMNS = (*VECTORS, 'reward', *FLAGS)  # as those of warm_start.safetensors
BAG_METADATA = 'metadata.yaml'


def read_run(path: Path) -> Iterator[Transition]:
    """
    Yield the transitions of a run folder, or of a bag; some may come twice.

    :raises ValueError: if it is neither, or a file of it cannot be read
    """
    journal, bags = path / JOURNAL, bags_of(path)
    if not journal.is_file() and not bags:
        raise ValueError(
            f'{path}: expected a run folder with {JOURNAL} or bags, or a bag with {BAG_METADATA} '
            '(one that was not closed lacks it until `sgft bag reindex` or `ros2 bag reindex`)')
    if journal.is_file():
        for payload in whole_payloads(journal.read_bytes(), journal)[0]:
            yield deserialize_message(payload, ShapedTransition).transition
    # These have evaluations too, and what was cleared from the replay buffer.
    for bag in bags:
        yield from _read_bag(bag)


def bags_of(path: Path) -> list[Path]:
    """Return the bags of a run folder, or the bag that the path is."""
    if (path / BAG_METADATA).is_file():
        return [path]
    return [each.parent for each in sorted(path.glob(f'bag*/{BAG_METADATA}'))]


def demonstrations(
    paths: Sequence[Path], contract: RobotContract | None = None, namespace: str = '',
) -> list[Transition]:
    """
    Return the transitions of all runs in which a human acted, each once.

    With a `contract`, their observations are computed anew from what the sensors said.

    :raises ValueError: if a run cannot be read, or has other observations or actions
    """
    seen, found = SeenTransitions(), []
    for path in paths:
        for transition in (read_run(path) if contract is None else
                           _observed(path, contract, namespace)):
            if transition.source != Transition.HUMAN or not seen.add(key_of(transition)):
                continue
            found.append(transition)
            sizes, expected = _sizes(transition), _sizes(found[0])
            if sizes != expected:
                raise ValueError(
                    f'{path}: expected transitions with {expected[0]} observations and '
                    f'{expected[1]} actions, as before, got {sizes[0]} and {sizes[1]}')
    return found


def save(path: Path, transitions: Sequence[Transition], sources: Sequence[Path]) -> None:
    """Write transitions in the format of warm_start.safetensors."""
    columns = {name: np.array([getattr(each, name) for each in transitions], np.float32)
               for name in COLUMNS}
    save_checkpoint(path, KIND, columns, {'sources': [str(source) for source in sources]})


def main(args: Sequence[str] | None = None) -> int:
    """Run the command; return the exit code."""
    options = _parser().parse_args(args)
    try:
        contract = load_robot_contract(options.robot) if options.robot else None
        found = demonstrations(options.runs, contract, options.namespace)
        if not found:
            raise ValueError('no human acted in ' + ', '.join(map(str, options.runs)))
        save(options.output, found, options.runs)
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
        raise ValueError(f'{path}: {error}') from error


def _observed(path, contract, namespace):
    """Yield the transitions of the bags of a run as a contract sees them."""
    bags = bags_of(path)
    if not bags:
        raise ValueError(f'{path}: expected a bag, or a run folder with one: the messages of the '
                         'sensors are nowhere else')
    lost = Counter()
    for bag in bags:
        try:
            for transition, problem in read_observed(bag, contract, namespace):
                if not problem:
                    yield transition
                elif transition.source == Transition.HUMAN:
                    lost[problem] += 1
        except ReaderError as error:
            raise ValueError(f'{bag}: {error}') from error
    if lost:
        (problem, _), = lost.most_common(1)
        print(f'{path}: {lost.total()} transitions of a human are left out, as in: {problem}',
              file=sys.stderr)


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
