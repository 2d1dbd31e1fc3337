"""Start, reward, success and termination of one task each."""

from sgft_ros.tasks.hammer import Hammer
from sgft_ros.tasks.peg_insert import PegInsert
from sgft_ros.tasks.puck_push import PuckPush
from sgft_ros.tasks.push import Push

TASKS = {task.name: task for task in (Hammer, PegInsert, PuckPush, Push)}


def get_task(name: str):
    """
    Return the task class of that name.

    :raises ValueError: if there is no such task; the message lists the choices.
    """
    if name not in TASKS:
        raise ValueError(f'unknown task {name!r}; choose from: {", ".join(sorted(TASKS))}')
    return TASKS[name]
