"""Whether a policy was made for this robot and this task."""

from collections.abc import Mapping

from sgft_ros.robot import RobotContract

PLACES = {'observation_scale': ' (scale of the terms)', 'action_scale': ' (command.scale)'}


def check_compatible(checkpoint, contract: RobotContract, task) -> None:
    """
    Compare a policy's checkpoint with what it is going to drive.

    :raises ValueError: naming what differs, in the checkpoint and here
    """
    metadata: Mapping[str, object] = checkpoint.metadata
    wanted = {
        'task': task.name,
        'control_rate': contract.control_rate,
        'observation_names': list(contract.observation_names),
        'action_names': list(contract.action_names),
    }
    wanted |= {name: value for name, value in (
        ('observation_scale', list(contract.observation_scale)),
        ('action_scale', list(contract.command.scale)),
    ) if name in metadata}  # checkpoints of earlier versions do not tell
    differences = [
        f'{name} is {metadata.get(name)} in the checkpoint, {value} here{PLACES.get(name, "")}'
        for name, value in wanted.items() if metadata.get(name) != value]
    if differences:
        raise ValueError(
            f'checkpoint {checkpoint.path} does not fit robot {contract.name!r} and task '
            f'{task.name!r}: {"; ".join(differences)}. Use the contract and the task that the '
            "policy was trained with, or train one for these ('sgft pretrain')")
