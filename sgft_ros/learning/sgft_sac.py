"""SGFT-SAC: H steps of the reward that V_sim shapes (Yin, Westenbroek et al., ICLR 2025)."""

from collections.abc import Mapping

from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.pbrs import PBRS
import torch


class SGFTSAC(PBRS):
    """
    Shaped as in PBRS, but of a finite horizon.

    For h = 1...H steps to go, with r_bar = r + gamma (1-d) V(s') - V(s):

    y_h = r_bar + gamma (1-d) 1[h>1] (min_i Q_{h-1,i}(s', a') - alpha log pi_{h-1}(a'|s')).

    Head h-1 of the networks holds Q_h and pi_h; each row of a minibatch trains pi_H and some
    others, see :meth:`SAC.step`, and no head bootstraps on itself. The robot always executes pi_H
    (receding horizon). Q_h(s, a) estimates (T^h V)(s, a) - V(s), times `reward_scale`.
    """

    def __init__(
        self, config: SACConfig, horizon: int, reward_scale: float = 1.0, seed: int = 0,
    ):
        if horizon < 1:
            raise ValueError(f'horizon must be >= 1 step, got {horizon}')
        self.heads = horizon
        super().__init__(config, reward_scale, seed)

    def successor(self, heads: torch.Tensor) -> torch.Tensor:
        """Let h steps to go continue with h-1, one with nothing: V_sim has had its say."""
        return (heads - 1).clamp(min=0)

    def going_on(
        self, batch: Mapping[str, torch.Tensor], heads: torch.Tensor,
    ) -> torch.Tensor:
        """Return 1 where something follows, 0 where nothing does (batch, n)."""
        return super().going_on(batch, heads) * (heads > 0)
