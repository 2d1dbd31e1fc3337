"""A planner reaches the goal in the dynamics that it knows, and learns those of another robot."""

import numpy as np
import pytest
from sgft_ros.learning.controllers import make_controller
from sgft_ros.learning.dynamics import DynamicsLearner, fit_world, WorldConfig
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.learning.planner import Planner, PlannerConfig
from sgft_ros.learning.tensors import part_of
from sgft_ros.learning.world_model import WorldModel
import torch
from worlds import check_draws, episode, GAMMA, NEAR, network, simulated_world, SPEED, transitions

TURN = 2.2  # [rad], by which the drive of the real robot is turned


@pytest.fixture(scope='module')
def simulated():
    return simulated_world()


def learned(simulated, count, updates, **rates):
    """Return a learner after updates on `count` transitions of the turned drive."""
    learner = DynamicsLearner(simulated, **{'learning_rate': 0.0, 'adapter_rate': 0.02, **rates})
    real = transitions(count, TURN, seed=5)
    rng = np.random.default_rng(0)
    for _ in range(updates):
        rows = rng.integers(count, size=32)
        learner.update({name: torch.from_numpy(column[rows]) for name, column in real.items()})
    return learner


def test_numpy_imagines_what_torch_was_fitted_to(simulated):
    model = WorldModel(simulated)
    data = transitions(200, seed=9)
    states = model.begin(data['observation'][0], 200) * 0 + data['observation']
    actions = np.broadcast_to(data['action'], (2, 200, 2))
    came = model.step(states, actions)
    inputs = torch.from_numpy(np.concatenate([data['observation'], data['action']], 1))
    with torch.no_grad():
        change = network(simulated, 'dynamics.')(inputs).numpy()
    expected = states + simulated['change_mean'] + simulated['change_scale'] * change
    expected = expected.clip(simulated['low'], simulated['high'])
    np.testing.assert_allclose(came, expected, atol=1e-5)
    assert np.abs(came - data['next_observation']).mean() < 0.1 * SPEED
    reward, ended = model.outcome(data['next_observation'])
    there = np.linalg.norm(data['next_observation'], axis=1) < NEAR
    assert ended[there].mean() > 0.6 > 0.1 > ended[~there].mean()
    assert abs(reward[~there].mean()) < 0.1


def test_v_sim_and_outcome_are_the_means_that_were_fitted(simulated):
    model, states = WorldModel(simulated), transitions(50)['observation']
    with torch.no_grad():
        value, outcome = (network(simulated, prefix)(torch.from_numpy(states)).mean(0).numpy()
                          for prefix in ('value.', 'outcome.'))
    np.testing.assert_allclose(model.value(states), value[:, 0], atol=1e-5)
    reward, ended = model.outcome(states)
    np.testing.assert_allclose(reward, outcome[:, 0], atol=1e-5)
    np.testing.assert_allclose(ended, 1.0 / (1.0 + np.exp(-outcome[:, 1])), atol=1e-5)


def adapted(simulated):
    """Return the world of a drive that is turned and off its zero, and where the state matters."""
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(0.0, 0.3, (4, 4)), rng.normal(0.0, 0.3, 4)
    weight[:, :2], bias[:2] = 0.0, 0.0
    sure = simulated['policy.bias2'] - np.float32([0.0, 0.0, 4.0, 4.0])  # pi_sim hardly varies
    return simulated | {'policy.bias2': sure, 'adapter_weight': weight.astype(np.float32),
                        'adapter_bias': bias.astype(np.float32)}


def test_the_inverse_of_the_adapter_is_one_as_far_as_actions_reach(simulated):
    tensors, rng = adapted(simulated), np.random.default_rng(1)
    states, wanted = rng.uniform(-1.0, 1.0, (2, 200, 2))
    actions = WorldModel(tensors).actions_for(states, wanted)
    inputs = np.concatenate([states, actions], 1)
    came = (inputs + inputs @ tensors['adapter_weight'] + tensors['adapter_bias'])[:, 2:]
    inside = (np.abs(actions) < 1.0).all(1)
    assert 50 < inside.sum() < 150 and np.abs(actions).max() == 1.0
    np.testing.assert_allclose(came[inside], wanted[inside], atol=1e-5)


