"""The algorithms that fine-tune, by the names that users write."""

from collections.abc import Callable
from dataclasses import dataclass

from sgft_ros.learning.pbrs import PBRS
from sgft_ros.learning.rlpd import RLPD
from sgft_ros.learning.sac import SAC
from sgft_ros.learning.sgft_geometric import GeometricSGFT
from sgft_ros.learning.sgft_sac import SGFTSAC
from sgft_ros.learning.sgft_unshaped import UnshapedSGFT


@dataclass(frozen=True)
class Algorithm:
    """How a learner is made of a FineTuningConfig, a SACConfig and a seed, and how it starts."""

    make: Callable[..., SAC]
    shaped: bool = False          # V_sim shapes the reward, and data of the simulator warms it up
    from_simulator: bool = False  # it goes on from the learner of the simulator
    horizon: bool = False         # it reads H


ALGORITHMS = {
    'pbrs': Algorithm(
        lambda config, networks, seed: PBRS(networks, config.reward_scale, seed), shaped=True),
    'rlpd': Algorithm(lambda config, networks, seed: RLPD(networks, seed)),
    'sac': Algorithm(lambda config, networks, seed: SAC(networks, seed), from_simulator=True),
    'sgft_geometric': Algorithm(
        lambda config, networks, seed: GeometricSGFT(
            networks, config.horizon, config.reward_scale, seed), shaped=True, horizon=True),
    'sgft_sac': Algorithm(
        lambda config, networks, seed: SGFTSAC(
            networks, config.horizon, config.reward_scale, seed), shaped=True, horizon=True),
    'sgft_unshaped': Algorithm(
        lambda config, networks, seed: UnshapedSGFT(networks, config.horizon, seed),
        from_simulator=True, horizon=True),
}
