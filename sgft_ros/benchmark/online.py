"""What value_shaping, replay_buffer and learner do in the graph, in one process and in step."""

from pathlib import Path

import numpy as np
from sgft_ros.benchmark.methods import Method
from sgft_ros.benchmark.spoiled import spoiled
from sgft_ros.learning.algorithms import ALGORITHMS
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.finetuner import FineTuner
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.potential import Potential, shaped_reward
from sgft_ros.learning.replay import label, load_transitions, ReplayBuffer
import torch

CAPACITY = 1_000_000  # transitions


class OnlineLearner:
    """Takes transitions one by one, learns as often as they allow, and offers the policy."""

    def __init__(self, method: Method, checkpoint: str, seed: int, value: str = 'simulator'):
        """
        Begin with pi_sim; warm up the critics where the method does.

        :param checkpoint: folder as `sgft pretrain` writes it
        :param value: V_sim as it is or spoiled, see :func:`sgft_ros.benchmark.spoiled.spoiled`
        :raises CheckpointError: if a file is missing or does not fit
        """
        folder = Path(checkpoint)
        policy = load_checkpoint(folder / 'policy.safetensors', 'policy')
        simulation = None
        if ALGORITHMS[method.tuning.algorithm].from_simulator:
            simulation = load_checkpoint(folder / 'learner.safetensors', 'learner')
        self._method = method
        self._tuner = FineTuner(method.tuning, policy, simulation, seed)
        simulated, _ = load_transitions(folder / 'warm_start.safetensors')
        self._potential = Potential(spoiled(
            load_checkpoint(folder / 'value.safetensors', 'value'), value,
            simulated['observation'], seed))
        self._generator = np.random.default_rng(seed)
        self.policy = GaussianPolicy(self._tuner.policy_tensors())
        prior = None
        if method.prior_ratio or self._tuner.needs_warm_start:
            prior = simulated | label(simulated, self._potential)
        self._replay = ReplayBuffer(
            self.policy.observation_size, self.policy.action_size, CAPACITY,
            prior if method.prior_ratio else None)
        if self._tuner.needs_warm_start:
            self._tuner.warm_start(prior, self._generator)
        self._inserted = 0
        self._published_at = 0

    @property
    def updates(self) -> int:
        """Return the updates on real transitions so far."""
        return self._tuner.updates

    def add(self, observation, action, next_observation, reward, terminated, truncated) -> None:
        """Shape and store a transition; make the updates that it allows."""
        (value, next_value), _ = self._potential.value(np.stack([observation, next_observation]))
        self._replay.add(
            observation=observation, action=action, next_observation=next_observation,
            reward=reward, terminated=terminated, truncated=truncated, value=value,
            next_value=next_value, shaped_reward=shaped_reward(
                reward, float(terminated), value, next_value, self._potential.gamma))
        self._inserted += 1
        for _ in range(self._tuner.updates_due(self._inserted)):
            self._update()

    def _update(self):
        columns = self._replay.sample(
            1, self._method.tuning.batch_size, self._method.prior_ratio, self._generator)
        batch = {name: torch.from_numpy(column[0]) for name, column in columns.items()}
        self._tuner.update(batch, self._inserted, self._replay.rewarded)
        if self._tuner.updates - self._published_at >= self._method.publish_interval:
            self._published_at = self._tuner.updates
            self.policy = GaussianPolicy(self._tuner.policy_tensors())
