"""TD-MPC2 learns a latent world from sequences, plans in it, and begins with the simulator's."""

import dataclasses
import math

import numpy as np
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.controllers import make_controller
from sgft_ros.learning.finetuner import FineTuner, FineTuningConfig
from sgft_ros.learning.inference import mlp
from sgft_ros.learning.latent_planner import BINS, GROUP, LatentPlanner, LIMIT, simplices
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.td_mpc2 import cross_entropy, expectation, sequences, TDMPC2
import torch
from worlds import check_draws, episode, GAMMA, transitions

CONFIG = SACConfig(2, 2, GAMMA, hidden=(16, 16), learning_rate=1e-3, tau=0.01)
PI_SIM = SAC(CONFIG, 3)
HORIZON = 3


def batch(rows=slice(None), **changes):
    """Return transitions of a point that actions move; their reward is to be near the origin."""
    data = transitions(3000)
    distance = np.linalg.norm(data['next_observation'], axis=1)
    data |= {'reward': -distance, 'terminated': np.zeros_like(distance), **changes}
    return {name: torch.from_numpy(column[rows]) for name, column in data.items()}


def tuner():
    config = FineTuningConfig(
        'td_mpc2', horizon=HORIZON, samples=32, critic_updates=0, warm_start_updates=5,
        batch_size=24)
    return FineTuner(config, {'policy': Checkpoint(
        'policy.safetensors', PI_SIM.policy_tensors(), {'gamma': GAMMA}, '')}, seed=1)


@pytest.fixture(scope='module')
def learned():
    learner, rng = TDMPC2(CONFIG, 1, reward_scale=5.0), np.random.default_rng(0)
    for _ in range(200):
        learner.update(batch(rng.integers(3000, size=128)))
    return learner


@pytest.mark.parametrize('number', [0.0, 0.07, 1.0, -1.0, 20.0, -300.0])
def test_the_loss_is_least_where_the_expectation_is_the_target(number):
    logits = torch.randn(4, BINS, requires_grad=True)
    cross_entropy(logits, torch.full((4,), number)).sum().backward()
    # The gradient of a cross entropy is what is predicted minus what is to be.
    target = logits.detach().softmax(-1) - logits.grad
    assert ((target > 1e-6).sum(-1) <= 2).all()
    torch.testing.assert_close(
        expectation(target.clamp(min=1e-30).log()), torch.full((4,), number),
        rtol=1e-3, atol=1e-4)


def test_numbers_beyond_the_bins_count_as_the_last():
    largest = math.expm1(LIMIT)
    logits = torch.randn(1, BINS)
    for sign in (-1.0, 1.0):
        torch.testing.assert_close(*(
            cross_entropy(logits, torch.tensor([sign * factor * largest])) for factor in (1, 10)))


def test_numpy_imagines_what_torch_learned(learned):
    data = batch(slice(50))
    planner = LatentPlanner(learned.policy_tensors(), GAMMA, HORIZON, 32)
    with torch.no_grad():
        latent = learned.encode(data['observation'])
        reached = learned.imagine(latent, data['action'])
        inputs = torch.cat([latent, data['action']], -1)
        q = expectation(learned.critic(inputs))
    came = planner._imagine(latent.numpy(), data['action'].numpy())
    np.testing.assert_allclose(came, reached, atol=1e-5)
    np.testing.assert_allclose(
        planner._expected('critic.', latent.numpy(), data['action'].numpy()), q, atol=1e-3)
    np.testing.assert_allclose(came.reshape(50, -1, GROUP).sum(-1), 1.0, atol=1e-5)


def test_it_plans_to_the_goal_in_the_world_that_it_learned(learned):
    planner, new = (LatentPlanner(learner.policy_tensors(), GAMMA, HORIZON, 128)
                    for learner in (learned, TDMPC2(CONFIG, 1)))
    assert episode(planner) <= 10  # the straight way takes 6
    assert episode(new) > 10


def test_a_plan_is_worth_nothing_behind_the_end(learned):
    tensors = learned.policy_tensors()
    data = batch(slice(1))
    sequences = np.random.default_rng(0).uniform(-1, 1, (20, HORIZON, 2)).astype(np.float32)
    ending = LatentPlanner(
        tensors | {'ended.bias2': np.full((1, 1, 1), 50.0, np.float32)}, GAMMA, HORIZON, 32)
    with torch.no_grad():
        latent = learned.encode(data['observation']).numpy()
    scores = ending._score(latent, sequences)
    first = ending._expected('reward.', latent.repeat(20, 0), sequences[:, 0])[0]
    np.testing.assert_allclose(scores, first, atol=1e-6)


