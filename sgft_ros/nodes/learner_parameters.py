"""Parameters of the node learner, and what is made of them."""

from dataclasses import dataclass, fields, replace

from sgft_ros.learning.fine_tuning_config import AUTO, DEVICES, FineTuningConfig
from sgft_ros.nodes.parameter_files import read_parameter_file
from sgft_ros.nodes.parameters import parameter
from sgft_ros.nodes.tuning_files import check_parameters, KINDS, OTHERS, read_tuning

CORE = FineTuningConfig()
MANY = 1_000_000_000


@dataclass(frozen=True)
class LearnerParameters:
    """Parameters of the node learner."""

    # algorithm
    algorithm: str = parameter(CORE.algorithm, 'learning algorithm, see docs/benchmark.md')
    candidates: tuple[str, ...] = parameter(
        ('sgft_unshaped', 'sac', 'planner'), "of 'auto': algorithms side by side, each as its own "
                                             'file in config/algorithms says')
    task_file: str = parameter(
        '', "of 'auto': file that sets the candidates too; name in config/tasks, or path")
    horizon: int = parameter(
        CORE.horizon,
        'H: steps of real reward before V_sim has its say, where the algorithm has one',
        minimum=1, maximum=1000)
    samples: int = parameter(
        CORE.samples, 'of a planner: action sequences per iteration', minimum=4, maximum=10_000)
    adapter_learning_rate: float = parameter(
        CORE.adapter_learning_rate, "of a planner's map of commands before its dynamics",
        minimum=0.0, maximum=1.0)
    reward_scale: float = parameter(
        CORE.reward_scale,
        'factor of shaped rewards, where V_sim is flat; of those in iql, cal_ql and td_mpc2',
        minimum=1e-6, maximum=1e6)
    warm_start_updates: int = parameter(
        CORE.warm_start_updates,
        'updates of the critics on simulation data before the first real one', minimum=0,
        maximum=MANY)
    start_after: int = parameter(
        CORE.start_after, 'real transitions before the first update', minimum=1, maximum=MANY)
    critic_updates: int = parameter(
        CORE.critic_updates, 'updates of the critics alone before the policy learns too',
        minimum=0, maximum=MANY)
    first_rewards: int = parameter(
        CORE.first_rewards,
        'real transitions with a reward above 0 before the policy learns; for sparse rewards',
        minimum=0, maximum=MANY)
    patience: int = parameter(
        CORE.patience, 'real transitions after which the policy learns without such rewards',
        minimum=1, maximum=MANY)
    updates_per_transition: float = parameter(
        CORE.updates_per_transition, 'updates that each real transition allows', minimum=0.0,
        maximum=1000.0)
    policy_delay: int = parameter(
        CORE.policy_delay, 'updates of the critics per update of the policy', minimum=1,
        maximum=MANY)
    batch_size: int = parameter(
        CORE.batch_size, 'transitions in a minibatch', minimum=1, maximum=65_536)
    learning_rate: float = parameter(
        CORE.learning_rate, 'of policy, critics and temperature', minimum=0.0, maximum=1.0)
    actor_learning_rate: float = parameter(
        CORE.actor_learning_rate, 'of the policy in cal_ql, slow_actor and wsrl', minimum=0.0,
        maximum=1.0)
    critics: int = parameter(
        CORE.critics, 'critics, of which the least counts', minimum=1, maximum=100)
    tau: float = parameter(
        CORE.tau, 'share of the critics in their targets per update', minimum=0.0, maximum=1.0)
    target_entropy_per_action: float = parameter(
        CORE.target_entropy_per_action, 'entropy of the policy that the temperature is adapted '
        'to, over the number of actions', unit='nat', minimum=-1000.0, maximum=1000.0)
    temperature: float = parameter(
        CORE.temperature,
        'alpha at the start, where the algorithm does not go on with that of the simulator',
        minimum=1e-9, maximum=1000.0)
    prior_ratio: float = parameter(
        0.0, "share of each minibatch that comes from the replay buffer's prior data",
        minimum=0.0, maximum=1.0)
    seed: int = parameter(0, 'seed of the learner', minimum=0, maximum=2**31 - 1)

    # files
    policy_checkpoint: str = parameter('', 'checkpoint of pi_sim', required=True)
    value_checkpoint: str = parameter(
        '', 'checkpoint of V_sim; shapes the data of the warm start')
    warm_start_data: str = parameter(
        '', 'transitions from the simulator for the warm start')
    simulation_checkpoint: str = parameter(
        '', 'learner of the simulator as pretraining left it; algorithms with its critics need it')
    dynamics_checkpoint: str = parameter(
        '', 'dynamics of the simulator; a planner goes on from them')
    run_folder: str = parameter(
        '', 'folder of this run for checkpoints and curves; a learner resumes from it',
        required=True)
    key_file: str = parameter('', 'file with the key that signs the weights; empty: no signature')
    checkpoint_period: float = parameter(
        30.0, 'time between two checkpoints', unit='s', minimum=0.1, maximum=86_400.0)
    tensorboard: bool = parameter(True, 'whether to write curves for TensorBoard')

    # traffic
    publish_interval: int = parameter(
        50, 'updates between two publications of the policy', minimum=1, maximum=MANY)
    credits: int = parameter(
        3, 'requests to the replay buffer in flight at most', minimum=1, maximum=16)
    request_batches: int = parameter(
        16, 'minibatches in one request at most', minimum=1, maximum=1024)
    request_timeout: float = parameter(
        0.5, 'until an unanswered request is sent again', unit='s', minimum=0.01, maximum=60.0)
    poll_period: float = parameter(
        0.05, 'between two looks into the replay buffer while no update is due', unit='s',
        minimum=0.001, maximum=10.0)

    # machine
    device: str = parameter(
        CORE.device, f'where updates are computed: {", ".join(DEVICES)}; auto: a GPU, if there is '
                     'one')
    niceness: int = parameter(
        5, 'by how much training yields the processor to the control loop', minimum=0,
        maximum=19)

    def fine_tuning(self) -> dict[str, FineTuningConfig]:
        """
        Return the part that the learning core knows, by candidate.

        :raises ValueError: if there is no such algorithm, or a parameter that candidates do not
            hear of was set
        """
        if self.algorithm == AUTO:
            self._check_own()
            return {name: replace(read_tuning(name, self.task_file)[0], device=self.device)
                    for name in self.candidates}
        return {self.algorithm: FineTuningConfig(
            **{field.name: getattr(self, field.name) for field in fields(FineTuningConfig)})}

    def _check_own(self):
        """Refuse what was set here though the candidates have it from files."""
        task = {}
        if self.task_file:
            written = read_parameter_file('task', self.task_file).get('learner', {})
            task = check_parameters(written, KINDS | OTHERS)
        for field in fields(FineTuningConfig):
            name, value = field.name, getattr(self, field.name)
            # The launch file sets what the task's file says, also beside 'auto'.
            heard = name in ('algorithm', 'device') or value == task.get(name)
            if heard or value == field.default:
                continue
            raise ValueError(
                f'parameter {name!r}: {value!r} has no effect with the algorithm {AUTO!r}; its '
                f'candidates ({", ".join(self.candidates)}) take it from their own files in '
                f'config/algorithms, or from task_file ({self.task_file or "not set"})')
