"""Networks, learners and the fine-tuner around them."""

import copy
import dataclasses

from critic_pairs import pairs_drawn
import numpy as np
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.adam import Adam
from sgft_ros.learning.cal_ql import CalQL
from sgft_ros.learning.checkpoint import Checkpoint, CheckpointError
from sgft_ros.learning.finetuner import FineTuner, FineTuningConfig
from sgft_ros.learning.inference import GaussianPolicy, LOG_STD_RANGE, mlp
from sgft_ros.learning.iql import IQL
from sgft_ros.learning.networks import EnsembleMLP
from sgft_ros.learning.pbrs import PBRS
from sgft_ros.learning.rlpd import RLPD
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.sgft_geometric import GeometricSGFT
from sgft_ros.learning.sgft_reference import ReferenceSGFT
from sgft_ros.learning.sgft_sac import SGFTSAC
from sgft_ros.learning.sgft_unshaped import UnshapedSGFT
from sgft_ros.learning.slow_actor import SlowActor
from sgft_ros.learning.wsrl import WSRL
import torch

OBSERVATION, ACTION, BATCH = 4, 2, 16
CONFIG = SACConfig(OBSERVATION, ACTION, gamma=0.9, hidden=(8, 8), learning_rate=3e-3)
EACH = pytest.mark.parametrize(
    'make', [
        lambda: SAC(CONFIG), lambda: PBRS(CONFIG), lambda: RLPD(CONFIG),
        lambda: SGFTSAC(CONFIG, 3), lambda: GeometricSGFT(CONFIG, 3),
        lambda: UnshapedSGFT(CONFIG, 3), lambda: ReferenceSGFT(CONFIG), lambda: IQL(CONFIG),
        lambda: CalQL(CONFIG, 3e-3), lambda: SlowActor(CONFIG, 3e-3), lambda: WSRL(CONFIG, 3e-3)])


def columns(count=BATCH, seed=0):
    rng = np.random.default_rng(seed)
    return {
        'observation': rng.normal(size=(count, OBSERVATION)).astype(np.float32),
        'action': rng.uniform(-1, 1, (count, ACTION)).astype(np.float32),
        'next_observation': rng.normal(size=(count, OBSERVATION)).astype(np.float32),
        'reward': rng.normal(size=count).astype(np.float32),
        'shaped_reward': rng.normal(size=count).astype(np.float32),
        'next_value': rng.normal(size=count).astype(np.float32),
        'terminated': (rng.random(count) < 0.1).astype(np.float32),
    }


def batch(seed=0):
    return {name: torch.from_numpy(column) for name, column in columns(seed=seed).items()}


def policy_checkpoint(seed=3, **metadata):
    return Checkpoint('policy.safetensors', SAC(CONFIG, seed).policy_tensors(), {
        'gamma': 0.9, 'temperature': 0.05, **metadata}, '')


def fine_tuner(critic_updates=0, **config):
    return FineTuner(
        FineTuningConfig(critic_updates=critic_updates, **config), {'policy': policy_checkpoint()})