def test_the_inverse_of_the_adapter_leaves_alone_what_hardly_moves_anything(simulated):
    weight = np.zeros((4, 4), np.float32)
    weight[2, 2] = -0.95  # of the first axis 5 % are left
    model = WorldModel(simulated | {'adapter_weight': weight})
    np.testing.assert_allclose(
        model.actions_for(np.zeros((1, 2)), np.array([[0.5, 0.5]])), [[0.0, 0.5]], atol=1e-6)


def test_a_plan_is_worth_its_rewards_and_v_sim_behind_as_far_as_the_task_goes_on(simulated):
    planner = Planner(simulated, GAMMA, PlannerConfig(horizon=4))
    model, start = WorldModel(simulated), np.array([0.4, 0.1], np.float32)
    rng = np.random.default_rng(0)
    sequences = rng.normal([-0.8, -0.2], 0.4, (2, 10, 4, 2)).clip(-1.0, 1.0).astype(np.float32)
    came, alive = planner._score(start, sequences), []
    for member, number in np.ndindex(2, 10):
        score, going_on = 0.0, 1.0
        states = model.begin(start, 1)
        for t in range(4):
            states = model.step(states, np.stack([sequences[member, number, t:t + 1]] * 2))
            reward, ended = model.outcome(states[member, 0])
            score += GAMMA ** t * going_on * reward
            going_on *= 1.0 - ended
        score += GAMMA ** 4 * going_on * model.value(states[member, 0])
        alive.append(going_on)
        assert came[member, number] == pytest.approx(score, abs=1e-4)
    assert min(alive) < 0.2 and max(alive) > 0.8


def test_plans_are_those_of_mppi_half_of_them_of_pi_sim_at_first(simulated, monkeypatch):
    tensors, start = adapted(simulated), np.array([0.6, -0.3], np.float32)
    planner = Planner(tensors, GAMMA, PlannerConfig(horizon=3, samples=16))
    model, policy = WorldModel(tensors), GaussianPolicy(part_of(tensors, 'policy.'))
    scored, score = [], planner._score

    def watched(observation, sequences):
        scored.append((sequences, score(observation, sequences)))
        return scored[-1][1]

    monkeypatch.setattr(planner, '_score', watched)
    planner._rng, rng = (np.random.default_rng(3) for _ in range(2))
    for decision in range(4):
        before = planner._plan
        action = planner.act(start, np.zeros(2, np.float32))
        states, proposed = np.broadcast_to(start, (2, 4, 2)), []
        for _ in range(3):
            wanted = policy.sample(states.reshape(8, 2), rng, 0.15).reshape(2, 4, 2)
            proposed.append(model.actions_for(states, wanted))
            states = model.step(states, proposed[-1])
        proposed = np.stack(proposed, 2)
        plan = before if decision % 3 else proposed.mean((0, 1))
        for iteration in range(2):
            sequences, scores = scored.pop(0)
            if iteration == 0:
                np.testing.assert_array_equal(sequences[:, 4:], proposed)
            drawn = sequences[:, :4] if iteration == 0 else sequences
            expected = plan + 0.15 * rng.standard_normal(drawn.shape)
            np.testing.assert_allclose(drawn, expected.clip(-1.0, 1.0), atol=1e-5)
            weights = np.exp((scores - scores.max()) / (0.1 * scores.std()))
            plan = (weights[..., None, None] * sequences).sum((0, 1)) / weights.sum()
        np.testing.assert_allclose(action, plan[0], atol=1e-5)
        np.testing.assert_allclose(planner._plan, plan[[1, 2, 2]], atol=1e-5)
    assert not scored


def strikes(count, seed):
    """Return transitions of an arm near -1.1 [rad] which throws a puck, in one row out of 20."""
    rng = np.random.default_rng(seed)
    arm, puck = rng.uniform([-1.2, -1.0], [-1.0, 1.0], (count, 2)).T
    action = rng.uniform(-1.0, 1.0, count)
    there = arm + 0.1 * action
    hit = (there > -1.02) & (puck > 0.5)
    columns = {'observation': np.stack([arm, puck], 1), 'action': action[:, None],
               'next_observation': np.stack([there, puck + hit], 1),
               'reward': np.zeros(count), 'terminated': np.zeros(count)}
    return {name: column.astype(np.float32) for name, column in columns.items()}


def test_rare_contact_is_learned_although_positions_lie_far_from_zero():
    model = WorldModel(fit_world(strikes(8000, seed=0), WorldConfig(
        members=2, hidden=(32, 32), outcome_hidden=(8, 8), updates=1500, batch_size=128)))
    data = strikes(2000, seed=1)
    came = model.step(*(np.stack([data[name]] * 2) for name in ('observation', 'action')))
    change = data['next_observation'] - data['observation']
    error = came.mean(0) - data['next_observation']
    assert ((error**2).mean(0) < 0.1 * change.var(0)).all()


