"""The algorithms that fine-tune, by the names that users write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.cal_ql import CalQL
from sgft_ros.learning.checkpoint import Checkpoint, CheckpointError
from sgft_ros.learning.controllers import GAUSSIAN, LATENT_PLANNER, PLANNER
from sgft_ros.learning.dynamics import DynamicsLearner
from sgft_ros.learning.inference import mlp_sizes
from sgft_ros.learning.iql import IQL
from sgft_ros.learning.learner import Learner
from sgft_ros.learning.pbrs import PBRS
from sgft_ros.learning.rlpd import RLPD
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.sgft_geometric import GeometricSGFT
from sgft_ros.learning.sgft_reference import ReferenceSGFT
from sgft_ros.learning.sgft_sac import SGFTSAC
from sgft_ros.learning.sgft_unshaped import UnshapedSGFT
from sgft_ros.learning.slow_actor import SlowActor
from sgft_ros.learning.td_mpc2 import TDMPC2
from sgft_ros.learning.world_model import POLICY, VALUE
from sgft_ros.learning.wsrl import WSRL

LAST_ACTION = 'last_action.'  # observations of this term are commands, as actions are
Checkpoints = Mapping[str, Checkpoint]


@dataclass(frozen=True)
class Algorithm:
    """How a learner is made of a FineTuningConfig, the checkpoints it reads, and a seed."""

    make: Callable[..., Learner]
    # one step of a learner on data of the simulator, before the first real one; None for no steps
    warm_up: Callable[..., dict] | None = None
    horizon: bool = False         # it reads H
    critics: bool = True          # it has some that can learn before the policy does
    sequences: bool = False       # it learns from H successive transitions at a time
    # what acts on the robot, of a FineTuningConfig and the checkpoint of the policy
    controller: Callable[..., dict] = lambda config, policy: {'kind': GAUSSIAN}


def _actor_critic(build, from_simulator=False):
    """Return how an actor-critic begins: with pi_sim, or the whole learner of the simulator."""
    def make(config, checkpoints, seed):
        policy = checkpoints['policy']
        learner = build(config, _networks(config, policy), seed)
        source = checkpoints['learner'] if from_simulator else policy
        load = learner.load_simulator if from_simulator else learner.load_policy
        try:
            load(source.tensors)
        except (KeyError, ValueError) as error:
            raise CheckpointError(f'{source.path}: {error}') from None
        return learner

    return make


def _planner(config, checkpoints, seed):
    world = checkpoints['dynamics']
    tensors = dict(world.tensors)
    for prefix, kind in ((VALUE, 'value'), (POLICY, 'policy')):
        tensors |= {f'{prefix}{name}': value for name, value in checkpoints[kind].tensors.items()}
    try:
        names = [*world.metadata['observation_names'], *world.metadata['action_names']]
        own = len(world.metadata['observation_names'])
        acted = [number >= own or name.startswith(LAST_ACTION)
                 for number, name in enumerate(names)]
        return DynamicsLearner(
            tensors, config.learning_rate, config.adapter_learning_rate, np.array(acted))
    except (KeyError, ValueError) as error:
        raise CheckpointError(f'{world.path}: {error}') from None


def _planning(kind):
    """Return how a planner of a kind is described."""
    return lambda config, policy: {
        'kind': kind, 'gamma': float(policy.metadata['gamma']), 'horizon': config.horizon,
        'samples': config.samples}


def _networks(config, policy: Checkpoint) -> SACConfig:
    """Return the sizes and rates of a learner for the actor of a policy checkpoint."""
    try:
        _, sizes = mlp_sizes(policy.tensors)
        action_size = sizes[-1] // 2
        return SACConfig(
            observation_size=sizes[0], action_size=action_size, hidden=sizes[1:-1],
            gamma=float(policy.metadata['gamma']),
            target_entropy=config.target_entropy_per_action * action_size,
            temperature=config.temperature, critics=config.critics,
            learning_rate=config.learning_rate, tau=config.tau)
    except KeyError as error:
        raise CheckpointError(f'{policy.path}: lacks {error}') from None


def _fit_critics(learner, batch):
    return learner.critic_step(batch)


ALGORITHMS = {
    'cal_ql': Algorithm(_actor_critic(
        lambda config, networks, seed: CalQL(
            networks, config.actor_learning_rate, config.reward_scale, seed),
        from_simulator=True), warm_up=_fit_critics),
    'iql': Algorithm(_actor_critic(
        lambda config, networks, seed: IQL(networks, config.reward_scale, seed),
        from_simulator=True), warm_up=_fit_critics),
    'pbrs': Algorithm(_actor_critic(
        lambda config, networks, seed: PBRS(networks, config.reward_scale, seed)),
        warm_up=_fit_critics),
    'planner': Algorithm(
        _planner, horizon=True, critics=False,
        controller=_planning(PLANNER)),
    'rlpd': Algorithm(_actor_critic(lambda config, networks, seed: RLPD(networks, seed))),
    'sac': Algorithm(_actor_critic(
        lambda config, networks, seed: SAC(networks, seed), from_simulator=True)),
    'sgft_geometric': Algorithm(_actor_critic(
        lambda config, networks, seed: GeometricSGFT(
            networks, config.horizon, config.reward_scale, seed)),
        warm_up=_fit_critics, horizon=True),
    'sgft_reference': Algorithm(_actor_critic(
        lambda config, networks, seed: ReferenceSGFT(networks, config.reward_scale, seed),
        from_simulator=True), warm_up=_fit_critics),
    'sgft_sac': Algorithm(_actor_critic(
        lambda config, networks, seed: SGFTSAC(
            networks, config.horizon, config.reward_scale, seed)),
        warm_up=_fit_critics, horizon=True),
    'sgft_unshaped': Algorithm(_actor_critic(
        lambda config, networks, seed: UnshapedSGFT(networks, config.horizon, seed),
        from_simulator=True), horizon=True),
    'slow_actor': Algorithm(_actor_critic(
        lambda config, networks, seed: SlowActor(networks, config.actor_learning_rate, seed),
        from_simulator=True)),
    'td_mpc2': Algorithm(_actor_critic(
        lambda config, networks, seed: TDMPC2(
            networks, config.horizon, config.reward_scale, seed)),
        warm_up=TDMPC2.warm_up, horizon=True, critics=False, sequences=True,
        controller=_planning(LATENT_PLANNER)),
    'wsrl': Algorithm(_actor_critic(
        lambda config, networks, seed: WSRL(networks, config.actor_learning_rate, seed),
        from_simulator=True), warm_up=WSRL.distil),
}
