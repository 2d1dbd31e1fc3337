"""Whether a policy was made for this robot and this task."""

from collections.abc import Mapping

from sgft_ros.robot import RobotContract

# What checkpoints of earlier versions do not tell, and where a contract has it.
PLACES = {'observation_scale': ' (scale of the terms)', 'action_scale': ' (command.scale)'}


def check_compatible(checkpoint, contract: RobotContract, task) -> None:
    """
    Compare a policy's checkpoint with what it is going to drive.

    :raises ValueError: naming what differs, in the checkpoint and here
    """
    check_metadata(checkpoint, f'robot {contract.name!r} and task {task.name!r}', {
        'task': task.name,
        'control_rate': contract.control_rate,
        'observation_names': list(contract.observation_names),
        'action_names': list(contract.action_names),
        'observation_scale': list(contract.observation_scale),
        'action_scale': list(contract.command.scale),
    })


def check_metadata(checkpoint, what: str, wanted: Mapping[str, object]) -> None:
    """
    Compare the metadata of a checkpoint with those that robot and task, `what`, want.

    :raises ValueError: naming what differs, in the checkpoint and here
    """
    metadata: Mapping[str, object] = checkpoint.metadata
    differences = [
        f'{name} is {metadata.get(name)} in the checkpoint, {value} here{PLACES.get(name, "")}'
        for name, value in wanted.items()
        if metadata.get(name) != value and (name in metadata or name not in PLACES)]
    if differences:
        raise ValueError(
            f'checkpoint {checkpoint.path} does not fit {what}: {"; ".join(differences)}. Use '
            'the contract and the task that the policy was trained with, or train one for these '
            "('sgft pretrain')")