def random_planner(samples=64):
    learner = TDMPC2(CONFIG, HORIZON)
    for network in (learner.reward, learner.critic, learner.ended):
        network.flat.data.normal_(std=0.3, generator=learner.generator)
    return LatentPlanner(learner.policy_tensors(), GAMMA, HORIZON, samples)


def test_a_sequence_is_worth_its_rewards_and_the_value_behind_while_the_task_goes_on():
    planner = random_planner()
    rng = np.random.default_rng(0)
    sequences = rng.uniform(-1.0, 1.0, (30, HORIZON, 2)).astype(np.float32)
    latents = rng.dirichlet(np.ones(GROUP), 64 // GROUP).reshape(1, 64).astype(np.float32)
    reached = planner._imagine(latents.repeat(30, 0), sequences[:, 0])
    planner._tensors['ended.bias2'] -= np.quantile(  # so that a third ends in the first step
        mlp(planner._tensors, reached, 'ended.'), 0.7)
    planner._rng = np.random.default_rng(1)
    came = planner._score(latents, sequences)
    latents = latents.repeat(30, 0)
    score, alive, going_on = np.zeros(30), np.ones(30), []
    for t in range(HORIZON):
        action = sequences[:, t]
        score += GAMMA ** t * alive * planner._expected('reward.', latents, action)[0]
        latents = planner._imagine(latents, action)
        alive *= mlp(planner._tensors, latents, 'ended.')[0, :, 0] <= 0.0
        going_on.append(alive.mean())
    assert 1.0 > going_on[0] > going_on[-1] > 0.0
    action = planner._prior.sample(latents, np.random.default_rng(1))
    q = planner._expected('critic.', latents, action).mean(0)
    np.testing.assert_allclose(came, score + GAMMA ** HORIZON * alive * q, rtol=1e-4, atol=1e-4)


def test_a_plan_is_what_the_elites_of_each_iteration_make_of_it(monkeypatch):
    planner = random_planner(64)
    state, scored, score = np.array([0.5, -0.3], np.float32), [], planner._score

    def watched(latent, sequences):
        scored.append((sequences, score(latent, sequences)))
        return scored[-1][1]

    monkeypatch.setattr(planner, '_score', watched)
    planner._rng, rng = (np.random.default_rng(3) for _ in range(2))
    quiet = planner.act(state, np.zeros(2, np.float32))
    latent = simplices(mlp(planner._tensors, state[None], 'encoder.')[0]).repeat(3, 0)
    assert len(scored) == 6
    proposed = []
    for _ in range(HORIZON):
        proposed.append(planner._prior.sample(latent, rng))
        latent = planner._imagine(latent, proposed[-1])
    plan, std = np.zeros((HORIZON, 2)), np.full((HORIZON, 2), 2.0)
    for several, scores in scored:
        # 24 of 512 sequences are of the prior, 64 are elites.
        np.testing.assert_array_equal(several[:3], np.stack(proposed, 1))
        drawn = plan + std * rng.standard_normal((61, HORIZON, 2), np.float32)
        np.testing.assert_allclose(several[3:], drawn.clip(-1.0, 1.0), atol=1e-4)
        rng.standard_normal((64, 2))  # of the actions behind the last step
        best = np.argsort(-scores)[:8]
        weights = np.exp(0.5 * scores[best])[:, None, None] / np.exp(0.5 * scores[best]).sum()
        plan = (weights * several[best]).sum(0)
        std = np.sqrt((weights * (several[best] - plan) ** 2).sum(0)).clip(0.05, 2.0)
        rng.random()  # which of the elites acts
    assert (several[best, 0] == quiet).all(-1).any()
    np.testing.assert_allclose(planner._plan, [*plan[1:], [0.0, 0.0]], atol=1e-4)
    planner.reset()
    planner._rng = np.random.default_rng(3)
    noisy = planner.act(state, np.array([0.01, -0.01], np.float32))
    np.testing.assert_allclose(
        noisy, (quiet + std[0] * [0.01, -0.01]).clip(-1.0, 1.0), atol=1e-5)


def test_the_target_of_the_last_transition_is_its_reward_alone():
    learner, other = TDMPC2(CONFIG, 1), TDMPC2(CONFIG, 1)
    learner.critic.flat.data.normal_()  # new critics are as wrong about every target
    other.critic.flat.data.copy_(learner.critic.flat)
    other.target.flat.data.normal_()
    for terminated, same in ((1.0, True), (0.0, False)):
        data = batch(slice(64), terminated=np.full(3000, terminated, np.float32))
        _, loss = learner.model_loss(data)
        assert torch.equal(loss, other.model_loss(data)[1]) == same


def walk(lengths):
    """Return a minibatch of episodes, each row of which begins where the one before ended."""
    data = batch(slice(sum(lengths)))
    starts = np.cumsum([0, *lengths[:-1]])
    for row in set(range(sum(lengths))) - set(starts):
        data['observation'][row] = data['next_observation'][row - 1]
    return data


def random_learner(**changes):
    """Return a learner of five critics, every network of which says something."""
    learner = TDMPC2(
        dataclasses.replace(CONFIG, critics=5, tau=0.1, **changes), HORIZON, reward_scale=3.0)
    for network in (learner.reward, learner.critic, learner.target):
        network.flat.data.normal_(std=0.1, generator=learner.generator)
    return learner


def number_of(logits):
    """Return the number that logits over bins of the symmetric logarithm stand for."""
    x = (logits.softmax(-1) * torch.linspace(-10.0, 10.0, 101)).sum(-1)
    return x.sign() * (x.abs().exp() - 1.0)


def two_hot_loss(logits, number):
    x = number.sign() * (number.abs() + 1.0).log()
    two_hot = (1.0 - (x[..., None] - torch.linspace(-10.0, 10.0, 101)).abs() / 0.2).clamp(min=0.0)
    return -(two_hot * logits.log_softmax(-1)).sum(-1)


def test_the_model_descends_the_loss_of_the_paper():
    learner, data = random_learner(), walk([6, 1, 2, 3])
    data['terminated'][[6, 11]] = 1.0
    start = learner.generator.get_state()
    _, came = learner.model_loss(data)
    learner.generator.set_state(start)
    with torch.no_grad():
        following = learner.encode(data['next_observation'])
        action, _ = learner.sample(following.view(4, HORIZON, -1))
        pair = torch.randperm(5, generator=learner.generator)[:2]
        logits = learner.target(torch.cat([following, action.flatten(0, 1)], -1))
        q = number_of(logits)[pair].amin(0)
    reward, alive = 3.0 * data['reward'], 1.0 - data['terminated']
    y = reward + GAMMA * alive * q
    losses, ends, power, z = [], [], 0, None
    for row in range(12):  # eq. 3 of Hansen et al., with the coefficients of their code
        begins = row % HORIZON == 0 or row in (6, 7, 9)
        power = 0 if begins else power + 1
        z = learner.encode(data['observation'][row:row + 1]) if begins else z
        inputs = torch.cat([z, data['action'][row:row + 1]], -1)
        z = learner.imagine(z, data['action'][row:row + 1])
        losses.append(0.5 ** power * (
            20.0 * (z - following[row]).square().mean()
            + 0.1 * two_hot_loss(learner.reward(inputs)[0, 0], reward[row])
            + 0.1 * two_hot_loss(learner.critic(inputs)[:, 0], y[row]).mean()))
        end = torch.sigmoid(learner.ended(z)[0, 0, 0])
        ends.append(-(end if data['terminated'][row] else 1.0 - end).log())
    expected = torch.stack(losses).mean() + torch.stack(ends).mean()
    torch.testing.assert_close(came, expected)
    networks = [learner.encoder.flat, learner.dynamics.flat, learner.reward.flat,
                learner.critic.flat, learner.ended.flat]
    torch.testing.assert_close(*(
        torch.autograd.grad(loss, networks) for loss in (came, expected)), atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize('factor', [9.0, 0.0])
def test_the_prior_descends_the_loss_of_the_paper(factor):
    learner = random_learner()
    learner.critic.flat.data.mul_(factor)  # 0: all values alike, the scale goes down to 1
    learner.policy.flat.data.mul_(3.0)
    learner.scale.fill_(3.0)
    latents = learner.encode(batch(slice(80))['observation']).detach().view(20, HORIZON + 1, -1)
    start = learner.generator.get_state()
    came = learner._policy_loss(latents)
    learner.generator.set_state(start)
    action, log_density = learner.sample(latents)
    pair = torch.randperm(5, generator=learner.generator)[:2]
    inputs = torch.cat([latents, action], -1)
    q = torch.stack([number_of(learner.critic(inputs[:, t]))[pair].mean(0)
                     for t in range(HORIZON + 1)], 1)
    low, high = np.percentile(q[:, 0].detach(), [5, 95])
    assert (high - low > 1.5) == (factor > 0.0)
    scale = 0.9 * 3.0 + 0.1 * max(1.0, high - low)
    assert learner.scale.item() == pytest.approx(scale, rel=1e-5)
    # With entropy bonus 1e-4, eq. 4; Q in units of its 5th to 95th percentile.
    losses = 1e-4 * log_density - q / scale
    expected = (losses * torch.tensor([1.0, 0.5, 0.25, 0.125])).mean()
    torch.testing.assert_close(came, expected)
    torch.testing.assert_close(*(torch.autograd.grad(
        loss, learner.policy.flat, retain_graph=True)[0] for loss in (came, expected)))
    came.backward()
    assert learner.critic.flat.grad is None


def test_gradients_of_model_and_prior_are_clipped_apart_and_targets_follow():
    learner, data = random_learner(), batch(slice(12))
    for network in (learner.policy, learner.dynamics):
        network.flat.data.mul_(0.01)  # before a LayerNorm, small weights have large gradients
    networks = [getattr(learner, name).flat for name in (
        'encoder', 'dynamics', 'reward', 'ended', 'critic')]
    before, target = [each.detach().clone() for each in networks], learner.target.flat.clone()
    start, scale = learner.generator.get_state(), learner.scale.clone()
    latents, loss = learner.model_loss(data)
    model = torch.autograd.grad(loss, networks)
    prior, = torch.autograd.grad(learner._policy_loss(latents.detach()), learner.policy.flat)
    learner.generator.set_state(start)
    learner.scale.copy_(scale)
    learner.update(data)
    norms = torch.cat(model).norm(), prior.norm()
    assert norms[0] > 20.0 > norms[1]
    torch.testing.assert_close(
        [each.grad for each in networks], [20.0 / norms[0] * each for each in model],
        atol=1e-5, rtol=1e-3)
    torch.testing.assert_close(learner.policy.flat.grad, prior, atol=1e-5, rtol=1e-3)
    steps = [(each - old).abs().max().item() for each, old in zip(networks, before)]
    assert steps == pytest.approx([3e-4] + [1e-3] * 4, rel=0.01)  # Adam's first are its rate
    torch.testing.assert_close(
        learner.target.flat, 0.9 * target + 0.1 * learner.critic.flat.detach())


def test_of_a_sequence_the_model_sees_the_first_observation_alone():
    learner, data = TDMPC2(CONFIG, HORIZON), walk([6, 1, 2, 3])
    latents, _ = learner.model_loss(data)
    assert latents.shape[:2] == (4, HORIZON + 1)
    encoded = learner.encode(data['observation']).view(4, HORIZON, -1)
    seen = (latents[:, :-1] == encoded).all(-1)
    assert seen.int().tolist() == [[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]]
    reached = learner.imagine(latents[:, :-1], data['action'].view(4, HORIZON, 2))
    imagined = ~seen[:, 1:]
    torch.testing.assert_close(latents[:, 1:-1][imagined], reached[:, :-1][imagined])
    torch.testing.assert_close(latents[:, -1], reached[:, -1])


def test_a_sequence_ends_with_the_task_and_counts_from_where_it_began():
    data = {name: column.unflatten(0, (-1, 6)) for name, column in walk([2, 4]).items()}
    data['terminated'][0, 3] = 1.0
    begins, depth = sequences(*(data[name] for name in (
        'observation', 'next_observation', 'terminated')))
    assert begins.tolist() == [[True, False, True, False, True, False]]
    assert depth.tolist() == [[0, 1, 0, 1, 0, 1]]


def test_rows_beyond_whole_sequences_are_not_used():
    learner, other = TDMPC2(CONFIG, HORIZON), TDMPC2(CONFIG, HORIZON)
    assert torch.equal(learner.model_loss(walk([8]))[1], other.model_loss(walk([6]))[1])


def test_the_warm_start_takes_single_transitions_and_imitates_pi_sim():
    learner, rng = TDMPC2(CONFIG, HORIZON), np.random.default_rng(0)
    learner.load_policy(PI_SIM.policy_tensors())
    data = batch(slice(500))

    def difference():
        with torch.no_grad():
            prior = learner.policy(learner.encode(data['observation']))
            return (prior - PI_SIM.actor(data['observation'])).abs().mean().item()

    before = difference()
    for _ in range(150):
        learner.warm_up(batch(rng.integers(3000, size=99)))
    assert difference() < 0.3 * before
    assert learner.updates == 0


def test_it_acts_as_warmed_up_before_the_first_update_and_comes_back_to_that():
    rival = tuner()
    assert rival.successive == HORIZON and rival.needs_warm_start
    columns = {name: column.numpy() for name, column in batch().items()}
    rival.warm_start(
        columns | {'shaped_reward': columns['reward'], 'next_value': columns['reward']},
        np.random.default_rng(0))
    assert rival.policy_moved and not rival.trained
    candidate, = rival.candidates(moved=True)
    rival.update(batch(slice(24)))
    changed, = rival.candidates()
    assert any((changed.tensors[name] != value).any()
               for name, value in candidate.tensors.items())
    rival.reset()
    for name, value in rival.candidates()[0].tensors.items():
        np.testing.assert_array_equal(value, candidate.tensors[name])


def test_it_resumes_bit_for_bit():
    rival, resumed = tuner(), tuner()
    for rows in range(0, 72, 24):
        rival.update(batch(slice(rows, rows + 24)))
    resumed.load_state(rival.state())
    assert rival.update(batch(slice(24))) == resumed.update(batch(slice(24)))
    for name, value in rival.state().items():
        assert torch.equal(value, resumed.state()[name]), name


def test_a_state_of_another_size_is_refused_and_changes_nothing():
    learner = TDMPC2(CONFIG, HORIZON)
    before = learner.state()
    other = TDMPC2(dataclasses.replace(CONFIG, critics=5), HORIZON).state()
    with pytest.raises(ValueError, match=r"'critic.weight0': expected shape \(2, .*, got \(5, "):
        learner.load_state(other)
    for name, value in learner.state().items():
        assert torch.equal(value, before[name]), name


def test_an_evaluation_is_decided_by_its_start_and_training_is_not(learned):
    description = {'kind': 'latent_planner', 'gamma': GAMMA, 'horizon': HORIZON, 'samples': 64}
    check_draws(lambda seed: make_controller(description, learned.policy_tensors(), seed))


def test_without_time_the_plan_before_goes_on(learned):
    planner = LatentPlanner(learned.policy_tensors(), GAMMA, HORIZON, 64)
    state = np.array([1.0, 0.5], np.float32)
    planner.act(state)
    following = planner._plan[0]
    np.testing.assert_array_equal(planner.act(state, budget=0.0), following)
    following = planner._plan[0]
    noisy = planner.act(state, np.ones(2, np.float32), budget=0.0)
    assert np.abs(noisy - following).max() < 0.1
    assert planner.cut == 2


def test_noise_is_that_of_the_plan_and_actions_stay_within_their_range(learned):
    description = {'kind': 'latent_planner', 'gamma': GAMMA, 'horizon': HORIZON, 'samples': 64}
    tensors, state = learned.policy_tensors(), np.array([1.0, 0.5], np.float32)
    quiet, noisy = (make_controller(description, tensors, seed=4) for _ in range(2))
    action = quiet.act(state, np.zeros(2, np.float32))
    disturbed = noisy.act(state, np.array([0.1, -200.0], np.float32), least_std=9.0)
    assert 0.0 < disturbed[0] - action[0] < 0.2 or disturbed[0] == 1.0
    assert disturbed[1] == -1.0


@pytest.mark.parametrize('changes, message', [
    ({'horizon': 0}, r'horizon must lie in 1\.\.\.200, got 0'),
    ({'samples': 8}, r'samples must lie in 32\.\.\.10000, got 8'),
])
def test_a_plan_of_no_size_is_refused(changes, message):
    tensors = TDMPC2(CONFIG, HORIZON).policy_tensors()
    description = {'kind': 'latent_planner', 'gamma': GAMMA, 'horizon': 3, 'samples': 64}
    with pytest.raises(ValueError, match=message):
        make_controller(description | changes, tensors)
