"""SGFT with a geometric horizon: V_sim as the heuristic of HuRL (Cheng et al., NeurIPS 2021)."""

from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.pbrs import PBRS


class GeometricSGFT(PBRS):
    """
    One critic on r_bar, discounted by gamma (1 - 1/H): H steps on average, none of them the last.

    Where H is infinite this is PBRS, where it is 1 the bandit that SGFT-SAC is with H = 1.
    """

    def __init__(
        self, config: SACConfig, horizon: int, reward_scale: float = 1.0, seed: int = 0,
    ):
        if horizon < 1:
            raise ValueError(f'horizon must be >= 1 step, got {horizon}')
        super().__init__(config, reward_scale, seed)
        self.discount *= 1.0 - 1.0 / horizon
