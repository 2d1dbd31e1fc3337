"""The files of pretraining that a run begins with."""

from collections.abc import Mapping
from pathlib import Path

from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.fine_tuning_config import FineTuningConfig, possible
from sgft_ros.nodes.compatibility import check_belongs, check_compatible, OF_TRAINING
from sgft_ros.nodes.run_arguments import checkpoint_folder
from sgft_ros.robot import RobotContract

CHECKPOINTS = {'policy': 'policy', 'value': 'value', 'learner': 'learner', 'warm_start': 'replay',
               'dynamics': 'dynamics'}  # and their kinds


class RunCheckpoints:
    """Paths by name, empty for what pretraining left out; refused here, not in every node."""

    def __init__(self, arguments: Mapping[str, str], contract: RobotContract, task):
        """
        Find the files, and compare them with robot and task and with one another.

        :raises ValueError: naming the argument or file that cannot be used
        """
        self._folder = checkpoint_folder(arguments, task.name)
        self.paths = _find(self._folder, task.name)
        self.prior_data = arguments['prior_data']
        if self.prior_data and not Path(self.prior_data).is_file():
            raise ValueError(f'prior_data: {self.prior_data} does not exist')
        policy = load_checkpoint(self.paths['policy'], 'policy')
        check_compatible(policy, contract, task)
        others = [(path, CHECKPOINTS[name]) for name, path in self.paths.items()
                  if path and name != 'policy']
        if self.prior_data:
            others.append((self.prior_data, 'replay'))
        for path, kind in others:
            check_belongs(load_checkpoint(path, kind), policy)
        self.trained = {
            name: policy.metadata[name] for name in OF_TRAINING if name in policy.metadata}

    def check_enough(self, tunings: Mapping[str, FineTuningConfig]) -> None:
        """
        Refuse a learner none of whose candidates has what it begins with.

        :raises ValueError: naming the files that each of them lacks
        """
        files = {kind: f'{name}.safetensors' for name, kind in CHECKPOINTS.items()}
        rest, lacking = possible(
            tunings, {CHECKPOINTS[name] for name, path in self.paths.items() if path})
        if rest:
            return
        lacks = '; '.join(f'{name} {" and ".join(files[kind] for kind in kinds)}'
                          for name, kinds in lacking.items())
        warm_start = any('replay' in kinds for kinds in lacking.values())
        raise ValueError(
            f'checkpoint: {self._folder} lacks what the learner begins with: {lacks}. Choose '
            'another algorithm' + (', one of your own with warm_start_updates: 0,' if warm_start
                                   else ',') + " or a folder as 'sgft pretrain' writes it")


def _find(folder, task):
    files = {name: folder / f'{name}.safetensors' for name in CHECKPOINTS}
    for name in ('policy', 'value'):
        if not files[name].is_file():
            raise ValueError(
                f'checkpoint: {folder} lacks {files[name].name}; expected a folder as '
                f"'sgft pretrain --task {task}' writes it")
    return {name: str(path.resolve()) if path.is_file() else '' for name, path in files.items()}
