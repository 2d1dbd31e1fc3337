"""The command `check`: what keeps a robot, its contract and a policy from working together."""

from collections.abc import Sequence
import math
from pathlib import Path
import sys

from rich.console import Console
from sgft_ros.check import bag, live, trained
from sgft_ros.check.findings import Level
from sgft_ros.check.judge import judge
from sgft_ros.check.table import show
from sgft_ros.robot import load_robot_contract
from sgft_ros.robot.yaml_section import suggest
from sgft_ros.shipped import shipped_checkpoints
from sgft_ros.tasks import get_task, is_own_task

ARGUMENTS = {
    'robot': 'robot contract: name in config/robots, or path of a .yaml file',
    'task': "task: name, or your own: 'module:Class', 'file.py:Class', or a .yaml file; empty: "
            'neither task nor checkpoint is looked at',
    'checkpoint': 'folder with policy, value and warm_start.safetensors; empty: the one of the '
                  'task that the package ships',
    'bag': 'folder of a bag to look at; empty: the live graph',
    'duration': 'how long to listen [s], 5.0 if empty; of a bag: how much of it to read, all of '
                'it if empty',
    'namespace': 'namespace of the robot',
}
DURATION = 5.0  # [s]
ROS_ARGUMENTS = '--ros-args'
WRONG_ARGUMENTS, INTERRUPTED = 2, 130


def main(args: Sequence[str] | None = None) -> int:
    """Print the findings; return 1 if one of them is red, 2 for wrong arguments."""
    words = list(sys.argv[1:] if args is None else args)
    if '-h' in words or '--help' in words:
        print(_usage())
        return 0
    try:
        findings = _findings(words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except ValueError as error:
        print(f'check: {error}', file=sys.stderr)
        return WRONG_ARGUMENTS
    show(findings, Console())
    return int(any(finding.level == Level.RED for finding in findings))


def _findings(words):
    own, ros_arguments = _split(words)
    given = _parse(own)
    if not given['robot']:
        raise ValueError(f'robot: expected a {ARGUMENTS["robot"]}')
    contract = load_robot_contract(given['robot'])
    task, checkpoint = _task_and_checkpoint(given, contract)
    duration = _duration(given['duration'])
    if given['bag']:
        facts = bag.read(Path(given['bag']), contract, given['namespace'], duration)
    else:
        facts = live.listen(contract, given['namespace'],
                            DURATION if duration is None else duration, ros_arguments)
    return judge(facts, contract, task, checkpoint)


def _task_and_checkpoint(given, contract):
    name, folder = given['task'], given['checkpoint']
    if not name:
        if folder:
            raise ValueError('task: expected the task that the checkpoint is for')
        return None, None
    task = get_task(name)
    if not folder:
        folder = shipped_checkpoints(task.name)
        if is_own_task(name) and not folder.is_dir():
            return task, None
    return task, trained.load(Path(folder))


def _split(words):
    """Return the words of this command and those for ROS, as in `--ros-args -r /tf:=tf`."""
    if ROS_ARGUMENTS not in words:
        return words, []
    index = words.index(ROS_ARGUMENTS)
    return words[:index], words[index:]


def _parse(words):
    given = dict.fromkeys(ARGUMENTS, '')
    for word in words:
        name, assigned, value = word.partition(':=')
        if not assigned:
            raise ValueError(f'expected arguments as in robot:=my_arm.yaml, got {word!r}')
        if name not in ARGUMENTS:
            raise ValueError(f'unknown argument {name!r}{suggest(name, ARGUMENTS)}')
        given[name] = value
    return given


def _duration(text):
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0.0 < seconds < math.inf:
        raise ValueError(f'duration: expected a time > 0 [s], got {text!r}')
    return seconds


def _usage():
    lines = ['usage: check robot:=ROBOT [name:=value ...] [--ros-args ...]', '',
             'Compare a robot contract with the live graph or a bag, and with a checkpoint.',
             'It only listens: nothing moves. Exit code 1 if something is red, 2 for wrong '
             'arguments.',
             '', 'arguments:']
    return '\n'.join(lines + [f'  {name + ":=":<13} {text}' for name, text in ARGUMENTS.items()])


if __name__ == '__main__':
    sys.exit(main())
