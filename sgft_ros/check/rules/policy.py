"""Whether policy and value function were made for this robot and this task."""

from collections.abc import Iterator

from sgft_ros.check.findings import Finding, green, red
from sgft_ros.check.trained import Trained
from sgft_ros.robot import RobotContract

TRAIN = "use the contract that the policy was trained with, or train it again for this one " \
    "('sgft pretrain')"
ONE_FOLDER = "the files are of different trainings: take all from one folder as 'sgft pretrain' " \
    'writes it'


def names(contract: RobotContract, trained: Trained) -> Iterator[Finding]:
    """Judge names, units and order of observation and action."""
    for what, here, key in (('observation', contract.observation_names, 'observation'),
                            ('action', contract.action_names, 'command')):
        subject = f'numbers of the {what}'
        expected = f'as trained: {", ".join(trained.names(what))}'
        for found in _differences(trained.names(what), here):
            yield red(subject, expected, found, f'correct {key} in the contract: {TRAIN}')
            break
        else:
            yield green(subject, expected, 'the same, in the same order')


def settings(contract: RobotContract, task, trained: Trained) -> Iterator[Finding]:
    """Judge task, control rate and discount of each file of the checkpoint."""
    wanted = (('task', task.name,
               'name the checkpoint of this task, or the task of this checkpoint'),
              ('control_rate', contract.control_rate,
               f'set control_rate in the contract to what the policy was trained at: {TRAIN}'),
              ('gamma', task.gamma,
               'V_sim and task must discount alike, or shaped rewards are wrong: train the '
               "checkpoint again ('sgft pretrain'), or use the task that it was trained with"))
    for name, here, advice in wanted:
        subject = {'task': 'task', 'control_rate': 'control rate [Hz]',
                   'gamma': 'discount gamma of the value function'}[name]
        values = {file: metadata.get(name) for file, metadata in trained.metadata.items()}
        others = {file: value for file, value in values.items() if value != here}
        yield green(subject, str(here), f'{here} in {", ".join(values)}') if not others else red(
            subject, str(here), ', '.join(
                f'{value} in {file}.safetensors' for file, value in others.items()), advice)


def scales(contract: RobotContract, trained: Trained) -> Iterator[Finding]:
    """Judge what the numbers mean, where the checkpoint tells; earlier versions did not."""
    for what, key, names, here in (
            ('observation', 'scale of the terms', contract.observation_names,
             contract.observation_scale),
            ('action', 'command.scale', contract.action_names, contract.command.scale)):
        stored = trained.metadata['policy'].get(f'{what}_scale')
        if stored is None:
            continue
        then = dict(zip(trained.names(what), stored, strict=True))
        subject, expected = f'scale of the {what}', 'as trained'
        others = [f'{name} is scaled by {now:g}, trained with {then[name]:g}'
                  for name, now in zip(names, here, strict=True)
                  if name in then and then[name] != now]
        if others:
            yield red(subject, expected, '; '.join(others),
                      f'correct {key} in the contract: {TRAIN}')
        else:
            yield green(subject, expected, 'the same')


def same_training(trained: Trained) -> Iterator[Finding]:
    """Judge whether the files of the checkpoint belong together."""
    policy = trained.metadata['policy']
    for file, metadata in trained.metadata.items():
        for what in ('observation', 'action'):
            if metadata.get(f'{what}_names') != policy.get(f'{what}_names'):
                yield red(f'{file}.safetensors', f'the {what} of policy.safetensors',
                          ', '.join(metadata.get(f'{what}_names') or ['none']), ONE_FOLDER)
            scale, other = (each.get(f'{what}_scale') for each in (policy, metadata))
            if None not in (scale, other) and other != scale:
                yield red(f'{file}.safetensors', f'the {what} scaled as in policy.safetensors, by '
                          f'{scale}', str(other), ONE_FOLDER)


def _differences(trained, here) -> Iterator[str]:
    """Yield what differs, the most telling first."""
    missing = [name for name in trained if name not in here]
    extra = [name for name in here if name not in trained]
    if missing or extra:
        parts = [f'{label} {", ".join(rows)}' for label, rows in (
            ('the contract lacks', missing), ('the policy does not know', extra)) if rows]
        yield '; '.join(parts)
    elif tuple(trained) != tuple(here):
        first = next(i for i, pair in enumerate(zip(trained, here, strict=True))
                     if pair[0] != pair[1])
        yield f'another order: number {first + 1} is {here[first]}, not {trained[first]}'
