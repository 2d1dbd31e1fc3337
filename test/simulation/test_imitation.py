"""A policy from elsewhere, a function of what a Gymnasium environment observes, becomes pi_sim."""

from types import SimpleNamespace

import numpy as np
import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.simulation import pretrain
from sgft_ros.simulation.gymnasium_environment import GymnasiumEnvironment
from sgft_ros.simulation.gymnasium_task import GymnasiumTask
from sgft_ros.simulation.gymnasium_tasks import GYMNASIUM_TASKS
from sgft_ros.simulation.imitation import compare, imitate
from sgft_ros.simulation.model_change import ModelRange
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.rollouts import discounted, diverse_episode, Recorder
import torch

gymnasium = pytest.importorskip('gymnasium')

GAINS = (0.3, 10.0, 0.5, 2.0)  # of a controller that balances InvertedPendulum
STEPS = 2500


def balance(observation):
    return np.clip([np.dot(GAINS, observation)], -3.0, 3.0)


def pendulum(policy, **changes):
    return GymnasiumTask(**{
        'name': 'pendulum', 'make': lambda: gymnasium.make('InvertedPendulum-v5'), 'gamma': 0.9,
        'max_steps': 50, 'best_return': 50.0, 'reward_scale': 0.1, 'policy': policy, **changes})


def environment_of(task, seed=0):
    return GymnasiumEnvironment(task, np.random.default_rng(seed), task.sim.draw)


@pytest.fixture(scope='module')
def learner():
    config = PretrainingConfig(demonstrations=0, steps=STEPS, hidden=(32, 32))
    told = []
    learner = imitate(environment_of(pendulum(balance)), config, 0, told.append)
    assert told == list(range(1, 2 * STEPS + 1))
    return learner


def test_the_student_acts_as_the_teacher_where_it_comes_to(learner):
    environment = environment_of(pendulum(balance), seed=1)
    score, apart = compare(environment, GaussianPolicy(learner.policy_tensors()), 5)
    assert score == pytest.approx(1.0) and apart < 0.02


def test_a_student_that_does_otherwise_is_told_apart(learner):
    opposite = environment_of(pendulum(lambda observation: -balance(observation)), seed=1)
    score, apart = compare(opposite, GaussianPolicy(learner.policy_tensors()), 5)
    assert score < 0.3 and apart > 0.05


def test_the_critics_know_the_returns_of_the_student(learner):
    """Of states from which it balances, and of those from which it falls."""
    environment = environment_of(pendulum(balance), seed=2)
    policy = GaussianPolicy(learner.policy_tensors())
    believed, came = [], []
    for noise in 0.0, 3.0, 0.0, 3.0:
        observation, rewards, states = environment.reset(), [], []
        for step in range(60):
            action = policy.act(observation)
            if step < 10:
                action = action + noise * environment.rng.standard_normal(1)
            action = np.clip(action, -1.0, 1.0).astype(np.float32)
            following, outcome, _ = environment.step(action)
            states.append(np.concatenate([observation, action]))
            rewards.append(outcome.reward)
            observation = following
            if outcome.terminated:
                break
        known = slice(10, len(rewards) if outcome.terminated else 30)
        with torch.no_grad():
            q = learner.critic(torch.tensor(np.array(states), dtype=torch.float32))
        believed.extend(q[..., 0].amin(0)[known].tolist())
        came.extend(discounted(rewards, 0.9)[known])
    assert np.abs(np.subtract(believed, came)).mean() < 0.15  # of returns up to 1


@pytest.mark.parametrize('policy, said', [
    (lambda observation: [0.0, 0.0], r'expected a finite action of shape \(1,\), got'),
    (lambda observation: [np.nan], 'finite action'),
    (lambda observation: (np.zeros(1), None), r'got \(array'),  # as of a predict() without [0]
    (lambda observation: torch.zeros(1, requires_grad=True), r'got tensor'),
])
def test_what_is_no_action_is_named(policy, said):
    environment = environment_of(pendulum(policy))
    with pytest.raises(ValueError, match=f"task 'pendulum', policy: .*{said}"):
        imitate(environment, PretrainingConfig(steps=3), 0, lambda done: None)


def test_what_is_no_function_is_refused():
    with pytest.raises(ValueError, match="task 'pendulum', policy: expected a function .* got 3"):
        pendulum(3)


