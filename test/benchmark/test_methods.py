"""A method is an algorithm's file and the changes of a sweep; what it cannot be is refused."""

from pathlib import Path

import pytest
from sgft_ros.benchmark.methods import load_method, unheeded
import yaml

TASK = 'peg_insert'
ALGORITHMS = Path(__file__).resolve().parents[2] / 'config' / 'algorithms'


@pytest.mark.parametrize('path', sorted(
    path for path in ALGORITHMS.glob('*.yaml') if path.stem != 'auto'), ids=lambda path: path.stem)
def test_a_method_has_the_settings_of_the_file_that_the_launch_file_reads(path):
    parameters = yaml.safe_load(path.read_text())['learner']['ros__parameters']
    for method in load_method(path.stem, TASK), load_method(str(path), TASK):
        assert parameters.items() <= method.settings.items()


def test_auto_has_each_candidate_as_its_own_file_says():
    written = yaml.safe_load((ALGORITHMS / 'auto.yaml').read_text())['learner']['ros__parameters']
    method = load_method('auto', TASK)
    assert method.arbitrated and list(method.tunings) == written['candidates']
    for name, tuning in method.tunings.items():
        assert {name: tuning} == load_method(name, TASK).tunings
    fewer = load_method('auto:candidates=sac+planner,publish_interval=10', TASK)
    assert list(fewer.tunings) == ['sac', 'planner'] and fewer.publish_interval == 10
    assert method.calibration_error == fewer.calibration_error == 0.01
    assert method.settings['calibration_error'] == 0.01
    assert load_method('auto:calibration_error=0', TASK).calibration_error == 0.0


def test_prior_data_that_candidates_ask_for_and_do_not_get_is_said():
    text = 'auto:candidates=rlpd+sac+cal_ql'
    said = unheeded(load_method(text, TASK), TASK)
    assert 'prior_ratio 0,' in said and said.endswith('files: rlpd 0.5, cal_ql 0.5')
    for quiet in ('auto', 'rlpd', f'{text},prior_ratio=0.5'):
        assert not unheeded(load_method(quiet, TASK), TASK)


def test_the_algorithm_has_the_last_word_over_the_task():
    assert load_method('sgft_sac', TASK).settings['first_rewards'] == 3
    assert load_method('sac', TASK).settings['first_rewards'] == 0


def test_a_sweep_changes_what_it_names_and_nothing_else():
    plain = load_method('sgft_sac', TASK).settings
    swept = load_method(
        'sgft_sac:horizon=5,prior_ratio=0.25,learning_rate=1', TASK).settings
    assert swept == plain | {'horizon': 5, 'prior_ratio': 0.25, 'learning_rate': 1.0}


@pytest.mark.parametrize('written', ['1e-2', '1.0e-2', '1E-02', '.1e-1', '0.01'])
def test_a_number_may_be_written_as_numbers_are(written):
    assert load_method(f'sac:learning_rate={written}', TASK).settings['learning_rate'] == 0.01
    assert load_method('sac:learning_rate=1.5e0', TASK).settings['learning_rate'] == 1.5


@pytest.mark.parametrize('text, message', [
    ('sac:learning_rate=fast', "learning_rate: expected float, got 'fast'"),
    ('sgft_sac:horizon=1e1', "horizon: expected int, got '1e1'"),
    ('td3', "unknown algorithm 'td3'; choose from: auto, cal_ql, .*, wsrl, or the path"),
    ('sgft_sac:horizont=5', "unknown parameter 'horizont'; did you mean 'horizon'[?] choose from"),
    ('sgft_sac:horizon=five', "horizon: expected int, got 'five'"),
    ('sgft_sac:horizon=2.5', 'horizon: expected int, got 2.5'),
    ('sgft_sac:horizon', "expected name=value, got 'horizon'"),
    ('auto:candidates=sac+td3', "unknown algorithm 'td3'"),
    ('auto:calibration_error=-0.1', 'calibration_error: expected 0 to 1 m, got -0.1'),
    ('auto:horizon=3', "unknown parameter 'horizon'; choose from: algorithm, calibration_error"),
    ('sgft_sac:algorithm=ppo', "unknown algorithm 'ppo'; choose from"),
])
def test_what_is_no_method_is_refused_by_name(text, message):
    with pytest.raises(ValueError, match=message):
        load_method(text, TASK)
