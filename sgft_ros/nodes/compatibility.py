"""Whether a policy was made for this robot and this task, and other files for that policy."""

from collections.abc import Mapping

from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.robot import RobotContract

# What checkpoints of earlier versions do not tell, and where a contract has it.
PLACES = {'observation_scale': ' (scale of the terms)', 'action_scale': ' (command.scale)'}
# What says of which training, or of which robot and task, a file is.
OF_TRAINING = (
    'task', 'gamma', 'control_rate', 'observation_names', 'action_names', 'observation_scale',
    'action_scale')


def check_compatible(checkpoint, contract: RobotContract, task) -> None:
    """
    Compare a policy's checkpoint with what it is going to drive.

    :raises ValueError: naming what differs, in the checkpoint and here
    """
    discount = {'gamma': task.gamma} if 'gamma' in checkpoint.metadata else {}
    check_metadata(checkpoint, f'robot {contract.name!r} and task {task.name!r}', {
        'task': task.name,
        **discount,
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


def check_belongs(checkpoint: Checkpoint, policy: Checkpoint) -> None:
    """
    Compare V_sim, a learner, dynamics or transitions with the policy that they are used beside.

    What only one of the two tells is not compared: files of earlier versions and demonstrations
    say less.

    :raises ValueError: naming what differs, in either file
    """
    differences = [
        f'{name} is {checkpoint.metadata[name]}, there {policy.metadata[name]}'
        for name in OF_TRAINING
        if name in checkpoint.metadata and name in policy.metadata
        and checkpoint.metadata[name] != policy.metadata[name]]
    if differences:
        raise ValueError(
            f'{checkpoint.path} does not belong to {policy.path}: {"; ".join(differences)}. Take '
            "all files from one folder as 'sgft pretrain' writes it, and demonstrations of the "
            'same contract and task')
