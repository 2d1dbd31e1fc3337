"""Start, reward, success and termination of one task each."""

from sgft_ros.tasks.hammer import Hammer
from sgft_ros.tasks.peg_insert import PegInsert
from sgft_ros.tasks.puck_push import PuckPush
from sgft_ros.tasks.push import Push
from sgft_ros.tasks.soft_push import SoftPush

TASKS = {task.name: task for task in (Hammer, PegInsert, PuckPush, Push, SoftPush)}
BENCHMARK_TASKS = ('walker_walk',)  # sgft_ros.simulation.gymnasium_tasks: no robot does these


def get_task(name: str):
    """
    Return the task class of that name.

    :raises ValueError: if no robot has such a task; the message lists the choices
    """
    if name in BENCHMARK_TASKS:
        raise ValueError(
            f'task {name!r} is a benchmark task: `sgft pretrain` and `sgft benchmark` run it, but '
            f'no robot does; choose from: {", ".join(sorted(TASKS))}')
    if name not in TASKS:
        raise ValueError(f'unknown task {name!r}; choose from: {", ".join(sorted(TASKS))}')
    return TASKS[name]
