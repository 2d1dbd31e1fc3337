"""A Gymnasium environment as a task: what the adapter makes of it, and of its MuJoCo model."""

from dataclasses import replace
import sys

import numpy as np
import pytest
from sgft_ros.simulation.gymnasium_environment import GymnasiumEnvironment
from sgft_ros.simulation.gymnasium_task import GymnasiumTask
from sgft_ros.simulation.model_change import draw_real_model, ModelChange, ModelRange
from sgft_ros.simulation.pretraining_config import PretrainingConfig
from sgft_ros.simulation.rollouts import diverse_episode, Recorder

gymnasium = pytest.importorskip('gymnasium')

TASK = GymnasiumTask(
    name='pendulum', make=lambda: gymnasium.make('InvertedPendulum-v5'), gamma=0.9, max_steps=5,
    best_return=10.0, action_repeat=2, real=ModelRange(body_mass=(1.9, 2.1)))
STILL = np.zeros(1, np.float32)
SIMULATOR = ModelChange()


def environment(task=TASK, seed=0, change=SIMULATOR):
    return GymnasiumEnvironment(task, np.random.default_rng(seed), lambda _: change)


def inside(adapter):
    """Return the MuJoCo environment behind an adapter."""
    return adapter._environment.unwrapped


def course(adapter, steps=20):
    """Return the observations and rewards of a few steps of noise."""
    rows, noise = [adapter.reset()], np.random.default_rng(7)
    for _ in range(steps):
        observation, outcome, _ = adapter.step(noise.uniform(-1, 1, 1))
        rows += [observation, [outcome.reward]]
    return np.concatenate(rows)


@pytest.mark.parametrize('action, force', [(1.0, 3.0), (-0.5, -1.5), (7.0, 3.0), (0.0, 0.0)])
def test_normalised_actions_span_the_box_and_never_leave_it(action, force):
    adapter = environment()
    adapter.reset()
    adapter.step(np.array([action]))
    assert inside(adapter).data.ctrl[0] == pytest.approx(force)


def test_a_decision_is_as_many_steps_as_the_task_says_and_earns_their_scaled_rewards():
    adapter = environment(replace(TASK, action_repeat=3, reward_scale=0.5))
    adapter.reset()
    _, outcome, _ = adapter.step(STILL)
    assert outcome.reward == pytest.approx(0.5 * 3)
    assert inside(adapter).data.time == pytest.approx(3 * inside(adapter).dt)
    assert adapter.control_rate == pytest.approx(1.0 / (3 * inside(adapter).dt))


def test_the_time_limit_truncates_and_is_no_end_of_the_task():
    adapter = environment()
    adapter.reset()
    ends = []
    for _ in range(TASK.max_steps):
        _, outcome, truncated = adapter.step(STILL)
        ends.append((outcome.terminated, truncated))
    assert ends == [(False, False)] * 4 + [(False, True)]


@pytest.mark.parametrize('name, wrong, expected', [
    ('gamma', 0.0, 'above 0 and at most 1'), ('gamma', 1.01, 'above 0 and at most 1'),
    ('best_return', -1200.0, 'above 0'), ('best_return', float('nan'), 'above 0'),
    ('reward_scale', 0.0, 'above 0'), ('reward_scale', 'abc', 'above 0')])
def test_a_task_whose_numbers_cannot_be_is_refused(name, wrong, expected):
    with pytest.raises(ValueError, match=(
            f"^task 'pendulum', {name}: expected a number {expected}, got {wrong!r}$")):
        replace(TASK, **{name: wrong})


@pytest.mark.parametrize('changes, message', [
    ({'max_steps': 0}, 'max_steps: expected a whole number at least 1, got 0'),
    ({'action_repeat': 1.5}, 'action_repeat: expected a whole number at least 1, got 1.5'),
    ({'real': (0.4, 0.5)}, r'real: expected a ModelRange, got \(0.4, 0.5\)'),
    ({'pretraining': {}}, 'pretraining: expected a PretrainingConfig, got {}'),
    ({'pretraining': PretrainingConfig(unfinished=5)},
     'pretraining.unfinished, of max_steps: expected a number below 5, got 5'),
    ({'protocol': 7}, 'protocol: expected a mapping of names to values, got 7'),
    ({'protocol': {'explration_std': 0.1}}, "protocol: unknown name 'explration_std'; did you "
     "mean 'exploration_std'[?] choose from: evaluation_episodes, evaluation_interval, "),
    ({'protocol': {'evaluation_interval': 0}},
     'protocol: evaluation_interval: expected a whole number at least 1, got 0'),
    ({'protocol': {'exploration_std': 'abc'}},
     "protocol: exploration_std: expected a number at least 0 and at most 10, got 'abc'"),
])
def test_a_task_whose_parts_cannot_be_is_refused(changes, message):
    with pytest.raises(ValueError, match=f"^task 'pendulum', {message}"):
        replace(TASK, **changes)


