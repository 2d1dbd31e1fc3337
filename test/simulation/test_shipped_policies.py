"""The shipped policies do what their training records say."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
import numpy as np
import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.simulation.rollouts import mean_score
from sgft_ros.simulation.sim_to_real import sim_to_real

CHECKPOINTS = Path(get_package_share_directory('sgft_ros'), 'resource', 'checkpoints')


@pytest.mark.parametrize('task', ['hammer', 'puck_push', 'push', 'soft_push'])
def test_a_shipped_policy_succeeds_where_its_record_says(task):
    checkpoint = load_checkpoint(CHECKPOINTS / task / 'policy.safetensors', 'policy')
    policy, record = GaussianPolicy(checkpoint.tensors), checkpoint.metadata['training']
    setting = sim_to_real(task)
    assert record['success_in_simulation'] >= 0.95
    assert mean_score(setting.simulator(np.random.default_rng(1)), policy, 30) >= 0.85
    recorded = np.mean(record['success_in_reality'])
    assert 0.05 <= recorded <= 0.25
    real = [mean_score(setting.reality(np.random.default_rng(world), world), policy, 6)
            for world in range(10)]
    assert np.mean(real) == pytest.approx(recorded, abs=0.12)
