"""The command `sgft`: what `ros2` does, where there is no ROS 2, and what is of this package."""

import atexit
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
import os
from pathlib import Path
import signal
import sys

STANDALONE = Path(__file__).parent / 'standalone'
INTERRUPTED = 128 + signal.SIGINT


@dataclass(frozen=True)
class Verb:
    """A word after `sgft`: the module whose `main(argv, prog)` does it, and what it is for."""

    module: str
    help: str


ROS2_VERBS = {
    'launch': Verb('ros2cli.launch', 'run a launch file'),
    'run': Verb('ros2cli.run', 'run an executable of a package'),
    'node': Verb('ros2cli.node', 'list nodes and what they offer'),
    'topic': Verb('ros2cli.topic', 'list, echo, measure and publish topics'),
    'service': Verb('ros2cli.service', 'list and call services'),
    'param': Verb('ros2cli.param', 'list, read and set parameters of nodes'),
    'bag': Verb('ros2cli.bag', 'record topics to a bag, play and describe it'),
}
OWN_VERBS = {
    'check': Verb('sgft_ros.check.command',
                  'compare contract, policy and live graph before a run'),
    'pretrain': Verb('sgft_ros.simulation.pretrain',
                     'make a policy, its value function and data in simulation'),
    'benchmark': Verb('sgft_ros.benchmark.command',
                      'compare methods over many simulated real worlds, on all cores'),
    'demonstrations': Verb('sgft_ros.nodes.demonstrations',
                           'gather what humans did in recorded runs, as prior data'),
}
VERBS = {**ROS2_VERBS, **OWN_VERBS}


def main(argv: list[str] | None = None) -> int:
    """Run a verb with its arguments; return the exit code."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ('-h', '--help'):
        print(usage())
        return 0 if argv else 2
    name, *arguments = argv
    if name in OWN_VERBS:
        return _call(lambda: import_module(OWN_VERBS[name].module).main(arguments))
    if not _is_standalone():
        return _become_ros2(argv)
    if name not in VERBS:
        from ros2cli.verbs import unknown_verb

        print(unknown_verb(name, 'sgft', VERBS), file=sys.stderr)
        return 2
    return _call(lambda: import_module(VERBS[name].module).main(arguments, prog='sgft'))


def usage() -> str:
    """Return the text of `sgft --help`."""
    lines = ['usage: sgft VERB ...', '',
             'Simulation-guided fine-tuning of robot policies.', '', 'verbs of this package:']
    lines += [f'  {name:<14} {verb.help}' for name, verb in OWN_VERBS.items()]
    lines += ['', "verbs of ROS 2, with the words of the command 'ros2':"]
    lines += [f'  {name:<14} {verb.help}' for name, verb in ROS2_VERBS.items()]
    lines += ['', "'sgft VERB --help' explains a verb.",
              "The main job: 'sgft launch sgft_ros finetune.launch.py'; what it can be told:",
              "'sgft launch sgft_ros finetune.launch.py --show-args'"]
    return '\n'.join(lines)


def _call(verb) -> int:
    # A KeyboardInterrupt that leaves exec('...'), as dataclasses make their methods, is not
    # forgotten where it is caught: in the end Python would kill itself by the signal.
    atexit.register(signal.pthread_sigmask, signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return verb() or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `sgft topic list | head`
        # Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def _is_standalone() -> bool:
    spec = find_spec('rclpy')
    return spec is not None and any(
        Path(folder).parent == STANDALONE for folder in spec.submodule_search_locations)


def _become_ros2(argv) -> int:
    try:
        os.execvp('ros2', ['ros2', *argv])
    except FileNotFoundError:
        print("rclpy is installed, but not the command 'ros2'; source the set-up file of ROS 2 "
              '(e.g. /opt/ros/jazzy/setup.bash) or install the package ros2cli', file=sys.stderr)
        return 1


if __name__ == '__main__':
    sys.exit(main())
