"""Sizes of pretraining."""

from dataclasses import dataclass

from sgft_ros.simulation.number_checks import check_number


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
    # value function, warm start and dynamics
    diverse_episodes: int = 1_200
    unfinished: int = 0              # last states whose returns are left out, see diverse_episode
    held_out: float = 0.1            # share of episodes that test V_sim
    warm_start_transitions: int = 20_000
    dynamics_updates: int = 20_000

    def __post_init__(self):
        for name, least in (
            ('demonstrations', 0), ('steps', 1), ('random_steps', 0), ('batch_size', 2),
            ('diverse_episodes', 1), ('unfinished', 0), ('warm_start_transitions', 1),
            ('dynamics_updates', 1),
        ):
            check_number(name, getattr(self, name), whole=True, least=least)
        check_number('demonstration_noise', self.demonstration_noise, least=0)
        check_number('learning_rate', self.learning_rate, above=0)
        check_number('temperature', self.temperature, above=0)
        if self.target_entropy is not None:
            check_number('target_entropy', self.target_entropy)
        check_number('held_out', self.held_out, above=0, below=1)
        if not isinstance(self.hidden, (tuple, list)) or not self.hidden:
            raise ValueError(f'hidden: expected the sizes of layers, as in (64, 64), got '
                             f'{self.hidden!r}')
        for size in self.hidden:
            check_number('hidden', size, whole=True, least=1)