def test_imagined_states_leave_the_simulators_by_a_fifth_of_their_range():
    data = transitions(500)
    world = fit_world(data, WorldConfig(hidden=(8,), outcome_hidden=(8,), updates=1))
    change = data['next_observation'] - data['observation']
    low, high = data['next_observation'].min(0), data['next_observation'].max(0)
    for name, expected in (
            ('low', low - 0.2 * (high - low)), ('high', high + 0.2 * (high - low)),
            ('change_mean', change.mean(0)), ('change_scale', change.std(0, ddof=1))):
        np.testing.assert_allclose(world[name], expected, rtol=1e-3, atol=1e-6)
    still = world | {'change_mean': np.full(2, 9.0, np.float32)}
    came = WorldModel(still).step(np.zeros((3, 1, 2)), np.zeros((3, 1, 2)))
    np.testing.assert_array_equal(came, np.broadcast_to(world['high'], came.shape))


def test_it_plans_to_the_goal_in_the_dynamics_that_it_knows(simulated):
    planner = Planner(simulated, GAMMA, PlannerConfig(std=0.5))
    assert episode(planner) <= 10  # the straight way takes 6


def test_turned_axes_are_learned_from_a_few_dozen_transitions(simulated):
    config = PlannerConfig(std=0.5)
    before = Planner(simulated, GAMMA, config)
    after = Planner(learned(simulated, 40, 300).policy_tensors(), GAMMA, config)
    assert episode(before, TURN) == 25
    assert episode(after, TURN) <= 12


def test_the_inverse_of_the_adapter_does_here_what_was_wanted_there(simulated):
    model = WorldModel(learned(simulated, 100, 500).policy_tensors())
    rng = np.random.default_rng(2)
    states = rng.uniform(-1, 1, (1, 50, 2)).astype(np.float32)
    wanted = rng.uniform(-0.5, 0.5, (1, 50, 2)).astype(np.float32)
    there = WorldModel(simulated).step(np.repeat(states, 2, 0), np.repeat(wanted, 2, 0))
    here = model.step(np.repeat(states, 2, 0), np.repeat(model.actions_for(states, wanted), 2, 0))
    assert np.abs(here - there).mean() < 0.15 * SPEED


def test_gradients_of_networks_and_adapter_are_those_of_autograd(simulated):
    learner = DynamicsLearner(simulated, 1e-3, 0.02, np.array([False, True, True, True]))
    learner._adapter.data.normal_(generator=torch.Generator().manual_seed(0))
    batch = {name: torch.from_numpy(column) for name, column in transitions(64, 1.0).items()}
    predicted = learner.dynamics(learner._adapt(
        torch.cat([batch['observation'], batch['action']], -1)))
    change = batch['next_observation'] - batch['observation']
    change = (change - learner._mean) / learner._scale
    loss = torch.nn.functional.smooth_l1_loss(predicted, change.expand_as(predicted))
    expected = torch.autograd.grad(loss, (learner.dynamics.flat, learner._adapter))
    torch.testing.assert_close(
        learner.gradients(batch), (loss.detach(), *expected), atol=1e-6, rtol=1e-4)


def test_networks_and_adapter_learn_at_rates_of_their_own(simulated):
    learner = DynamicsLearner(simulated, 1e-3, 0.02)
    networks, adapter = learner.dynamics.flat.detach().clone(), learner._adapter.detach().clone()
    batch = {name: torch.from_numpy(column) for name, column in transitions(64, TURN).items()}
    learner.update(batch)
    for came, before, rate in (
            (learner.dynamics.flat, networks, 1e-3), (learner._adapter, adapter, 0.02)):
        assert (came - before).abs().max().item() == pytest.approx(rate, rel=0.01)


def test_adapter_stays_where_it_may_not_change(simulated):
    learner = DynamicsLearner(simulated, 1e-3, 0.02, np.array([False, False, True, True]))
    real = transitions(64, TURN)
    for _ in range(20):
        learner.update({name: torch.from_numpy(column) for name, column in real.items()})
    tensors = learner.policy_tensors()
    assert not tensors['adapter_weight'][:, :2].any() and tensors['adapter_weight'][:, 2:].any()
    for name, value in simulated.items():  # frozen: all but adapter and dynamics
        if not name.startswith(('dynamics.', 'adapter_')):
            np.testing.assert_array_equal(tensors[name], value)


