"""What the simulated cell measures of a contract's terms, and what nobody has to measure."""

import numpy as np
from robots import GOAL, write_contract
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.physics import Physics
from sgft_ros.tasks import get_task


def test_a_constant_is_in_every_observation(tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, {'observation.2': GOAL}))
    environment = Environment(
        get_task('peg_insert'), contract, np.random.default_rng(0), lambda _: Physics())
    seen = [environment.reset()] + [environment.step(np.ones(3))[0] for _ in range(3)]
    assert len({observation[0] for observation in seen}) > 1
    np.testing.assert_allclose([observation[6:] for observation in seen], [[3.0, -1.0]] * 4,
                               rtol=1e-6)
