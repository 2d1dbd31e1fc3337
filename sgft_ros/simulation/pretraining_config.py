"""Sizes of pretraining."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PretrainingConfig:
    """What pretraining does; of the arm's tasks, it takes four to ten minutes on one core."""

    # policy: SAC that also replays demonstrations (RLPD, Ball et al. 2023), where there are any
    demonstrations: int = 100        # episodes of the scripted controller
    demonstration_noise: float = 0.3  # standard deviation on its actions
    steps: int = 30_000              # in the simulator
    random_steps: int = 0            # of them uniformly random, before the first update
    batch_size: int = 256            # half of it demonstrations
    hidden: tuple[int, ...] = (64, 64)  # also of the value function
    learning_rate: float = 3e-4
    temperature: float = 0.02        # at the start
    target_entropy: float | None = None  # [nat]; None is minus the number of actions
    # value function and warm start
    diverse_episodes: int = 1_200
    unfinished: int = 0              # last states whose returns are left out, see diverse_episode
    held_out: float = 0.1            # share of episodes that test V_sim
    warm_start_transitions: int = 20_000
