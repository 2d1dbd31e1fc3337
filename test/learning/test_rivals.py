"""What distinguishes each rival of SGFT from plain SAC."""

import dataclasses

from critic_pairs import pairs_drawn
import numpy as np
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.cal_ql import CalQL, reference_value
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.finetuner import FineTuner, FineTuningConfig
from sgft_ros.learning.inference import LOG_STD_RANGE
from sgft_ros.learning.iql import expectile_loss, GREATEST_WEIGHT, IQL
from sgft_ros.learning.potential import shaped_reward
from sgft_ros.learning.replay import SAMPLED
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.sgft_reference import ReferenceSGFT
from sgft_ros.learning.slow_actor import SlowActor
from sgft_ros.learning.wsrl import WSRL
import torch

OBSERVATION, ACTION, BATCH, GAMMA = 4, 2, 16, 0.9
CONFIG = SACConfig(OBSERVATION, ACTION, GAMMA, hidden=(8, 8), learning_rate=3e-3)
SIMULATED = SAC(CONFIG, 3)
RIVALS = 'cal_ql', 'iql', 'sgft_reference', 'slow_actor', 'wsrl'


def columns(count=BATCH, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {'observation': (count, OBSERVATION), 'action': (count, ACTION),
              'next_observation': (count, OBSERVATION)}
    data = {name: rng.uniform(-1, 1, shapes.get(name, count)) for name in SAMPLED}
    data['terminated'] = rng.random(count) < 0.2
    return {name: column.astype(np.float32) for name, column in data.items()}


def batch(seed=0, **changes):
    data = columns(seed=seed) | changes
    return {name: torch.as_tensor(column) for name, column in data.items()}


def tuner(algorithm, seed=1, **config):
    config = {'critic_updates': 0, 'warm_start_updates': 10, 'batch_size': BATCH, **config}
    state = {name: tensor.numpy() for name, tensor in SIMULATED.state().items()}
    return FineTuner(FineTuningConfig(algorithm, **config), {
        'policy': Checkpoint('policy.safetensors', SIMULATED.policy_tensors(),
                             {'gamma': GAMMA}, ''),
        'learner': Checkpoint('learner.safetensors', state, {}, '')}, seed)


def assert_policy_of_the_simulator(learner):
    assert torch.equal(learner.actor.flat, SIMULATED.actor.flat)


@pytest.mark.parametrize('algorithm', RIVALS)
def test_a_rival_begins_with_the_policy_of_the_simulator_and_comes_back_to_it(algorithm):
    rival = tuner(algorithm)
    assert_policy_of_the_simulator(rival.learner)
    assert rival.needs_warm_start == (algorithm != 'slow_actor')
    if rival.needs_warm_start:
        rival.warm_start(columns(100), np.random.default_rng(0))
        assert_policy_of_the_simulator(rival.learner)
    warm = rival.learner.critic.flat.clone()
    assert rival.updates == 0 and not rival.policy_moved
    rival.update(batch())
    assert rival.updates == 1 and rival.policy_moved
    rival.reset()
    assert_policy_of_the_simulator(rival.learner)
    assert torch.equal(rival.learner.critic.flat, warm)


@pytest.mark.parametrize('algorithm', [*RIVALS, 'sac'])
def test_the_seed_decides_what_a_learner_of_the_simulator_draws(algorithm):
    rival, same, other = (tuner(algorithm, seed=seed) for seed in (1, 1, 2))
    for _ in range(2):  # the first step of the policy, which the draws decide, then of the critics
        losses = rival.update(batch())
        assert losses == same.update(batch()) != other.update(batch())


@pytest.mark.parametrize('algorithm', RIVALS)
def test_a_rival_that_resumes_goes_on_bit_for_bit(algorithm):
    rival, resumed = tuner(algorithm), tuner(algorithm)
    if rival.needs_warm_start:
        rival.warm_start(columns(100), np.random.default_rng(0))
    for seed in range(3):
        rival.update(batch(seed))
    resumed.load_state(rival.state())
    for seed in range(3, 6):
        assert rival.update(batch(seed)) == resumed.update(batch(seed))
    for name, tensor in rival.learner.state().items():
        assert torch.equal(tensor, resumed.learner.state()[name]), name


def test_the_policy_learns_once_per_delay_and_the_critics_every_time():
    slow = tuner('slow_actor', policy_delay=20)
    moved = []
    for update in range(1, 61):
        actor, critic = slow.learner.actor.flat.clone(), slow.learner.critic.flat.clone()
        losses = slow.update(batch())
        assert not torch.equal(slow.learner.critic.flat, critic)
        if not torch.equal(slow.learner.actor.flat, actor):
            moved.append(update)
        assert ('actor_loss' in losses) == (update % 20 == 0)
    assert moved == [20, 40, 60]


def test_a_delay_of_less_than_one_update_is_refused():
    with pytest.raises(ValueError, match='policy_delay: expected at least 1 update, got 0'):
        FineTuningConfig(policy_delay=0)


def test_a_slow_actor_takes_the_steps_of_sac_at_its_own_rate():
    slow, plain = SlowActor(CONFIG, 3e-5), SAC(CONFIG)
    for seed in range(3):
        before = slow.actor.flat.detach().clone()
        plain.load_state(slow.state())
        slow.update(batch(seed))
        plain.update(batch(seed))
        torch.testing.assert_close(
            slow.actor.flat - before, (plain.actor.flat - before) / 100, atol=1e-7, rtol=1e-3)
        assert (slow.actor.flat != before).any()
        assert torch.equal(slow.critic.flat, plain.critic.flat)
        assert slow.alpha == plain.alpha


def test_wsrl_aims_at_the_least_of_two_critics_and_its_policy_at_the_least_of_all():
    learner = WSRL(dataclasses.replace(CONFIG, critics=5), 1e-4)
    values = torch.randn(5, BATCH, 1)
    torch.testing.assert_close(learner.aim(values)[0], values.amin(0))
    assert len(pairs_drawn(learner, values)) > 5  # anew each time


def test_wsrl_begins_with_the_temperature_of_the_simulator():
    simulated = SAC(dataclasses.replace(CONFIG, temperature=0.7), 3)
    learner = WSRL(CONFIG, 1e-4)
    learner.load_simulator(simulated.state())
    assert learner.alpha == simulated.alpha


def test_wsrl_fits_different_critics_to_those_of_the_simulator():
    rival = tuner('wsrl', critics=4, warm_start_updates=1500, learning_rate=3e-3)
    data = columns(64)
    inputs = torch.from_numpy(np.concatenate([data['observation'], data['action']], 1))
    with torch.no_grad():
        simulated = SIMULATED.critic(inputs)[[0, 1, 0, 1]]
        before = (rival.learner.critic(inputs) - simulated).square().mean()
    rival.warm_start(data, np.random.default_rng(0))
    with torch.no_grad():
        fitted = rival.learner.critic(inputs)
    assert (fitted - simulated).square().mean() < 0.02 * before
    assert (fitted[0] - fitted[2]).abs().max() > 1e-3


@pytest.mark.parametrize('expectile', [0.5, 0.7, 0.9])
def test_an_expectile_weighs_what_is_above_and_below_as_it_says(expectile):
    above, below = (expectile_loss(torch.tensor([u]), expectile) for u in (2.0, -2.0))
    assert above / below == pytest.approx(expectile / (1.0 - expectile))
    values = torch.arange(5.0)
    grid = torch.linspace(0.0, 4.0, 401)
    best = grid[torch.stack([expectile_loss(values - v, expectile) for v in grid]).argmin()]
    # Of an expectile, the weighted differences cancel; that of .5 is the mean.
    weight = torch.where(values > best, expectile, 1.0 - expectile)
    assert (weight * (values - best)).sum().item() == pytest.approx(0.0, abs=0.05)
    assert (best > 2.1) == (expectile > 0.5)


def test_the_critics_of_iql_ask_for_no_action_that_the_policy_would_take():
    learner, other = IQL(CONFIG), IQL(CONFIG)
    other.load_policy(SIMULATED.policy_tensors())
    for seed in range(3):
        learner.critic_step(batch(seed))
        other.critic_step(batch(seed))
    assert torch.equal(learner.critic.flat, other.critic.flat)
    assert torch.equal(learner.value.flat, other.value.flat)


def test_the_policy_of_iql_imitates_the_better_of_two_actions():
    actions = np.array([[0.5, 0.5], [-0.5, -0.5]], np.float32).repeat(BATCH // 2, 0)
    same = {'observation': np.zeros((BATCH, OBSERVATION), np.float32), 'action': actions,
            'terminated': np.ones(BATCH, np.float32), 'reward': np.sign(actions[:, 0])}
    learner = IQL(dataclasses.replace(CONFIG, tau=0.1), reward_scale=2.0)
    for _ in range(300):
        learner.update(batch(**same))
    output = learner.actor(torch.zeros(1, OBSERVATION))[0, 0, :ACTION]
    torch.testing.assert_close(torch.tanh(output), torch.full((ACTION,), 0.5), atol=0.1, rtol=0.0)


def test_no_advantage_weighs_more_than_the_greatest_weight():
    one, ten = IQL(CONFIG, reward_scale=1e3), IQL(CONFIG, reward_scale=1e4)
    for learner in (one, ten):
        with torch.no_grad():  # far above every V(s), so that both weights are at the limit
            learner.target.flat.zero_()
            learner.target.load_tensors(
                learner.target.tensors() | {'bias2': np.full((2, 1, 1), 50.0, np.float32)})
    losses = [learner.update(batch())['actor_loss'] for learner in (one, ten)]
    log_density = IQL(CONFIG).log_density(batch()['observation'], batch()['action'])
    assert losses[0] == losses[1] == pytest.approx(-GREATEST_WEIGHT * log_density.mean().item())


def test_iql_descends_the_losses_of_the_paper():
    learner, data = IQL(CONFIG, reward_scale=2.0, seed=3), batch()
    for network in learner.value, learner.target:
        network.flat.data.normal_(std=0.3, generator=learner.generator)
    data['action'][0] = torch.tensor([1.0, -1.0])
    inputs = torch.cat([data['observation'], data['action']], -1)
    # Eqs. 5, 6 and 7 of Kostrikov et al., and the greatest weight of their code.
    q = learner.target(inputs)[..., 0].amin(0).detach()
    advantage = q - learner.value(data['observation'])[0, :, 0]
    below = (advantage < 0).float()
    value_loss = ((0.7 - below).abs() * advantage.square()).mean()
    following = learner.value(data['next_observation'])[0, :, 0].detach()
    y = data['reward'] + GAMMA * (1.0 - data['terminated']) * following
    critic_loss = (learner.critic(inputs)[..., 0] - y).square().mean(1).sum()
    weight = (3.0 * 2.0 * advantage.detach()).exp()
    assert (weight > 100.0).any() and ((weight > 1.0) & (weight < 100.0)).any() and below.any()
    mean, log_std = learner.actor(data['observation'])[0].chunk(2, -1)
    before = torch.atanh(data['action'].clamp(-0.99, 0.99))
    log_density = torch.distributions.Normal(mean, log_std.exp()).log_prob(before).sum(-1)
    actor_loss = -(weight.clamp(max=100.0) * log_density).mean()
    expected = [torch.autograd.grad(loss, network.flat)[0] for loss, network in (
        (value_loss, learner.value), (critic_loss, learner.critic), (actor_loss, learner.actor))]
    losses = learner.update(data)
    assert losses == pytest.approx(
        {'critic_loss': critic_loss.item(), 'actor_loss': actor_loss.item()}, rel=1e-5)
    came = [each.flat.grad for each in (learner.value, learner.critic, learner.actor)]
    torch.testing.assert_close(came, expected, atol=1e-5, rtol=1e-4)


def shaped_by(value, **changes):
    """Return a batch where V_sim(s) is `value` (batch,)."""
    data = columns() | changes
    data['shaped_reward'] = shaped_reward(
        data['reward'], data['terminated'], value, data['next_value'], GAMMA).astype(np.float32)
    return batch(**data)


def test_the_shaped_reward_tells_the_value_that_bounds_the_critics():
    value = np.linspace(-1.0, 2.0, BATCH)
    np.testing.assert_allclose(reference_value(shaped_by(value), GAMMA), value, atol=1e-6)


def gradients(learner, loss):
    learner.critic.flat.grad = None
    loss.backward()
    return learner.critic.flat.grad.clone()


def test_critics_below_the_reference_value_are_not_pushed_down():
    learner = CalQL(CONFIG, 1e-4)
    above = shaped_by(np.full(BATCH, 100.0))
    inputs = torch.cat([above['observation'], above['action']], -1)
    # All that is left is to raise what the replay holds.
    torch.testing.assert_close(
        gradients(learner, learner.conservatism(above)),
        gradients(learner, -learner.critic(inputs)[..., 0].mean(1).sum()), atol=1e-6, rtol=0.0)


def test_critics_above_the_reference_value_are_as_conservative_as_those_of_cql():
    learner = CalQL(CONFIG, 1e-4)
    state = learner.state()
    below = []
    for value in (-100.0, -200.0):
        learner.load_state(state)
        below.append(learner.conservatism(shaped_by(np.full(BATCH, value))).item())
    assert below[0] == below[1]
    # Only the regulariser: actions of the replay rise above others.
    data = shaped_by(np.full(BATCH, -100.0))
    inputs = torch.cat([data['observation'], data['action']], -1)
    others = torch.cat([data['observation'], data['action'].flip(0)], -1)

    def gap():
        with torch.no_grad():
            return (learner.critic(inputs) - learner.critic(others)).mean().item()

    before = gap()
    for _ in range(100):
        learner._step(learner.conservatism(data))
    assert gap() > before + 0.1


def test_targets_of_cal_ql_take_the_best_of_several_actions_and_no_entropy():
    learner = CalQL(CONFIG, 1e-4)
    learner.log_alpha.data.fill_(10.0)
    heads = torch.zeros((BATCH, 1), dtype=torch.long)
    data = batch(terminated=np.zeros(BATCH, np.float32))
    several = heads.expand(-1, 2000)
    with torch.no_grad():
        action, _ = learner.sample(data['next_observation'], several)
        q = learner.target_q(data['next_observation'], action, several)
        targets = torch.cat([learner.critic_target(data, heads) for _ in range(200)], 1)
    best = (targets - data['reward'][:, None]) / GAMMA
    assert (best <= q.amax(1, keepdim=True) + 0.05).all()
    # The best of ten lies where one in eleven is better, on average.
    share = (q[:, None] > best[..., None]).float().mean(dim=(1, 2))
    torch.testing.assert_close(share, torch.full((BATCH,), 1 / 11), atol=0.03, rtol=0.0)


def test_the_critics_of_cal_ql_descend_the_loss_of_the_paper():
    scale, value = 20.0, np.linspace(-0.5, 0.5, BATCH)
    learner, data = CalQL(CONFIG, 1e-4, scale), shaped_by(value)
    observation, heads = data['observation'], torch.zeros((BATCH, 10), dtype=torch.long)
    learner.target.flat.data.normal_(generator=learner.generator)
    start = learner.generator.get_state()
    came = learner.critic_gradient(data, heads[:, :1])
    learner.generator.set_state(start)
    # Rewards of the paper are `scale` times ours, hence Q too, and losses its square.
    with torch.no_grad():
        action, _ = learner.sample(data['next_observation'], heads)
        best = of_pairs(learner.target, data['next_observation'], action).amin(0).amax(1)
        y = scale * (data['reward'] + GAMMA * (1.0 - data['terminated']) * best)
        uniform = 2.0 * torch.rand((BATCH, 10, ACTION), generator=learner.generator) - 1.0
        here = learner.sample(observation, heads)
        there = learner.sample(data['next_observation'], heads)
    bound = scale * torch.from_numpy(value).float()[:, None]
    summands = [scale * of_pairs(learner.critic, observation, uniform) - np.log(0.5 ** ACTION)]
    for action, log_density in here, there:
        q = scale * of_pairs(learner.critic, observation, action)
        summands.append(q.maximum(bound) - log_density)
    q = scale * of_pairs(learner.critic, observation, data['action'][:, None])[..., 0]
    regulariser = torch.cat(summands, -1).exp().sum(-1).log() - q
    loss = ((q - y).square() + regulariser).mean(1).sum() / scale ** 2
    expected = loss.detach(), torch.autograd.grad(loss, learner.critic.flat)[0]
    torch.testing.assert_close(came, expected, atol=1e-5, rtol=1e-4)


def of_pairs(network, observation, actions):
    """Return Q (critics, batch, n) of actions (batch, n, action)."""
    observation = observation[:, None].expand(-1, actions.shape[1], -1)
    inputs = torch.cat([observation, actions], -1)
    return torch.stack([network(inputs[:, n])[..., 0] for n in range(actions.shape[1])], -1)


def reference(config=CONFIG, simulated=SIMULATED):
    learner = ReferenceSGFT(config, reward_scale=2.0)
    learner.load_simulator(simulated.state())
    return learner


def test_the_potential_of_the_reference_is_the_least_of_two_critics_drawn_at_a_drawn_action():
    config = dataclasses.replace(CONFIG, critics=5)
    simulated = SAC(config, 3)
    simulated.actor.flat.data.mul_(6.0)  # so that deviations reach their limits
    learner, data = reference(config, simulated), batch()
    start = learner.generator.get_state()
    came = learner.reward(data)
    learner.generator.set_state(start)
    potentials = []
    for name in 'observation', 'next_observation':
        with torch.no_grad():
            mean, log_std = simulated.actor(data[name])[0].chunk(2, -1)
            noise = torch.randn(mean.shape, generator=learner.generator)
            action = torch.tanh(mean + log_std.clamp(*LOG_STD_RANGE).exp() * noise)
            one, other = torch.randperm(5, generator=learner.generator)[:2]
            values = of_pairs(simulated.critic, data[name], action[:, None])[..., 0]
            potentials.append(torch.minimum(values[one], values[other]))
    assert (log_std > LOG_STD_RANGE[1]).any()
    value, next_value = potentials
    torch.testing.assert_close(came, 2.0 * (data['reward'] + GAMMA * next_value - value))


def test_the_reference_does_not_mask_the_potential_of_an_end():
    going_on, end = (
        batch(terminated=np.full(BATCH, flag, np.float32)) for flag in (0.0, 1.0))
    assert torch.equal(reference().reward(going_on), reference().reward(end))


def test_the_reference_draws_its_potential_anew():
    learner = reference()
    assert not torch.equal(learner.reward(batch()), learner.reward(batch()))


def test_the_reference_shapes_with_the_critics_of_the_simulator_at_actions_of_its_policy():
    learner, data = reference(), batch()
    heads = torch.zeros((BATCH, 2000), dtype=torch.long)

    def expected(observation):
        action, _ = SIMULATED.sample(observation, heads)
        return SIMULATED.target_q(observation, action, heads).mean(1)

    with torch.no_grad():
        mean = torch.stack([learner.reward(data) for _ in range(2000)]).mean(0)
        raw = data['reward'] + GAMMA * expected(data['next_observation']) - expected(
            data['observation'])
    torch.testing.assert_close(mean, 2.0 * raw, atol=0.05, rtol=0.0)
