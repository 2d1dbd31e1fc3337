"""What shaping promises (docs: ALGORITHM), on small tabular MDPs and the code that learns."""

import numpy as np
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.pbrs import PBRS
from sgft_ros.learning.potential import shaped_reward
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.sgft_geometric import GeometricSGFT
from sgft_ros.learning.sgft_sac import SGFTSAC
from sgft_ros.learning.sgft_unshaped import UnshapedSGFT
import torch

STATES, ACTIONS, OUTCOMES = 6, 3, 2
GAMMA = 0.9


class TabularMDP:
    """Random rewards, two outcomes per state and action, some of which end the task."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        shape = STATES, ACTIONS, OUTCOMES
        self.next = rng.integers(STATES, size=shape)
        self.probability = rng.dirichlet(np.ones(OUTCOMES), size=(STATES, ACTIONS))
        self.reward = rng.normal(size=shape)
        self.terminated = (rng.random(shape) < 0.2).astype(float)
        self.V_sim = rng.normal(size=STATES)

    def backup(self, V):
        """Return (T V)(s, a): reward and, where the task goes on, discounted V."""
        following = GAMMA * (1.0 - self.terminated) * V[self.next]
        return (self.probability * (self.reward + following)).sum(-1)

    def optimal_values(self):
        V = np.zeros(STATES)
        for _ in range(500):
            V = self.backup(V).max(1)
        return V

    def batch(self):
        """Return every transition once, in the form that learners take, and its weights."""
        s, a, k = np.meshgrid(*map(np.arange, self.next.shape), indexing='ij')
        following = self.next[s, a, k]
        reward, terminated = self.reward[s, a, k], self.terminated[s, a, k]
        columns = {
            'observation': s.reshape(-1, 1), 'action': a.reshape(-1, 1),
            'next_observation': following.reshape(-1, 1), 'reward': reward.ravel(),
            'terminated': terminated.ravel(), 'next_value': self.V_sim[following].ravel(),
            'shaped_reward': shaped_reward(
                reward, terminated, self.V_sim[s], self.V_sim[following], GAMMA).ravel(),
        }
        return {name: torch.tensor(column, dtype=torch.float64)
                for name, column in columns.items()}


def tabular(base):
    """Return a learner of class `base` with tables for critics and greedy policies."""

    class Tabular(base):
        def __init__(self, *args):
            super().__init__(SACConfig(1, 1, GAMMA), *args)
            self.table = torch.zeros(STATES, ACTIONS, self.heads, dtype=torch.float64)

        def sample(self, observation, heads):
            greedy = self.table[observation[:, 0].long()].argmax(1).gather(1, heads)
            return greedy[:, :, None], torch.zeros(greedy.shape, dtype=torch.float64)

        def target_q(self, observation, action, heads):
            return self.table[observation[:, :1].long(), action[:, :, 0], heads]

        def sweep(self, mdp):
            """Set every entry to its target, averaged over the outcomes."""
            batch = mdp.batch()
            heads = torch.arange(self.heads).expand(len(batch['reward']), -1)
            targets = self.critic_target(batch, heads).reshape(STATES, ACTIONS, OUTCOMES, -1)
            weights = torch.from_numpy(mdp.probability)[..., None]
            self.table = (weights * targets).sum(2)

    return Tabular


@pytest.mark.parametrize('seed', range(5))
def test_each_head_is_h_backups_of_v_sim_minus_v_sim(seed):
    mdp, horizon = TabularMDP(seed), 6
    learner = tabular(SGFTSAC)(horizon)
    for _ in range(horizon):  # head h is exact after h sweeps, as no head bootstraps on itself
        learner.sweep(mdp)
    V = mdp.V_sim
    for h in range(horizon):
        expected = mdp.backup(V)
        np.testing.assert_allclose(learner.table[..., h], expected - mdp.V_sim[:, None])
        V = expected.max(1)


@pytest.mark.parametrize('seed', range(3))
def test_the_unshaped_twin_is_h_backups_of_v_sim_and_ranks_actions_alike(seed):
    mdp, horizon = TabularMDP(seed), 6
    learner, twin = tabular(SGFTSAC)(horizon), tabular(UnshapedSGFT)(horizon)
    for _ in range(horizon):
        learner.sweep(mdp)
        twin.sweep(mdp)
    V_sim = torch.from_numpy(mdp.V_sim)[:, None, None]
    np.testing.assert_allclose(twin.table, learner.table + V_sim)
    np.testing.assert_array_equal(twin.table.argmax(1), learner.table.argmax(1))


@pytest.mark.parametrize('seed', range(3))
def test_a_geometric_horizon_reaches_from_the_bandit_to_potential_based_shaping(seed):
    mdp = TabularMDP(seed)
    one, bandit = tabular(GeometricSGFT)(1), tabular(SGFTSAC)(1)
    endless, shaping = tabular(GeometricSGFT)(10**9), tabular(PBRS)()
    some = tabular(GeometricSGFT)(4)
    for _ in range(200):
        for learner in (one, bandit, endless, shaping, some):
            learner.sweep(mdp)
    np.testing.assert_allclose(one.table, bandit.table)
    np.testing.assert_allclose(endless.table, shaping.table, atol=1e-6)
    batch = mdp.batch()
    np.testing.assert_allclose(some.discount, 0.75 * GAMMA)
    targets = some.critic_target(batch, torch.zeros((len(batch['reward']), 1), dtype=torch.long))
    best = some.table[..., 0].max(1).values[batch['next_observation'][:, 0].long()]
    np.testing.assert_allclose(
        targets[:, 0], batch['shaped_reward'] + 0.75 * GAMMA * (1 - batch['terminated']) * best)


@pytest.mark.parametrize('seed', range(3))
def test_one_step_ranks_actions_as_the_unshaped_bandit_does(seed):
    mdp = TabularMDP(seed)
    learner = tabular(SGFTSAC)(1)
    learner.sweep(mdp)
    unshaped = mdp.backup(mdp.V_sim)
    np.testing.assert_array_equal(learner.table[..., 0].argmax(1), unshaped.argmax(1))


@pytest.mark.parametrize('seed', range(3))
def test_a_long_horizon_is_potential_based_shaping(seed):
    mdp = TabularMDP(seed)
    learner, infinite = tabular(SGFTSAC)(150), tabular(PBRS)()
    for _ in range(150):
        learner.sweep(mdp)
        infinite.sweep(mdp)
    for table in learner.table[..., -1], infinite.table[..., 0]:
        best = table.max(1).values
        np.testing.assert_allclose(best, mdp.optimal_values() - mdp.V_sim, atol=1e-5)


def test_sac_finds_the_optimal_values_of_the_raw_reward():
    mdp = TabularMDP(0)
    learner = tabular(SAC)()
    for _ in range(300):
        learner.sweep(mdp)
    np.testing.assert_allclose(
        learner.table[..., 0].max(1).values, mdp.optimal_values(), atol=1e-6)


def test_shaped_rewards_of_a_trajectory_telescope():
    rng = np.random.default_rng(1)
    steps, reward, V = 12, rng.normal(size=12), rng.normal(size=13)
    discounts = GAMMA ** np.arange(steps)
    shaped = shaped_reward(reward, np.zeros(steps), V[:-1], V[1:], GAMMA)
    np.testing.assert_allclose(
        (discounts * shaped).sum(),
        (discounts * reward).sum() + GAMMA**steps * V[-1] - V[0])


def test_the_value_behind_a_true_end_does_not_count():
    assert shaped_reward(1.0, 1.0, 0.4, 1e6, GAMMA) == 1.0 - 0.4


def test_masking_keeps_an_early_end_from_being_preferred():
    # Two ways: end now with reward 1, or go on to reward 2. A potential that is high at the
    # terminal state must not make ending now look better (Grzes 2017).
    ending = shaped_reward(1.0, 1.0, 0.0, 100.0, GAMMA)
    going_on = shaped_reward(0.0, 0.0, 0.0, 2.0, GAMMA) + GAMMA * shaped_reward(
        2.0, 1.0, 2.0, 100.0, GAMMA)
    assert going_on > ending


def test_horizon_below_one_step_is_refused():
    with pytest.raises(ValueError, match='horizon must be >= 1 step, got 0'):
        SGFTSAC(SACConfig(1, 1, GAMMA), 0)
