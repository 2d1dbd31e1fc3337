"""One trial: one method fine-tunes one policy in one real world, from one seed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
import time

import numpy as np
from sgft_ros.benchmark.methods import Method
from sgft_ros.benchmark.online import OnlineLearner
from sgft_ros.learning.inference import ExplorationNoise
from sgft_ros.learning.schedule import Counts, EVALUATION, FINISHED, Schedule
from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.simulation.protocol import Protocol, PROTOCOL_NAMES
from sgft_ros.simulation.rollouts import run_episode
from sgft_ros.simulation.sim_to_real import AnyEnvironment, sim_to_real

# Streams of random numbers, so that the same world and seed mean the same to every method.
ROBOT, EXPLORATION, LEARNING = range(3)


@dataclass(frozen=True)
class Trial:
    """What varies, each on its own: method, task, pi_sim, gap, its draw, luck, V_sim."""

    method: str
    task: str
    checkpoint: str     # folder as `sgft pretrain` writes it
    gap: float = 1.0    # 0: as the simulator; 1: the default
    world: int = 0      # seed of the draw of the real world
    seed: int = 0       # of starts, noise, exploration and learning
    value: str = 'simulator'  # V_sim as it is, or spoiled, see spoiled.py
    robot: str = 'simulated_arm'  # '' where the task has none


def protocol_of(task: str, **changes) -> Protocol:
    """Return what config/tasks, or a Gymnasium task, says, and `changes` that are not None."""
    values = sim_to_real(task).protocol
    if values is None:
        values = {name: value for name, value in
                  read_parameter_file('task', task).get('policy', {}).items()
                  if name in PROTOCOL_NAMES}
    return Protocol(**values | {
        name: value for name, value in changes.items() if value is not None})


def of_world(trial: Trial, error: ValueError) -> ValueError:
    """Return the error of a trial that says in which world it came up."""
    return ValueError(f'task {trial.task!r}, gap {trial.gap:g}, world {trial.world}: {error}')


def environment_of(trial: Trial) -> AnyEnvironment:
    """Return the real world of a trial."""
    rng = np.random.default_rng([trial.world, trial.seed, ROBOT])
    return sim_to_real(trial.task, trial.robot).reality(rng, trial.world, trial.gap)


def evaluation(
    environment: AnyEnvironment, play: Callable[[], tuple[bool | None, float]], episodes: int,
) -> dict[str, object]:
    """
    Play deterministic episodes; return score, episodes, their steps, and the mean raw return.

    The score, 0 to 1, is the share of `successes`, which are told too, or where a task has no
    success, the mean return over the best possible one.
    """
    results, steps = [], 0
    for _ in range(episodes):
        results.append(play())
        steps += environment.steps
    successes, returns = zip(*results)
    score = float(np.mean([environment.score(*result) for result in results]))
    counted = {} if None in successes else {'successes': int(sum(successes))}
    return {'score': score, **counted, 'episodes': episodes, 'steps': steps,
            'mean_return': float(np.mean(returns))}


def run_trial(
    trial: Trial, method: Method, protocol: Protocol,
    tell: Callable[[int], None] = lambda transitions: None,
) -> dict[str, object]:
    """
    Fine-tune as the live graph does: same schedule, same exploration, same updates.

    What the graph has beyond this is time: here no tick is missed, and new weights act at once.

    :param tell: hears the number of real transitions after each episode
    :return: the result, see :mod:`sgft_ros.benchmark.results`
    """
    begun = time.monotonic()
    environment = environment_of(trial)
    luck = np.random.SeedSequence([trial.world, trial.seed, LEARNING])
    learner = OnlineLearner(
        method, trial.checkpoint, int(luck.generate_state(1)[0]), trial.value, trial.robot,
        protocol.evaluation_episodes)
    noise = ExplorationNoise(
        learner.controller.action_size, protocol.exploration_correlation,
        np.random.default_rng([trial.world, trial.seed, EXPLORATION]))
    schedule = Schedule(protocol.evaluation_interval, protocol.evaluation_episodes,
                        protocol.transition_limit, Counts())
    rounds, training = [], []

    def explore(observation):
        return learner.controller.act(observation, noise.sample(), protocol.exploration_std)

    def evaluate():
        learner.begin_episode(evaluation=True)
        result = run_episode(environment, learner.controller.act)
        learner.end_episode(environment.score(*result), True, environment.observation)
        acted[learner.acting] += 1
        return result

    while schedule.phase != FINISHED:
        before = schedule.counts.transitions
        if schedule.phase == EVALUATION:
            acted = Counter()
            rounds.append({'transitions': before, **evaluation(
                environment, evaluate, protocol.evaluation_episodes), 'candidates': acted})
            learner.end_evaluation()
            for _ in range(protocol.evaluation_episodes):
                schedule.end_episode(True, 0)
            continue
        learner.begin_episode(evaluation=False)
        noise.reset()
        success, total = run_episode(environment, explore, learner)
        learner.end_episode(environment.score(success, total), False, environment.observation)
        schedule.end_episode(False, environment.steps)
        training.append({'transitions': schedule.counts.transitions, 'success': success,
                         'return': float(total), 'candidate': learner.acting})
        tell(schedule.counts.transitions)
    return {
        **asdict(trial), 'settings': method.settings, 'protocol': asdict(protocol),
        'rounds': rounds, 'training': training, 'updates': learner.updates,
        'diverged': learner.diverged, 'problem': learner.problem,
        'duration': time.monotonic() - begun}
