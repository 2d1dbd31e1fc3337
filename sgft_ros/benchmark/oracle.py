"""The oracle: what an agent reaches that is trained in the real world itself, at leisure."""

from collections.abc import Callable
from dataclasses import asdict
import time

from sgft_ros.benchmark.trial import environment_of, evaluation, Protocol, Trial
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.simulation.pretraining import demonstrate, PretrainingConfig, train_policy
from sgft_ros.simulation.rollouts import run_episode
from sgft_ros.simulation.sim_to_real import sim_to_real

ORACLE = 'oracle'
CERTAINTY = 5  # times the episodes of other evaluations: there is only one


def run_oracle(
    trial: Trial, config: PretrainingConfig, protocol: Protocol,
    tell: Callable[[int], None] = lambda transitions: None,
) -> dict[str, object]:
    """Train in the world of a trial as pretraining does in the simulator; return the result."""
    begun = time.monotonic()
    environment = environment_of(trial)
    expert = sim_to_real(trial.task, trial.robot).expert
    demonstrations = None
    if expert is not None:
        demonstrations = demonstrate(environment, expert, config, lambda done: None)
    learner = train_policy(environment, demonstrations, config, trial.seed, tell)
    policy = GaussianPolicy(learner.policy_tensors())
    rounds = [{'transitions': config.steps, **evaluation(
        environment, lambda: run_episode(environment, policy.act),
        CERTAINTY * protocol.evaluation_episodes)}]
    return {
        **asdict(trial), 'settings': asdict(config), 'protocol': asdict(protocol),
        'rounds': rounds, 'training': [], 'updates': config.steps,
        'duration': time.monotonic() - begun}
