"""Start, reward, success and termination of one task each."""

from pathlib import Path

from sgft_ros.robot.yaml_section import suggest
from sgft_ros.tasks.class_task import find_class_task
from sgft_ros.tasks.hammer import Hammer
from sgft_ros.tasks.peg_insert import PegInsert
from sgft_ros.tasks.puck_push import PuckPush
from sgft_ros.tasks.push import Push
from sgft_ros.tasks.soft_push import SoftPush
from sgft_ros.tasks.yaml_task import YamlTask

TASKS = {task.name: task for task in (Hammer, PegInsert, PuckPush, Push, SoftPush)}
BENCHMARK_TASKS = ('walker_walk',)  # sgft_ros.simulation.gymnasium_tasks: no robot does these


def get_task(name: str):
    """
    Return a task.

    :param name: one of TASKS; or of one's own: `module:Class`, `path/to/file.py:Class`, or the
        path of a .yaml file
    :raises ValueError: if there is no such task; the message says what was expected
    """
    if is_own_task(name):
        return YamlTask(Path(name)) if _is_yaml(name) else find_class_task(name)
    if name in BENCHMARK_TASKS:
        raise ValueError(
            f'task {name!r} is a benchmark task: `sgft pretrain` and `sgft benchmark` run it, but '
            f'no robot does; choose from: {", ".join(sorted(TASKS))}')
    if name not in TASKS:
        raise ValueError(f'unknown task {name!r}{suggest(name, TASKS)}, or one of your own: '
                         "'module:Class', 'file.py:Class', or a .yaml file")
    return TASKS[name]()


def is_own_task(name: str) -> bool:
    """Return whether a task is not one of this package, going by what it is called."""
    return ':' in name or _is_yaml(name)


def _is_yaml(name):
    return Path(name).suffix in ('.yaml', '.yml')
