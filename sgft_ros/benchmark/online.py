"""What value_shaping, replay_buffer and learner do in the graph, in one process and in step."""

from pathlib import Path

import numpy as np
from sgft_ros.benchmark.methods import Method
from sgft_ros.benchmark.spoiled import spoiled
from sgft_ros.learning.arbiter import Arbiter, CALIBRATED, INCUMBENT, PI_SIM
from sgft_ros.learning.calibration import CalibratedPolicy
from sgft_ros.learning.checkpoint import Checkpoint, load_checkpoint
from sgft_ros.learning.controllers import make_controller
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.portfolio import checkpoint_kinds, make_tuner
from sgft_ros.learning.potential import Potential, shaped_reward
from sgft_ros.learning.replay import label, ReplayBuffer
from sgft_ros.nodes.tool_calibration import make_calibration
from sgft_ros.robot import load_robot_contract
import torch

CAPACITY = 1_000_000  # transitions
ARBITER = 0xA2B1      # keeps its draws apart from other random numbers of the seed


def load_checkpoints(method: Method, folder: str | Path) -> dict[str, Checkpoint]:
    """
    Return what a learner of a method begins with, by the name of its file in a folder.

    :raises CheckpointError: if a file is missing or cannot be used
    """
    others = sorted(checkpoint_kinds(method.tunings) - {'policy', 'value'})
    kinds = {kind: kind for kind in ('policy', 'value', *others)} | {'warm_start': 'replay'}
    return {name: load_checkpoint(Path(folder, f'{name}.safetensors'), kind)
            for name, kind in kinds.items()}


class OnlineLearner:
    """Takes transitions one by one, learns as often as they allow, and offers what acts."""

    def __init__(
        self, method: Method, checkpoint: str, seed: int, value: str = 'simulator',
        robot: str = '', evaluation_episodes: int = 20,
    ):
        """
        Begin with pi_sim; warm up the critics where the method does.

        :param checkpoint: folder as `sgft pretrain` writes it
        :param value: V_sim as it is or spoiled, see :func:`sgft_ros.benchmark.spoiled.spoiled`
        :param robot: whose calibration successes correct, if the method does that; '' for none
        :param evaluation_episodes: of one evaluation
        :raises CheckpointError: if a file is missing or does not fit
        :raises ValueError: if V_sim cannot be spoiled like that
        """
        checkpoints = load_checkpoints(method, checkpoint)
        simulated = dict(checkpoints.pop('warm_start').tensors)
        contract = load_robot_contract(robot) if robot else None
        checkpoints['value'] = spoiled(
            checkpoints['value'], value, simulated['observation'], seed, contract)
        self._method = method
        self._tuner = make_tuner(method.tunings, checkpoints, seed, method.prior_ratio)
        self._potential = Potential(checkpoints['value'])
        self._seed, self._generator = seed, np.random.default_rng(seed)
        self._pi_sim = checkpoints['policy'].tensors
        self.controller = GaussianPolicy(self._pi_sim)
        self._controllers = {PI_SIM: self.controller}
        self._arbiter = None
        if method.arbitrated:
            self._arbiter = Arbiter(
                np.random.default_rng([seed, ARBITER]), evaluation_episodes)
        self._acting = PI_SIM
        self._calibration = None
        if method.arbitrated and contract is not None:
            self._calibration = make_calibration(
                simulated, contract, method.calibration_error)
        prior = None
        if method.prior_ratio or self._tuner.needs_warm_start:
            prior = simulated | label(simulated, self._potential)
        self._replay = ReplayBuffer(
            self.controller.observation_size, self.controller.action_size, CAPACITY,
            prior if method.prior_ratio else None)
        if self._tuner.needs_warm_start:
            self._tuner.warm_start(prior, self._generator)
        self._inserted = 0
        self._published_at = 0

    @property
    def acting(self) -> str:
        """Return the name of the candidate that acts; pi_sim before anything was learned."""
        return self._acting

    @property
    def candidates(self) -> tuple[str, ...]:
        """Return the names of those that may act."""
        return tuple(self._controllers)

    @property
    def updates(self) -> int:
        """Return the updates on real transitions so far."""
        return self._tuner.updates

    @property
    def diverged(self) -> int:
        """Return how many times a learner went back to its last good weights."""
        return self._tuner.diverged

    @property
    def problem(self) -> str:
        """Return why, the last time of each."""
        return self._tuner.problem

    def add(self, observation, action, next_observation, reward, terminated, truncated) -> None:
        """Shape and store a transition; make the updates that it allows."""
        (value, next_value), _ = self._potential.value(np.stack([observation, next_observation]))
        self._replay.add(
            observation=observation, action=action, next_observation=next_observation,
            reward=reward, terminated=terminated, truncated=truncated, value=value,
            next_value=next_value, shaped_reward=shaped_reward(
                reward, float(terminated), value, next_value, self._potential.gamma))
        self._inserted += 1
        if self._inserted == 1 and self._tuner.policy_moved:
            self._exchange()
        for _ in range(self._tuner.updates_due(self._inserted)):
            self._update()

    def begin_episode(self, evaluation: bool) -> None:
        """Choose who acts."""
        if self._arbiter is not None:
            self._acting = self._arbiter.choose(evaluation)
            self.controller = self._controllers[self._acting]
        self.controller.reset()

    def end_episode(self, score: float, evaluation: bool, observation: np.ndarray) -> None:
        """Hear how the episode went, 0 to 1, and where it ended (observation,)."""
        if self._arbiter is not None:
            self._arbiter.record(self._acting, score, evaluation)
        if self._calibration is not None:
            if score == 1.0:
                self._calibration.record(observation)
            if not evaluation:
                self._recalibrate()

    def end_evaluation(self) -> None:
        """Hear that the last episode of an evaluation has ended."""
        if self._arbiter is not None and (best := self._arbiter.crown()):
            self._controllers[INCUMBENT] = self._controllers[best]
        if self._calibration is not None:
            self._recalibrate()

    def _recalibrate(self):
        """Believe what successes say of the calibration; let pi_sim act by that, if it differs."""
        self._calibration.update()
        if self._calibration.significant and CALIBRATED not in self._controllers:
            self._controllers[CALIBRATED] = CalibratedPolicy(self._pi_sim, self._calibration)
            self._arbiter.admit([CALIBRATED])

    def _update(self):
        columns = self._replay.sample(
            1, self._method.batch_size, self._method.prior_ratio, self._generator,
            self._tuner.successive)
        batch = {name: torch.from_numpy(column[0]) for name, column in columns.items()}
        self._tuner.update(batch, self._inserted, self._replay.rewarded)
        if self._tuner.updates - self._published_at >= self._method.publish_interval:
            self._exchange()

    def _exchange(self):
        """Let the newest weights act."""
        self._published_at = self._tuner.updates
        self._tuner.keep()
        for candidate in self._tuner.candidates(moved=True):
            controller = make_controller(
                candidate.controller, candidate.tensors, (self._seed, self._published_at))
            if candidate.name == self._acting:
                controller.take_over(self.controller)  # in the midst of an episode
            self._controllers[candidate.name] = controller
            if self._arbiter is None:
                self._acting = candidate.name
            else:
                self._arbiter.admit([candidate.name])
        self.controller = self._controllers[self._acting]
