"""The shipped policies do what their training records say."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
import numpy as np
import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.shipped import shipped_checkpoints
from sgft_ros.simulation.rollouts import mean_score
from sgft_ros.simulation.sim_to_real import sim_to_real

KINDS = {'policy': 'policy', 'value': 'value', 'learner': 'learner', 'dynamics': 'dynamics',
         'warm_start': 'replay'}
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


SHIPPED = [(task, seed) for task in (
    'hammer', 'peg_insert', 'puck_push', 'push', 'soft_push') for seed in (0, 1, 2)]


@pytest.mark.parametrize('task, seed', SHIPPED)
def test_what_is_shipped_is_whole_and_of_one_training_with_the_contract_of_its_task(task, seed):
    folder = shipped_checkpoints(task, seed)
    setting = sim_to_real(task)
    files = {path.stem: load_checkpoint(path, KINDS[path.stem]).metadata
             for path in folder.glob('*.safetensors')}
    assert files.keys() == KINDS.keys()
    for metadata in files.values():
        assert metadata['training'] == files['policy']['training']
        assert metadata['task'] == task and metadata['gamma'] == setting.gamma
        for name, value in setting.metadata.items():
            assert np.array_equal(metadata[name], value), name
    training = files['policy']['training']
    assert training['seed'] == seed and training['success_in_simulation'] >= 0.85


def test_every_shipped_folder_is_looked_at():
    folders = {path.parent for path in CHECKPOINTS.rglob('policy.safetensors')}
    nested = {folder for folder in folders if folder.parent != CHECKPOINTS}
    assert nested == {shipped_checkpoints(*each) for each in SHIPPED if each[1]}
