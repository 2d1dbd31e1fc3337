"""The checkpoints that the package ships."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory


def shipped_checkpoints(task: str, robot: str = '', seed: int = 0) -> Path:
    """
    Return the folder of what pretraining made of a task; it may not exist.

    :param robot: name that a contract has; where it needs a policy of its own, that one's folder
    :param seed: of pretraining
    """
    folder = Path(get_package_share_directory('sgft_ros'), 'resource', 'checkpoints', task)
    own = folder / robot
    if robot and own.is_dir():
        folder = own
    return folder / f'seed_{seed}' if seed else folder