@pytest.mark.parametrize('part, message', [
    (lambda: ModelRange(gear=0.4), r'gear: expected two factors \(low, high\), got 0.4'),
    (lambda: ModelRange(gear=(0.5, 0.4)), 'gear, high: expected a number at least 0.5, got 0.4'),
    (lambda: ModelRange(friction=(-1.0, 1.0)), 'friction, low: expected a number at least 0'),
    (lambda: ModelRange(body_mass=(0.0, 1.0)), 'body_mass, low: expected a number above 0'),
    (lambda: PretrainingConfig(steps=-5), 'steps: expected a whole number at least 1, got -5'),
    (lambda: PretrainingConfig(steps=np.int64(5)), 'steps: expected a whole number at least 1'),
    (lambda: PretrainingConfig(hidden=64), 'hidden: expected the sizes of layers'),
    (lambda: PretrainingConfig(hidden=(64, 0)), 'hidden: expected a whole number at least 1'),
    (lambda: PretrainingConfig(target_entropy='low'),
     "target_entropy: expected a finite number, got 'low'"),
])
def test_a_part_of_a_task_that_cannot_be_is_refused_when_it_is_made(part, message):
    with pytest.raises(ValueError, match=f'^{message}'):
        part()


def test_a_limit_of_the_environment_itself_truncates_too():
    def make():
        return gymnasium.make('InvertedPendulum-v5', max_episode_steps=3)

    adapter = environment(replace(TASK, make=make))
    adapter.reset()
    assert adapter.step(STILL)[1:] == ((2.0, False, None), False)
    assert adapter.step(STILL)[1:] == ((2.0, False, None), True)


def test_a_fall_ends_the_task_even_where_the_time_limit_has_come():
    adapter = environment(replace(TASK, max_steps=1, action_repeat=1000))
    adapter.reset()
    _, outcome, truncated = adapter.step(np.ones(1))
    assert outcome.terminated and not truncated


def test_the_masses_of_a_real_world_are_doubled_and_those_of_the_simulator_come_back():
    changes = [draw_real_model(TASK.real, seed=4), ModelChange()]
    adapter = GymnasiumEnvironment(TASK, np.random.default_rng(0), lambda _: changes.pop(0))
    nominal = inside(adapter).model.body_mass.copy()
    inertia, friction = (getattr(inside(adapter).model, name).copy()
                         for name in ('body_inertia', 'geom_friction'))
    adapter.reset()
    model = inside(adapter).model
    factor = model.body_mass[1:] / nominal[1:]
    assert np.ptp(factor) < 1e-12 and 1.9 <= factor[0] <= 2.1
    assert np.allclose(model.body_inertia, factor[0] * inertia)
    assert np.array_equal(model.geom_friction, friction)
    adapter.reset()
    assert np.array_equal(model.body_mass, nominal)


@pytest.mark.parametrize('name, field', [
    ('friction', 'geom_friction'), ('gear', 'actuator_gear'), ('damping', 'dof_damping')])
def test_every_factor_changes_its_part_of_the_model(name, field):
    adapter = environment(change=ModelChange(**{name: 1.5}))
    before = getattr(inside(adapter).model, field).copy()
    adapter.reset()
    after = getattr(inside(adapter).model, field)
    changed = before != after
    assert changed.any() and np.allclose(after[changed], 1.5 * before[changed])


def test_without_a_gap_reality_is_the_simulator_and_with_one_it_is_not():
    simulator = course(environment())
    for gap, same in ((0.0, True), (1.0, False)):
        real = course(environment(change=draw_real_model(TASK.real, 3, gap)))
        assert np.array_equal(real, simulator) == same


def test_the_gap_is_a_line_through_the_simulator_and_the_default_world():
    one = draw_real_model(TASK.real, 3).body_mass
    assert draw_real_model(TASK.real, 3, 0.5).body_mass == pytest.approx(1 + 0.5 * (one - 1))
    assert draw_real_model(TASK.real, 3, 2.0).body_mass == pytest.approx(1 + 2.0 * (one - 1))
    assert draw_real_model(TASK.real, 4).body_mass != one
    with pytest.raises(ValueError, match='gap scale must be >= 0'):
        draw_real_model(TASK.real, 3, -1.0)


def test_the_same_seed_makes_the_same_course_and_another_does_not():
    assert np.array_equal(course(environment(seed=1)), course(environment(seed=1)))
    assert not np.array_equal(course(environment(seed=1)), course(environment(seed=2)))


def test_states_whose_returns_are_cut_off_tell_no_value():
    policy = type('Still', (), {'action_size': 1, 'act': lambda self, _: STILL})()
    states, returns = diverse_episode(environment(), policy, 0.0, Recorder(), unfinished=2)
    assert len(states) == len(returns) == TASK.max_steps - 2
    assert returns[-1] == pytest.approx(2.0 * (1 + 0.9 + 0.81))


@pytest.mark.parametrize('missing', ['gymnasium', 'gymnasium.envs'])
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    task = replace(TASK, make=lambda: __import__(missing))
    with pytest.raises(ImportError, match=rf"'pendulum' needs .*{missing}.*\.\[gymnasium\]"):
        environment(task)


def test_what_no_command_is_known_to_install_is_named_alone():
    task = replace(TASK, make=lambda: __import__('nothing_of_that_name'))
    with pytest.raises(ImportError, match=(
            "^task 'pendulum' cannot be imported: No module named 'nothing_of_that_name'$")):
        environment(task)


@pytest.mark.parametrize('name, message', [
    ('CartPole-v1', 'expected a Box of finite limits'),
    ('MountainCarContinuous-v0', 'lacks model')])
def test_an_environment_that_cannot_be_adapted_is_refused(name, message):
    with pytest.raises(ValueError, match=message):
        environment(replace(TASK, make=lambda: gymnasium.make(name)))
