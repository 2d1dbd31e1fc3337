"""The arguments of a run, as its folder keeps them for whoever takes it up again."""

from collections.abc import Mapping
from pathlib import Path

from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.nodes.run_record import recorded_arguments, RUN_FILE
from sgft_ros.shipped import shipped_checkpoints
from sgft_ros.simulation.worlds import WORLDS

FILES = ('task_parameters', 'checkpoint', 'prior_data', 'key_file')
NAMES_OR_FILES = ('robot', 'algorithm')
WORLD = ('seed', 'world', 'gap')  # of a simulated robot
# What makes a run what it is: with another one of these it would be another run.
IDENTITY = ('task', 'robot', 'algorithm', 'horizon', 'checkpoint', 'namespace', 'simulated',
            *WORLD)


def recalled(given: Mapping[str, str]) -> dict[str, str]:
    """
    Return the arguments of the run in the given `run_folder`, but for those that are given.

    :raises ValueError: if a given one contradicts what makes that run what it is; or if the
        folder's run.yaml cannot be used
    """
    folder = given.get('run_folder', '')
    path = Path(folder, RUN_FILE).resolve()
    if not folder or not path.is_file():
        return {}
    before = recorded_arguments(path)
    if missing := {*FILES, *IDENTITY} - before.keys():
        raise ValueError(f'{path}: expected the arguments of a run, as the launch file writes '
                         f'them; {", ".join(sorted(missing))} are missing')
    was, now = _identity(before), _identity({**before, **given})
    for name in IDENTITY:
        if now[name] != was[name]:
            raise ValueError(
                f'{name}: the run in {path.parent} has {was[name]!r}, got {now[name]!r}; leave '
                f'{name} out to go on with that run, or choose another run_folder')
    return {name: value for name, value in before.items() if name not in given}


def with_absolute_paths(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments with the same meaning in every working directory."""
    changed = {name: _absolute(arguments[name]) for name in FILES if arguments[name]}
    changed |= {name: _absolute(arguments[name]) for name in NAMES_OR_FILES
                if Path(arguments[name]).suffix in ('.yaml', '.yml')}
    return {**arguments, **changed, 'task': _absolute_task(arguments['task'])}


def checkpoint_folder(arguments: Mapping[str, str], task: str) -> Path:
    """Return the folder of the checkpoints: the given one, or that which the package ships."""
    given = arguments['checkpoint']
    return Path(given) if given else shipped_checkpoints(task)


def _identity(arguments):
    """Return what IDENTITY names, also where the argument is left to a default."""
    arguments = with_absolute_paths(arguments)
    task, algorithm = arguments['task'], arguments['algorithm']
    learner = read_parameter_file('algorithm', algorithm).get('learner', {})
    world = {'seed': _plain(int, arguments['seed']), 'world': arguments['world'],
             'gap': _plain(float, arguments['gap'])}
    simulated = arguments['simulated'] == 'true'
    return {
        'task': task,
        'robot': arguments['robot'] or (WORLDS[task].robot if task in WORLDS else ''),
        'algorithm': algorithm,
        'horizon': arguments['horizon'] or str(learner.get('horizon', '')),
        'checkpoint': str(checkpoint_folder(arguments, task).resolve()),
        # The counts of a policy are kept under the name that it has by its namespace.
        'namespace': arguments['namespace'].strip('/'),
        'simulated': arguments['simulated'],
        **(world if simulated else dict.fromkeys(WORLD, ''))}


def _plain(kind, text):
    """Return a number as it is usually written; what is none is refused later, by its name."""
    try:
        return str(kind(text))
    except ValueError:
        return text


def _absolute_task(name):
    """Return the name of a task, with the path of its file, if it has one, made absolute."""
    file, colon, class_name = name.rpartition(':') if ':' in name else (name, '', '')
    is_file = Path(file).suffix in ('.py', '.yaml', '.yml')
    return f'{_absolute(file) if is_file else file}{colon}{class_name}'


def _absolute(path):
    return str(Path(path).resolve())