def test_numpy_and_torch_compute_the_same_network():
    network = EnsembleMLP(3, (OBSERVATION, 8, 8, 1), torch.Generator().manual_seed(0))
    x = columns()['observation']
    with torch.no_grad():
        expected = network(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(mlp(network.tensors(), x), expected, atol=1e-5)


@pytest.mark.parametrize('members', [1, 3])
def test_gradients_of_a_network_are_those_of_autograd(members):
    network = EnsembleMLP(members, (OBSERVATION, 8, 6, 2), torch.Generator().manual_seed(0))
    x = batch()['observation'].expand(members, -1, -1).clone().requires_grad_()
    direction = torch.randn(members, BATCH, 2, generator=torch.Generator().manual_seed(1))
    output = network(x)
    expected = torch.autograd.grad((output * direction).sum(), (network.flat, x))
    result, tape = network.evaluate(x.detach())
    torch.testing.assert_close(result, output)
    own = network.gradients(tape, direction, inputs=slice(1, 3))
    torch.testing.assert_close(own, (expected[0], expected[1][..., 1:3]))
    assert network.gradients(tape, direction)[1] is None


@pytest.mark.parametrize('members', [1, 3])
def test_gradients_of_a_network_reach_the_parameters_from_some_rows_and_the_inputs_from_others(
        members):
    network = EnsembleMLP(members, (OBSERVATION, 8, 6, 2), torch.Generator().manual_seed(0))
    x = batch()['observation'].expand(members, -1, -1).clone().requires_grad_()
    direction = torch.randn(members, 12, 2, generator=torch.Generator().manual_seed(1))
    products = network(x)[:, :12] * direction
    to_flat, = torch.autograd.grad(products[:, :7].sum(), network.flat, retain_graph=True)
    to_x, = torch.autograd.grad(products[:, 7:].sum(), x)
    _, tape = network.evaluate(x.detach())
    own = network.gradients(tape, direction, rows=7, inputs=slice(1, 3))
    torch.testing.assert_close(own, (to_flat, to_x[:, 7:12, 1:3]))


def test_members_of_an_ensemble_do_not_mix():
    network = EnsembleMLP(2, (OBSERVATION, 8, 1), torch.Generator().manual_seed(0))
    network(batch()['observation'])[0].sum().backward()
    gradient = network._views(network.flat.grad)['weight0']
    assert gradient[0].any() and not gradient[1].any()


@EACH
def test_actions_of_the_robot_are_those_of_the_longest_horizon(make):
    learner = make()
    observation = batch()['observation']
    with torch.no_grad():
        output = learner.actor(observation)[0].view(BATCH, learner.heads, 2, ACTION)
    policy = GaussianPolicy(learner.policy_tensors())
    for row in range(BATCH):
        np.testing.assert_allclose(
            policy.act(observation[row].numpy()), torch.tanh(output[row, -1, 0]), atol=1e-5)


@EACH
def test_sampled_densities_integrate_to_one(make):
    torch.manual_seed(0)
    learner = make()
    observation = batch()['observation'][:1].expand(20_000, -1)
    with torch.no_grad():
        action, log_density = learner.sample(
            observation, torch.full((len(observation), 1), learner.heads - 1))
    # E[1 / p(a)] over the cube is its volume, 2 per dimension.
    inside = action[:, 0].abs().amax(-1) < 0.98
    volume = (torch.exp(-log_density[:, 0]) * inside).mean()
    assert 0.8 < volume / (1.96**ACTION) < 1.2


@EACH
def test_repeated_updates_fit_the_critics(make):
    learner = make()
    losses = [learner.update(batch())['critic_loss'] for _ in range(100)]
    assert np.mean(losses[-10:]) < 0.8 * losses[0]


@pytest.mark.parametrize(('heads', 'per_row'), [(1, 5), (3, 5), (5, 5), (16, 5), (7, 2), (4, 1)])
def test_a_row_trains_the_head_that_acts_and_others_as_often_as_one_another(heads, per_row):
    rows = 6000
    learner = SGFTSAC(dataclasses.replace(CONFIG, heads_per_row=per_row), heads)
    chosen = learner._some_heads(rows)
    assert chosen.shape == (rows, min(heads, per_row))
    assert all(len(set(row)) == len(row) for row in chosen.tolist())
    shares = torch.bincount(chosen.flatten(), minlength=heads) / rows
    others = (min(heads, per_row) - 1) / max(heads - 1, 1)
    torch.testing.assert_close(
        shares, torch.tensor([others] * (heads - 1) + [1.0]), atol=0.03, rtol=0.0)


def shaped(data):
    return 20.0 * data['shaped_reward']


def raw(data):
    return data['reward']


@pytest.mark.parametrize('make, reward, gamma, behind', [
    (lambda: SAC(CONFIG), raw, 0.9, 'itself'),
    (lambda: PBRS(CONFIG, 20.0), shaped, 0.9, 'itself'),
    (lambda: GeometricSGFT(CONFIG, 4, 20.0), shaped, 0.9 * 0.75, 'itself'),
    (lambda: SGFTSAC(CONFIG, 3, 20.0), shaped, 0.9, 'nothing'),
    (lambda: UnshapedSGFT(CONFIG, 3), raw, 0.9, 'V_sim')])
def test_each_head_is_taught_what_its_formula_says(make, reward, gamma, behind):
    learner, data = make(), batch()
    count = learner.heads
    learner.target.flat.data.normal_(generator=learner.generator)
    start = learner.generator.get_state()
    came = learner.critic_target(data, torch.arange(count).expand(BATCH, -1))
    learner.generator.set_state(start)
    noise = torch.randn(BATCH, count, ACTION, generator=learner.generator)
    following = data['next_observation']
    with torch.no_grad():
        policies = learner.actor(following)[0].view(BATCH, count, 2, ACTION)
    for head in range(count):
        if head == 0 and behind != 'itself':
            opinion = data['next_value'] if behind == 'V_sim' else 0.0
        else:
            other = head if behind == 'itself' else head - 1
            mean, log_std = policies[:, other].unbind(1)
            policy = torch.distributions.Normal(mean, log_std.exp())
            before = mean + log_std.exp() * noise[:, head]
            action = torch.tanh(before)
            log_density = (policy.log_prob(before) - (1.0 - action.square()).log()).sum(-1)
            q = learner.target(torch.cat([following, action], -1))[..., other].amin(0)
            opinion = (q - 0.1 * log_density).detach()
        y = reward(data) + gamma * (1.0 - data['terminated']) * opinion
        torch.testing.assert_close(came[:, head], y, atol=1e-4, rtol=1e-4)


def gradients_and_autograd(learner, own, loss, parameter):
    """Return the results of `own`, and loss and gradient by autograd, with the same draws."""
    state = learner.generator.get_state()
    mine = own()
    learner.generator.set_state(state)
    value = loss()
    return mine, (value.detach(), torch.autograd.grad(value, parameter)[0])


def spread_out(make):
    """Return a learner with some of the policies' deviations at their limits."""
    learner = make()
    learner.config = dataclasses.replace(learner.config, heads_per_row=2)
    learner.actor.flat.data.mul_(6.0)
    output = learner.actor(batch()['observation'])[0].view(BATCH, learner.heads, 2, ACTION)
    assert (output[:, :, 1] > LOG_STD_RANGE[1]).any() and (output[:, :, 1] < 0.0).any()
    return learner


def critic_loss(learner, data, heads, sampled=None):
    values = learner.critic(torch.cat([data['observation'], data['action']], -1))
    target = learner.critic_target(data, heads, sampled)
    loss = (values.gather(2, heads.expand(2, -1, -1)) - target).square().mean((1, 2)).sum()
    return loss + learner.conservatism(data) if isinstance(learner, CalQL) else loss


@EACH
def test_the_gradient_of_the_critics_alone_is_that_of_autograd(make):
    learner, data = spread_out(make), batch()
    heads = learner._some_heads(BATCH)
    own, reference = gradients_and_autograd(
        learner, lambda: learner.critic_gradient(data, heads),
        lambda: critic_loss(learner, data, heads), learner.critic.flat)
    torch.testing.assert_close(own, reference, atol=1e-5, rtol=1e-4)


@EACH
def test_the_gradients_of_critics_and_policies_together_are_those_of_autograd(make):
    learner, data = spread_out(make), batch()
    heads, observation = learner._some_heads(BATCH), data['observation']

    def loss():
        action, log_density = learner.sample(
            torch.cat([observation, data['next_observation']]),
            torch.cat([heads, learner.successor(heads)]))
        sampled = action[BATCH:].detach(), log_density[BATCH:].detach()
        of_critics = critic_loss(learner, data, heads, sampled)
        action, log_density = action[:BATCH], log_density[:BATCH]
        values = learner.critic(torch.cat(
            [observation[:, None].expand(-1, heads.shape[1], -1), action], -1).flatten(0, 1))
        values = values.unflatten(1, heads.shape).gather(3, heads.expand(2, -1, -1)[..., None])
        of_policies = (learner.alpha * log_density - learner.aim(values[..., 0])[0]).mean()
        return of_critics, of_policies

    state = learner.generator.get_state()
    own, (losses, to_actor) = learner.gradients(data, heads)
    learner.generator.set_state(state)
    of_critics, of_policies = loss()
    to_critic, = torch.autograd.grad(of_critics, learner.critic.flat, retain_graph=True)
    expected, = torch.autograd.grad(of_policies, learner.actor.flat)
    torch.testing.assert_close(own, (of_critics.detach(), to_critic), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        (losses['actor_loss'], to_actor), (of_policies.detach(), expected), atol=1e-5, rtol=1e-4)


def test_targets_follow_the_critics_by_their_share():
    learner = SAC(dataclasses.replace(CONFIG, tau=0.1))
    before = learner.target.flat.clone()
    learner.update(batch())
    torch.testing.assert_close(
        learner.target.flat, 0.9 * before + 0.1 * learner.critic.flat.detach())


@pytest.mark.parametrize('target, rises', [(-50.0, False), (50.0, True)])
def test_the_temperature_falls_while_there_is_more_entropy_than_wanted(target, rises):
    learner = SAC(dataclasses.replace(CONFIG, target_entropy=target))
    before = learner.alpha
    learner.update(batch())
    assert (learner.alpha > before) == rises


def test_a_copy_of_a_network_has_parameters_of_its_own():
    network = EnsembleMLP(2, (3, 4, 1))
    other, inputs = copy.deepcopy(network), torch.ones(5, 3)
    with torch.no_grad():
        other.flat.zero_()
    assert not other.evaluate(inputs)[0].any() and network.evaluate(inputs)[0].all()


def test_warm_start_of_the_critics_leaves_the_policy_alone():
    tuner = fine_tuner(warm_start_updates=20)
    tuner.warm_start(columns(200), np.random.default_rng(0))
    for name, value in policy_checkpoint().tensors.items():
        np.testing.assert_array_equal(tuner.learner.policy_tensors()[name], value)
    assert tuner.updates == 0


@EACH
def test_a_resumed_learner_continues_bit_for_bit(make):
    learner, resumed = make(), make()
    for seed in range(5):
        learner.update(batch(seed))
    resumed.load_state(learner.state())
    for seed in range(5, 8):
        assert learner.update(batch(seed)) == resumed.update(batch(seed))
    assert torch.equal(learner.actor.flat, resumed.actor.flat)
    assert resumed.updates == 8


@pytest.mark.parametrize('rates', [(0.01, 0.01), (0.01, 0.1)])
def test_adam_is_that_of_pytorch_and_leaves_alone_what_has_no_gradient(rates):
    generator = torch.Generator().manual_seed(0)
    own, theirs = ([torch.linspace(-1, 1, 7).requires_grad_(), torch.ones((), requires_grad=True)]
                   for _ in range(2))
    adam = Adam(own, rates)
    reference = torch.optim.Adam(
        [{'params': [each], 'lr': rate} for each, rate in zip(theirs, rates)])
    for step in range(10):
        adam.zero_grad()
        reference.zero_grad()
        gradient = torch.randn(7, generator=generator)
        own[0].grad, theirs[0].grad = gradient, gradient.clone()
        if step > 3:
            own[1].grad, theirs[1].grad = torch.ones(()), torch.ones(())
        adam.step()
        reference.step()
        assert (own[1] == 1.0) == (step <= 3)
    for mine, reference in zip(own, theirs):
        torch.testing.assert_close(mine, reference)


def test_a_state_of_another_size_is_refused_by_name_and_changes_nothing():
    learner = SGFTSAC(CONFIG, 3)
    before = learner.critic.flat.clone()
    with pytest.raises(ValueError, match=r"'actor.weight2': expected shape \(1, 8, 12\), got"):
        learner.load_state(SGFTSAC(CONFIG, 2).state())
    assert torch.equal(before, learner.critic.flat)


def test_updates_begin_at_100_transitions_and_keep_their_ratio():
    tuner = fine_tuner(updates_per_transition=2.0, horizon=1)
    assert [tuner.updates_due(n) for n in (0, 99, 100, 101, 110)] == [0, 0, 0, 2, 20]
    for seed in range(5):
        tuner.update(batch(seed))
    assert tuner.updates_due(110) == 15


def test_the_policy_stays_that_of_the_simulator_until_the_critics_have_had_their_updates():
    tuner = fine_tuner(critic_updates=3, horizon=2)
    start = policy_checkpoint().tensors['weight0']
    for seed in range(3):
        critics = tuner.learner.critic.flat.clone()
        assert list(tuner.update(batch(seed))) == ['critic_loss']
        assert not torch.equal(critics, tuner.learner.critic.flat)
        np.testing.assert_array_equal(tuner.learner.policy_tensors()['weight0'], start)
    assert 'actor_loss' in tuner.update(batch())
    assert not np.array_equal(tuner.learner.policy_tensors()['weight0'], start)
    assert tuner.updates == 4
    tuner.reset()
    assert list(tuner.update(batch())) == ['critic_loss']


def test_the_policy_waits_for_the_first_rewards_but_not_for_ever():
    tuner = fine_tuner(first_rewards=3, patience=500, horizon=2)
    assert list(tuner.update(batch(), inserted=499, rewarded=2)) == ['critic_loss']
    assert not tuner.policy_moved
    assert 'actor_loss' in tuner.update(batch(), inserted=499, rewarded=3)
    assert tuner.policy_moved
    tuner.reset()
    assert not tuner.policy_moved
    assert 'actor_loss' in tuner.update(batch(), inserted=500, rewarded=0)


def test_pbrs_starts_as_sgft_sac_does_and_learns_with_one_head():
    tuner = fine_tuner(algorithm='pbrs', warm_start_updates=2)
    assert tuner.needs_warm_start and tuner.learner.heads == 1
    start = policy_checkpoint().tensors
    np.testing.assert_array_equal(tuner.learner.policy_tensors()['weight0'], start['weight0'])
    tuner.warm_start(columns(50), np.random.default_rng(0))
    assert 'actor_loss' in tuner.update(batch())
    assert tuner.policy_moved


def test_reset_returns_to_the_policy_of_the_simulator_and_keeps_the_count():
    tuner = fine_tuner(horizon=2)
    for seed in range(4):
        tuner.update(batch(seed))
    tuner.reset()
    np.testing.assert_array_equal(
        tuner.learner.policy_tensors()['weight0'], policy_checkpoint().tensors['weight0'])
    assert tuner.updates == 4


def test_reset_still_leads_to_the_simulator_after_a_resume():
    tuner, resumed = fine_tuner(), fine_tuner()
    tuner.update(batch())
    resumed.load_state(tuner.state())
    assert resumed.updates == 1
    resumed.reset()
    np.testing.assert_array_equal(
        resumed.learner.policy_tensors()['weight0'], policy_checkpoint().tensors['weight0'])


def test_sac_continues_with_the_critics_of_the_simulator():
    simulated = SAC(CONFIG, 3)
    simulated.update(batch())
    state = {name: value.numpy() for name, value in simulated.state().items()}
    checkpoint = Checkpoint('learner.safetensors', state, {}, '')
    tuner = FineTuner(
        FineTuningConfig(algorithm='sac'),
        {'policy': policy_checkpoint(), 'learner': checkpoint})
    assert torch.equal(tuner.learner.critic.flat, simulated.critic.flat)
    assert tuner.updates == 0 and not tuner.needs_warm_start


def test_the_unshaped_twin_begins_every_head_with_the_critics_of_the_simulator():
    simulated = SAC(CONFIG, 3)
    simulated.update(batch())
    state = {name: value.numpy() for name, value in simulated.state().items()}
    tuner = FineTuner(
        FineTuningConfig(algorithm='sgft_unshaped', horizon=3), {
            'policy': policy_checkpoint(),
            'learner': Checkpoint('learner.safetensors', state, {}, '')})
    inputs = torch.cat([batch()['observation'], batch()['action']], -1)
    with torch.no_grad():
        expected = simulated.critic(inputs)
        for network in (tuner.learner.critic, tuner.learner.target):
            torch.testing.assert_close(network(inputs), expected.expand(-1, -1, 3))
    assert tuner.learner.alpha == pytest.approx(simulated.alpha)


def test_rlpd_takes_the_least_of_two_critics_as_target_and_the_mean_as_the_aim_of_the_policy():
    learner = RLPD(dataclasses.replace(CONFIG, critics=10))
    values = torch.randn(10, BATCH, 1)
    torch.testing.assert_close(learner.aim(values)[0], values.mean(0))
    assert len(pairs_drawn(learner, values)) > 10  # anew each time


def test_sac_without_a_learner_of_the_simulator_is_refused():
    with pytest.raises(CheckpointError, match="expected a checkpoint of kind 'learner'"):
        fine_tuner(algorithm='sac')


def test_an_unknown_algorithm_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="'scs'; choose from: cal_ql, iql, pbrs, planner, rlpd"):
        FineTuningConfig(algorithm='scs')
