"""SAC whose policy learns at a rate of its own, below that of the critics (As et al. 2026)."""

from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.adam import Adam
from sgft_ros.learning.sac import SAC


class SlowActor(SAC):
    """
    The learning rate of the configuration is that of critics and temperature.

    How many updates of the critics come to one of the policy is the schedule's part
    (`policy_delay`), data of the simulator in the minibatches the replay's (`prior_ratio`).
    """

    def __init__(self, config: SACConfig, actor_learning_rate: float, seed: int = 0):
        super().__init__(config, seed)
        rate = config.learning_rate
        self.optimiser = Adam([self.actor.flat, self.critic.flat, self.log_alpha],
                              [actor_learning_rate, rate, rate])
