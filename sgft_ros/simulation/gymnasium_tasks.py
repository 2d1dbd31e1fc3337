"""The tasks that are Gymnasium environments: for pretraining and benchmark, not for a graph."""

from pathlib import Path

from sgft_ros.robot.yaml_section import suggest
from sgft_ros.simulation.gymnasium_task import GymnasiumTask, not_installed
from sgft_ros.simulation.model_change import ModelRange
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.tasks import TASKS
from sgft_ros.tasks.load_file import load_file


def _walker_walk():
    from sgft_ros.simulation.walker import WalkerWalk
    return WalkerWalk()


WALKER_WALK = GymnasiumTask(
    name='walker_walk', make=_walker_walk, gamma=0.99, max_steps=500, action_repeat=2,
    best_return=1000.0, reward_scale=0.05, real=ModelRange(body_mass=(1.9, 2.1)),
    pretraining=PretrainingConfig(
        demonstrations=0, steps=100_000, random_steps=2_000, hidden=(128, 128),
        temperature=0.05, target_entropy=-3.0, diverse_episodes=400, unfinished=300,
        warm_start_transitions=3_000),
    protocol={'exploration_std': 0.1, 'exploration_correlation': 0.0, 'evaluation_episodes': 5,
              'evaluation_interval': 2_000, 'transition_limit': 20_000})

GYMNASIUM_TASKS = {task.name: task for task in (WALKER_WALK,)}


def gymnasium_task(name: str) -> GymnasiumTask:
    """
    Return the task of that name, or the TASK that a Python file defines.

    :raises ValueError: if there is none, or the file fails; the message says what was expected
    :raises ImportError: if the file imports what is not installed
    """
    path = Path(name)
    if name in GYMNASIUM_TASKS:
        return GYMNASIUM_TASKS[name]
    if path.suffix != '.py':
        raise ValueError(
            f'unknown task {name!r}{suggest(name, [*TASKS, *GYMNASIUM_TASKS])}'
            ', or the path of a .py file that defines a GymnasiumTask named TASK')
    if not path.is_file():
        raise ValueError(f'task {name!r}: there is no such file')
    try:
        module = load_file(path)
    except ImportError as error:
        raise not_installed(name, error) from error
    except ValueError as error:  # of the parts of a GymnasiumTask, which name what is wrong
        raise ValueError(f'task {name!r}: {error}') from error
    except Exception as error:  # whatever else the file raises belongs to its author
        raise ValueError(f'task {name!r} cannot be imported: {type(error).__name__}: {error}'
                         ) from error
    task = getattr(module, 'TASK', None)
    if not isinstance(task, GymnasiumTask):
        raise ValueError(f'task {name!r}: expected a GymnasiumTask named TASK, got {task!r}')
    return task
