"""Fine-tuning of one policy: which algorithm, when it may update, how it starts and resumes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
import math

import numpy as np
from sgft_ros.learning.algorithms import ALGORITHMS
from sgft_ros.learning.checkpoint import Checkpoint, CheckpointError
from sgft_ros.learning.controllers import GAUSSIAN
from sgft_ros.learning.device import find_device, steps_on
from sgft_ros.learning.fine_tuning_config import FineTuningConfig
from sgft_ros.learning.learner import numbers
from sgft_ros.learning.replay import SAMPLED
from sgft_ros.learning.tensors import part_of
import torch


@dataclass(frozen=True)
class Candidate:
    """A controller that the robot may act with."""

    name: str
    controller: Mapping[str, object]   # see sgft_ros.learning.controllers; JSON types
    tensors: Mapping[str, np.ndarray]


class FineTuner:
    """
    A learner that starts from pi_sim.

    Where V_sim shapes the reward, it begins with new critics, which `warm_start` prepares on
    simulation data: they estimate advantages over V_sim, and inherit none of Q_sim's beliefs.
    Others go on where pretraining ended, with its critics and temperature; some of them have more
    to learn than it left, and learn that in the warm start.

    One that diverges goes back to the state that `keep` kept last. The updates since then count as
    made: a learner that always diverges would else never be done with those that are due.
    """

    def __init__(
        self, config: FineTuningConfig, checkpoints: Mapping[str, Checkpoint], seed: int = 0,
    ):
        """
        Take what pretraining left.

        :param checkpoints: by kind: 'policy', and what the algorithm reads beside it
        :raises CheckpointError: if a checkpoint is missing, lacks something or does not fit
        :raises ValueError: if PyTorch sees no such device, or critics are to learn alone of an
            algorithm that has none which could
        """
        self.config = config
        device = find_device(config.device)
        self._updates_before_reset = 0
        self._algorithm = ALGORITHMS[config.algorithm]
        if not self._algorithm.critics:
            _check_no_delay(config)
        for kind in sorted(config.reads):
            if kind not in checkpoints:
                raise CheckpointError(
                    f'algorithm {config.algorithm!r} begins with what the simulator left: '
                    f'expected a checkpoint of kind {kind!r}, got none')
        with device:
            self.learner = self._algorithm.make(config, checkpoints, seed)
        self._take = steps_on(device, self.learner.generator)
        self._controller = self._algorithm.controller(config, checkpoints['policy'])
        self._start = self.learner.state()
        self._first = self.learner.policy_tensors()
        self._good = self.state()
        self.diverged = 0  # times that it went back to the last good state
        self.problem = ''  # why, the last time

    @property
    def name(self) -> str:
        """Return the algorithm, with its horizon if it has one."""
        horizon = f'_h{self.config.horizon}' if self._algorithm.horizon else ''
        return f'{self.config.algorithm}{horizon}'

    @property
    def updates(self) -> int:
        """Return the updates on real transitions since the beginning of the run."""
        return self._updates_before_reset + self.learner.updates

    @property
    def start_after(self) -> int:
        """Return the real transitions before the first update."""
        return self.config.start_after

    @property
    def successive(self) -> int:
        """Return how many rows of a minibatch, each time, are to come one after another."""
        return self.config.horizon if self._algorithm.sequences else 1

    @property
    def trained(self) -> bool:
        """Return whether there was an update since the start or the last reset."""
        return self.learner.updates > 0

    @property
    def policy_moved(self) -> bool:
        """Return whether what acts is something else than pi_sim."""
        if self._controller['kind'] != GAUSSIAN:
            return True
        return any(not np.array_equal(value, self._first[name])
                   for name, value in self.learner.policy_tensors().items())

    @property
    def needs_warm_start(self) -> bool:
        """Return whether `warm_start` is due before the first update."""
        return (self._algorithm.warm_up is not None and self.config.warm_start_updates > 0
                and self.updates == 0)

    def warm_start(
        self, columns: Mapping[str, np.ndarray], generator: np.random.Generator,
        progress: Callable[[int], bool] = lambda done: True,
    ) -> None:
        """
        Fit the critics on simulation data; the policy stays pi_sim.

        `columns` are those that a replay samples, one row each. `progress` hears the number of
        updates after each one and ends the warm start early by returning False.
        """
        tensors = {name: torch.from_numpy(np.asarray(columns[name], np.float32))
                   for name in SAMPLED}
        count, step = len(tensors['reward']), partial(self._algorithm.warm_up, self.learner)
        for done in range(1, self.config.warm_start_updates + 1):
            rows = torch.from_numpy(generator.integers(count, size=self.config.batch_size))
            self._take(step, {name: column[rows] for name, column in tensors.items()})
            if not progress(done):
                break
        self._start = self.learner.state()
        self.keep()

    def updates_due(self, inserted: int) -> int:
        """Return how many updates the transitions inserted so far allow now."""
        begun = inserted - self.config.start_after
        if begun < 0:
            return 0
        return max(0, math.floor(self.config.updates_per_transition * begun) - self.updates)

    def update(
        self, batch: Mapping[str, torch.Tensor], inserted: int = 0, rewarded: int = 0,
    ) -> dict[str, float]:
        """
        Take one update on a minibatch; return the losses, see :meth:`SAC.step`, all finite.

        Where they are not, go back to the last good state, and return none.

        The first ones leave pi_sim alone: critics that have seen next to no success teach it to
        keep away from where it had none, and then it never finds any. Later the policy takes part
        in every `policy_delay`-th.

        :param inserted: real transitions so far
        :param rewarded: those in the replay with a reward above 0
        """
        learns = self._policy_learns(inserted, rewarded)
        step = self.learner.step if learns else self.learner.critic_step
        losses = numbers(self._take(step, batch))
        self.learner.updates += 1
        if all(map(math.isfinite, losses.values())):
            return losses
        self._go_back(f'losses after {self.updates} updates: {losses}')
        return {}

    def _policy_learns(self, inserted, rewarded):
        config = self.config
        if self.learner.updates < config.critic_updates:
            return False
        if (self.learner.updates + 1) % config.policy_delay:
            return False
        return rewarded >= config.first_rewards or inserted >= config.patience

    def candidates(self, moved: bool = False) -> list[Candidate]:
        """Return what the robot may act with: one controller; with `moved` none, if pi_sim."""
        if moved and not self.policy_moved:
            return []
        return [Candidate(self.name, self._controller, self.learner.policy_tensors())]

    def keep(self) -> dict[str, torch.Tensor]:
        """
        Remember this state as the one to go back to, and return it.

        If it is not finite, go back now, and return the one before.
        """
        state = self.state()
        bad = [name for name, value in state.items()
               if value.is_floating_point() and not value.isfinite().all()]
        if bad:
            self._go_back(f'after {self.updates} updates not finite: {", ".join(bad)}')
        else:
            self._good = state
        return self._good

    def _go_back(self, reason):
        self.diverged += 1
        self.problem = f'{reason}; went back to the last good weights'
        before = torch.tensor(self.updates - int(self._good['updates']))
        self.load_state(self._good | {'updates_before_reset': before})

    def reset(self) -> None:
        """Go back to pi_sim and to the critics as they were before the first update."""
        updates = self.updates
        self.learner.load_state(self._start)
        self._updates_before_reset = updates - self.learner.updates

    def state(self) -> dict[str, torch.Tensor]:
        """Return everything needed to resume, the way back to pi_sim included."""
        state = dict(self.learner.state())
        state |= {f'start.{name}': value for name, value in self._start.items()}
        state['updates_before_reset'] = torch.tensor(self._updates_before_reset)
        return state

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """
        Resume from what :meth:`state` returned.

        :raises ValueError: if a tensor is missing or of another shape; nothing is changed then
        """
        self.learner.load_state(state)
        start = {name: torch.as_tensor(value)
                 for name, value in part_of(state, 'start.').items()}
        self._start = start or self._start
        self._updates_before_reset = int(state.get('updates_before_reset', 0))
        self._good = self.state()


def _check_no_delay(config):
    """Refuse parameters by which critics learn and nothing else does."""
    for name, only in (('critic_updates', 0), ('first_rewards', 0), ('policy_delay', 1)):
        if (value := getattr(config, name)) != only:
            raise ValueError(
                f'{name}: expected {only} of algorithm {config.algorithm!r}, which has no critics '
                f'that could learn alone, got {value}')
