"""The checkpoints that the package ships."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory


def shipped_checkpoints(task: str, seed: int = 0) -> Path:
    """
    Return the folder of what pretraining made of a task; it may not exist.

    :param seed: of pretraining
    """
    folder = Path(get_package_share_directory('sgft_ros'), 'resource', 'checkpoints', task)
    return folder / f'seed_{seed}' if seed else folder