def test_actions_of_the_environment_are_normalised():
    for policy, normalised in ((lambda _: [1.5], 0.5), (lambda _: [-30.0], -1.0)):
        environment = environment_of(pendulum(policy))
        environment.reset()
        assert environment.taught() == pytest.approx(normalised)


class Line(gymnasium.Env):
    """A point that no MuJoCo moves; it has to come to 0."""

    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (1,))
    action_space = gymnasium.spaces.Box(-0.2, 0.2, (1,))

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.position = self.np_random.uniform(-1.0, 1.0)
        return np.array([self.position]), {}

    def step(self, action):
        self.position += float(action[0])
        there = abs(self.position) < 0.05
        return np.array([self.position]), float(there), there, False, {'is_success': there}


def line(**changes):
    return GymnasiumTask(**{
        'name': 'line', 'make': Line, 'gamma': 0.9, 'max_steps': 15, 'best_return': 1.0,
        'dt': 0.05, 'policy': lambda observation: np.clip(-observation, -0.2, 0.2), **changes})


def test_an_environment_of_another_engine_says_its_step_itself():
    assert environment_of(line()).control_rate == pytest.approx(20.0)
    with pytest.raises(ValueError, match="task 'line': Line lacks dt; expected"):
        environment_of(line(dt=None))
    with pytest.raises(ValueError, match="task 'line': Line lacks model; expected"):
        environment_of(line(real=ModelRange(gear=(0.5, 0.5))))


def test_success_that_the_task_tells_is_what_an_episode_is_worth():
    environment = environment_of(line(tells_success=True))
    environment.reset()
    while True:
        _, outcome, truncated = environment.step(environment.taught())
        assert outcome.success == outcome.terminated
        if outcome.terminated or truncated:
            break
    assert environment.score(outcome.success, 0.0) == 1.0
    assert environment.score(False, 1.0) == 0.0


class OnlyAtItsEnd(Line):
    """It tells success when it ends an episode itself, and allows eight steps."""

    def reset(self, **options):
        self.left = 8
        return super().reset(**options)

    def step(self, action):
        assert self.left, 'step after the end'
        self.left -= 1
        observation, reward, there, _, info = super().step(action)
        ended = there or not self.left
        return observation, reward, there, ended and not there, info if ended else {}


def test_a_step_that_tells_no_success_is_none():
    environment = environment_of(line(make=OnlyAtItsEnd, max_steps=2, tells_success=True))
    environment.reset()
    for _ in range(2):
        _, outcome, truncated = environment.step(np.ones(1))
    assert truncated and environment.score(outcome.success, 1.0) == 0.0
    environment = environment_of(line(make=OnlyAtItsEnd))
    environment.reset()
    assert environment.step(np.ones(1))[1].success is None


def test_diverse_episodes_end_where_the_environment_ends_them():
    environment = environment_of(line(make=OnlyAtItsEnd, max_steps=30))
    away = SimpleNamespace(action_size=1, act=lambda observation: np.ones(1, np.float32))
    for noise in 0.0, 0.3:
        recorder = Recorder()
        diverse_episode(environment, away, noise, recorder)
        assert 0 < len(recorder) <= 8


def test_no_action_leaves_the_box_by_rounding():
    class Narrow(Line):
        action_space = gymnasium.spaces.Box(np.float32(-0.2), np.float32(0.4), (1,))

        def step(self, action):
            assert self.action_space.contains(action)
            return super().step(action)

    environment = environment_of(line(make=Narrow))
    environment.reset()
    for action in -1.0, 1.0:
        environment.step(np.array([action]))


def test_pretraining_imitates_and_leaves_all_files(tmp_path, monkeypatch, capsys):
    config = PretrainingConfig(demonstrations=0, steps=400, diverse_episodes=20, hidden=(16, 16),
                              dynamics_updates=200)
    monkeypatch.setitem(GYMNASIUM_TASKS, 'line', line(pretraining=config, tells_success=True))
    assert pretrain.main(['--task', 'line', '--output', str(tmp_path)]) == 0
    assert 'imitates a policy of success 100% in simulation' in capsys.readouterr().out
    assert {path.stem for path in tmp_path.iterdir()} == {
        'policy', 'value', 'learner', 'warm_start', 'dynamics'}
    training = load_checkpoint(tmp_path / 'policy.safetensors', 'policy').metadata['training']
    assert training['given_policy_in_simulation'] == 1.0 and training['actions_apart'] < 0.5
