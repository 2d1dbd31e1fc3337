"""How a learner is set, known without PyTorch: a launch file reads it before anything starts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

# Kinds of checkpoints beside the policy that an algorithm begins with. What the names stand for:
# sgft_ros.learning.algorithms.
READS = {
    'cal_ql': ('learner',), 'iql': ('learner',), 'pbrs': (), 'planner': ('dynamics', 'value'),
    'rlpd': (), 'sac': ('learner',), 'sgft_geometric': (), 'sgft_reference': ('learner',),
    'sgft_sac': (), 'sgft_unshaped': ('learner',), 'slow_actor': ('learner',), 'td_mpc2': (),
    'wsrl': ('learner',)}
WARMED_UP = ('cal_ql', 'iql', 'pbrs', 'sgft_geometric', 'sgft_reference', 'sgft_sac', 'td_mpc2',
             'wsrl')
WARM_START = ('value', 'replay')  # kinds of what a warm start learns from
AUTO = 'auto'  # not one of these, but several: see sgft_ros.learning.portfolio
DEVICES = ('auto', 'cpu', 'cuda')


@dataclass(frozen=True)
class FineTuningConfig:
    """What a learner does with real transitions."""

    algorithm: str = 'sgft_sac'
    # horizon
    horizon: int = 20                   # H [steps], where the algorithm has one
    # planner
    samples: int = 64                   # action sequences per iteration
    adapter_learning_rate: float = 3e-3  # of the linear map before the dynamics
    # shaping
    reward_scale: float = 20.0          # of shaped rewards; of what iql, cal_ql, td_mpc2 weigh
    # start
    warm_start_updates: int = 1500      # of the critics, on simulation data
    start_after: int = 100              # real transitions before the first update
    critic_updates: int = 200           # of the critics alone, on real transitions, before both
    first_rewards: int = 0              # real transitions with a reward above 0, likewise
    patience: int = 1000                # real transitions after which the policy learns without
    # updates
    updates_per_transition: float = 2.0
    policy_delay: int = 1               # updates of the critics per update of the policy
    batch_size: int = 128
    learning_rate: float = 5e-4
    actor_learning_rate: float = 1e-4   # of the policy in cal_ql, slow_actor and wsrl
    critics: int = 2
    tau: float = 0.05                   # share of the critic in its target per update
    # entropy
    target_entropy_per_action: float = -1.0  # of the policy [nat]
    temperature: float = 0.02           # alpha at the start, where the simulator gives none
    # machine
    device: str = 'cpu'                 # of the updates, see sgft_ros.learning.device

    def __post_init__(self):
        if self.algorithm not in READS:
            raise ValueError(
                f'unknown algorithm {self.algorithm!r}; choose from: {", ".join(READS)}')
        if self.device not in DEVICES:
            raise ValueError(
                f'unknown device {self.device!r}; choose from: {", ".join(DEVICES)}')
        if self.policy_delay < 1:
            raise ValueError(f'policy_delay: expected at least 1 update, got {self.policy_delay}')

    @property
    def reads(self) -> set[str]:
        """Return the kinds of checkpoints that the learner is made of."""
        return {'policy', *READS[self.algorithm]}

    @property
    def needs(self) -> set[str]:
        """Return those, and the kinds that its warm start learns from, if it has one."""
        warmed_up = self.algorithm in WARMED_UP and self.warm_start_updates > 0
        return self.reads.union(WARM_START if warmed_up else ())


def possible(
    tunings: Mapping[str, FineTuningConfig], there: Collection[str],
) -> tuple[dict[str, FineTuningConfig], dict[str, list[str]]]:
    """
    Return the candidates for which the simulator left enough, and what each other one lacks.

    :param tunings: by name of the candidate
    :param there: kinds of checkpoints
    """
    lacking = {name: sorted(config.needs.difference(there)) for name, config in tunings.items()}
    return ({name: config for name, config in tunings.items() if not lacking[name]},
            {name: kinds for name, kinds in lacking.items() if kinds})