def test_it_resumes_with_the_moments_of_both_optimisers(simulated):
    learner = learned(simulated, 64, 20, learning_rate=1e-3)
    resumed = DynamicsLearner(simulated, 1e-3, 0.02)
    resumed.load_state(learner.state())
    batch = {name: torch.from_numpy(column) for name, column in transitions(32, TURN).items()}
    assert resumed.updates == 20
    assert learner.update(batch) == resumed.update(batch)
    for name, value in learner.policy_tensors().items():
        np.testing.assert_array_equal(resumed.policy_tensors()[name], value)


@pytest.mark.parametrize('name', ['updates', 'adapter_bias', 'dynamics.bias2', 'optimiser.1.step'])
def test_a_state_that_lacks_something_is_refused_and_changes_nothing(simulated, name):
    learner = DynamicsLearner(simulated, 1e-3, 0.02)
    before, state = learner.state(), learned(simulated, 64, 20).state()
    del state[name]
    with pytest.raises(ValueError, match=f"tensor '{name}': expected shape .*, got nothing"):
        learner.load_state(state)
    for own, value in learner.state().items():
        assert torch.equal(value, before[own]), own


def test_an_evaluation_is_decided_by_its_start_and_training_is_not(simulated):
    description = {'kind': 'planner', 'gamma': GAMMA, 'horizon': 3, 'samples': 16}
    check_draws(lambda seed: make_controller(description, simulated, seed))


def test_without_time_the_plan_before_goes_on(simulated):
    planner = Planner(simulated, GAMMA)
    state = np.array([1.0, 0.5], np.float32)
    planner.act(state)
    following = planner._plan[0]
    np.testing.assert_array_equal(planner.act(state, budget=0.0), following.astype(np.float32))
    assert planner.cut == 1


def test_a_plan_that_is_cut_short_goes_on_where_it_would_have_begun_anew(simulated):
    planner = Planner(simulated, GAMMA, PlannerConfig(horizon=2, samples=16))
    state = np.array([1.0, 0.5], np.float32)
    for _ in range(2):
        planner.act(state)
    following = planner._plan[0]
    np.testing.assert_array_equal(planner.act(state, budget=-1.0), following.astype(np.float32))


def test_a_planner_goes_on_with_the_plan_of_another(simulated):
    planner, newer = Planner(simulated, GAMMA), Planner(simulated, GAMMA, seed=1)
    state = np.array([1.0, 0.5], np.float32)
    planner.act(state)
    newer.take_over(planner)
    for _ in range(2):
        np.testing.assert_array_equal(
            newer.act(state, budget=-1.0), planner.act(state, budget=-1.0))


def test_a_plan_begins_anew_after_as_many_decisions_as_it_has_steps(simulated):
    planner, other = (
        Planner(simulated, GAMMA, PlannerConfig(horizon=3, samples=16)) for _ in range(2))
    near, far = np.array([[0.2, 0.1], [1.0, -0.5]], np.float32)
    for decision in range(7):
        same = np.array_equal(planner.act(near), other.act(near if decision % 3 == 0 else far))
        assert same == (decision % 3 == 0)


def test_noise_is_its_own_and_small_and_actions_stay_within_their_range(simulated):
    description = {'kind': 'planner', 'gamma': GAMMA, 'horizon': 3, 'samples': 16}
    quiet, noisy = (make_controller(description, simulated, seed=4) for _ in range(2))
    state = np.array([1.0, 0.5], np.float32)
    action = quiet.act(state, np.zeros(2, np.float32))
    disturbed = noisy.act(state, np.array([1.0, -20.0]), least_std=9.0)
    np.testing.assert_allclose(disturbed, [min(1.0, action[0] + 0.1), -1.0], atol=1e-6)


@pytest.mark.parametrize('description, message', [
    ({'kind': 'tree'}, "unknown kind of controller 'tree'; choose from: gaussian_mlp, planner"),
    ({'kind': 'planner', 'gamma': 0.9, 'samples': 10**9}, r'samples must lie in 4\.\.\.10000'),
    ({'kind': 'planner', 'gamma': 0.9, 'horizon': 0}, r'horizon must lie in 1\.\.\.200, got 0'),
])
def test_what_is_no_controller_is_refused(simulated, description, message):
    with pytest.raises(ValueError, match=message):
        make_controller(description, simulated)
