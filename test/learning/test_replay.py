"""The replay keeps what it was given, draws evenly, and tells a time limit from an end."""

import numpy as np
from potentials import save_untrained_potential
import pytest
from sgft_ros.learning.checkpoint import CheckpointError, save_checkpoint
from sgft_ros.learning.potential import Potential
from sgft_ros.learning.replay import label, load_transitions, ReplayBuffer, SAMPLED

OBSERVATION, ACTION = 4, 2
GAMMA = 0.9


@pytest.fixture
def generator():
    return np.random.default_rng(0)


@pytest.fixture
def potential(tmp_path):
    path = tmp_path / 'value.safetensors'
    return Potential.load(save_untrained_potential(path, OBSERVATION, GAMMA))


def transition(number, **changes):
    """Return the fields of a transition that can be told from every other one."""
    fields = {
        'observation': np.full(OBSERVATION, number), 'action': np.full(ACTION, number),
        'next_observation': np.full(OBSERVATION, number + 0.5), 'reward': number,
        'terminated': False, 'truncated': False, 'value': number, 'next_value': number + 0.5,
        'shaped_reward': -number, 'value_std': 0.1,
    }
    return fields | changes


def filled(count, capacity=100, **options):
    buffer = ReplayBuffer(OBSERVATION, ACTION, capacity, **options)
    for number in range(count):
        buffer.add(**transition(number))
    return buffer


def prior(count):
    arrays = {name: np.full(count, -1.0) for name in SAMPLED}
    for name, size in (('observation', OBSERVATION), ('next_observation', OBSERVATION),
                       ('action', ACTION)):
        arrays[name] = np.full((count, size), -1.0)
    return arrays | {'terminated': np.zeros(count)}


@pytest.mark.parametrize('stored, capacity', [(10, 100), (14, 10)])
def test_successive_rows_were_stored_one_after_another(generator, stored, capacity):
    buffer = filled(stored, capacity)
    drawn = buffer.sample(200, 12, 0.0, generator, 3)['reward'].reshape(-1, 3)
    assert (np.diff(drawn) % 10 == 1).all()  # the oldest comes after the newest
    counts = np.bincount(drawn[:, 0].astype(int) % 10, minlength=10)
    assert counts.min() > 0.6 * counts.max()


@pytest.mark.parametrize('capacity, least', [(5000, 0.99), (2000, 0.99), (40, 0.85)])
def test_successive_rows_are_of_one_robot_although_others_come_between(
        generator, capacity, least):
    buffer, robots = ReplayBuffer(OBSERVATION, ACTION, capacity), generator.integers(3, size=3000)
    for step, robot in enumerate(robots):
        steps_before = np.count_nonzero(robots[:step] == robot)
        buffer.add(**transition(10_000 * robot + steps_before), source=robot)
    drawn = buffer.sample(200, 12, 0.0, generator, 3)['reward'].reshape(-1, 3)
    assert (np.diff(drawn) == 1).mean() > least  # all but what comes after the newest of each


def test_what_a_robot_did_before_it_was_silent_for_long_is_not_gone_on_with(generator):
    buffer = ReplayBuffer(OBSERVATION, ACTION, 4)
    buffer.add(**transition(100), source='silent')
    for number in range(4):
        buffer.add(**transition(number), source='busy')
    buffer.add(**transition(101), source='silent')
    drawn = buffer.sample(50, 3, 0.0, generator, 3)['reward']
    assert {tuple(row) for row in drawn.tolist()} == {
        (1, 2, 3), (2, 3, 101), (3, 101, 1), (101, 1, 2)}


def test_prior_data_are_drawn_alone_beside_successive_rows(generator):
    drawn = filled(10, prior=prior(5)).sample(20, 10, 0.3, generator, 4)['reward']
    assert drawn.shape == (20, 10)
    assert (drawn[:, 7:] == -1.0).all()
    assert (np.diff(drawn[:, :4]) % 10 == 1).all() and (np.diff(drawn[:, 4:7]) % 10 == 1).all()


def test_no_successive_rows_are_refused(generator):
    with pytest.raises(ValueError, match='successive: expected at least 1 transition, got 0'):
        filled(10).sample(1, 6, 0.0, generator, 0)


@pytest.mark.parametrize('rewards', [[0, 1, 0], [1, -1, 0, 2, 0, 3, 0, 0], [2] * 9, [0] * 9])
def test_counts_the_rewards_that_it_still_holds(rewards):
    buffer = filled(0, capacity=4)
    for reward in rewards:
        buffer.add(**transition(1, reward=reward))
    assert buffer.rewarded == sum(reward > 0 for reward in rewards[-4:])
    assert type(buffer.rewarded) is int  # as messages want it


def test_sample_has_the_shapes_that_the_learner_expects(generator):
    drawn = filled(10).sample(3, 5, 0.0, generator)
    assert drawn['observation'].shape == (3, 5, OBSERVATION)
    assert drawn['action'].shape == (3, 5, ACTION)
    assert drawn['terminated'].shape == (3, 5)
    assert all(column.dtype == np.float32 for column in drawn.values())


def test_the_columns_of_a_drawn_row_belong_to_one_transition(generator):
    drawn = filled(50).sample(4, 32, 0.0, generator)
    number = drawn['reward']
    assert (drawn['observation'] == number[..., None]).all()
    assert (drawn['action'] == number[..., None]).all()
    assert (drawn['next_observation'] == number[..., None] + 0.5).all()
    assert (drawn['next_value'] == number + 0.5).all()
    assert (drawn['shaped_reward'] == -number).all()


def test_every_transition_is_drawn_equally_often(generator):
    drawn = filled(10).sample(100, 100, 0.0, generator)['reward']
    counts = np.bincount(drawn.astype(int).ravel(), minlength=10)
    # Binomial with mean 1000 and deviation 30.
    assert np.abs(counts - 1000).max() < 150


@pytest.mark.parametrize('capacity', [1, 7, 1023, 1024, 1025, 3000])
def test_a_full_buffer_keeps_the_newest_in_order(capacity):
    buffer = filled(2500, capacity)
    kept = buffer.arrays()['reward']
    assert len(buffer) == min(capacity, 2500)
    assert kept.tolist() == list(range(2500 - len(buffer), 2500))


def test_extend_equals_adding_one_by_one():
    one_by_one = filled(40, 25)
    at_once = ReplayBuffer(OBSERVATION, ACTION, 25)
    at_once.extend(filled(40, 40).arrays())
    for name, column in one_by_one.arrays().items():
        assert (column == at_once.arrays()[name]).all(), name


def test_truncation_never_enters_as_termination(generator, potential):
    buffer = ReplayBuffer(OBSERVATION, ACTION, 10)
    buffer.add(**transition(1, truncated=True))
    assert (buffer.sample(2, 8, 0.0, generator)['terminated'] == 0.0).all()
    row = buffer.arrays()
    assert row['truncated'] == 1.0
    row |= label(row, potential)
    assert row['shaped_reward'] == pytest.approx(
        row['reward'] + GAMMA * row['next_value'] - row['value'])


def test_an_end_of_the_task_at_the_time_limit_stays_an_end(generator, potential):
    buffer = ReplayBuffer(OBSERVATION, ACTION, 10)
    buffer.add(**transition(1, terminated=True, truncated=True))
    assert (buffer.sample(2, 8, 0.0, generator)['terminated'] == 1.0).all()
    row = buffer.arrays()
    row |= label(row, potential)
    assert row['shaped_reward'] == pytest.approx(row['reward'] - row['value'])


def test_labels_are_those_of_the_potential(potential):
    stored = filled(20).arrays()
    value, _ = potential.value(stored['observation'])
    next_value, _ = potential.value(stored['next_observation'])
    expected = stored['reward'] + GAMMA * next_value - value
    assert label(stored, potential)['shaped_reward'] == pytest.approx(expected, abs=1e-5)


def test_labels_in_chunks_equal_labels_at_once(potential, generator, monkeypatch):
    arrays = {
        'observation': generator.normal(size=(50, OBSERVATION)),
        'next_observation': generator.normal(size=(50, OBSERVATION)),
        'reward': generator.normal(size=50), 'terminated': generator.integers(2, size=50)}
    at_once = label(arrays, potential)
    monkeypatch.setattr('sgft_ros.learning.replay.LABEL_CHUNK', 7)
    for name, column in label(arrays, potential).items():
        assert column == pytest.approx(at_once[name], abs=1e-5), name


@pytest.mark.parametrize('ratio, expected', [(0.0, 0), (0.25, 2), (0.5, 4), (1.0, 8)])
def test_prior_ratio_is_exact_in_every_minibatch(generator, ratio, expected):
    drawn = filled(10, prior=prior(3)).sample(20, 8, ratio, generator)
    assert ((drawn['reward'] == -1.0).sum(axis=1) == expected).all()


def test_prior_data_is_never_overwritten(generator):
    buffer = filled(30, capacity=2, prior=prior(3))
    assert buffer.prior_size == 3
    assert (buffer.sample(1, 50, 1.0, generator)['reward'] == -1.0).all()


def test_arrays_are_copies(generator):
    observation = np.zeros(OBSERVATION, np.float32)
    buffer = ReplayBuffer(OBSERVATION, ACTION, 4)
    buffer.add(**transition(0, observation=observation))
    observation[:] = 7.0
    buffer.arrays()['observation'][:] = 7.0
    buffer.sample(1, 1, 0.0, generator)['observation'][:] = 7.0
    assert (buffer.arrays()['observation'] == 0.0).all()


@pytest.mark.parametrize('changes, message', [
    ({'observation': np.zeros(3)}, 'observation: expected shape'),
    ({'action': [0.0, np.nan]}, 'action: expected finite'),
    ({'terminated': 0.5}, 'terminated: expected 0 or 1'),
    ({'next_value': np.inf}, 'next_value: expected finite'),
])
def test_a_refused_transition_leaves_no_trace(changes, message):
    buffer = filled(3)
    with pytest.raises(ValueError, match=message):
        buffer.add(**transition(9, **changes))
    assert buffer.arrays()['reward'].tolist() == [0, 1, 2]


@pytest.mark.parametrize('request_, message', [
    ((0, 4, 0.0), 'at least 1'), ((1, 0, 0.0), 'at least 1'), ((1, 4, 1.5), '0 to 1'),
    ((1, 4, 0.5), 'no prior data'),
])
def test_an_impossible_request_is_refused(generator, request_, message):
    with pytest.raises(ValueError, match=message):
        filled(3).sample(*request_, generator)


def test_an_empty_buffer_says_so(generator):
    with pytest.raises(ValueError, match='empty'):
        ReplayBuffer(OBSERVATION, ACTION, 4).sample(1, 1, 0.0, generator)


def test_a_saved_buffer_comes_back_whole(tmp_path):
    path = tmp_path / 'replay.safetensors'
    buffer = filled(30, capacity=20)
    buffer.save(path, {'note': 'kept'})
    columns, metadata = load_transitions(path)
    assert metadata['note'] == 'kept'
    for name, column in buffer.arrays().items():
        assert (column == columns[name]).all(), name
    assert [file.name for file in tmp_path.iterdir()] == ['replay.safetensors']


def test_a_foreign_file_is_refused_by_name(tmp_path):
    path = tmp_path / 'other.safetensors'
    save_checkpoint(path, 'policy', {'weight': np.zeros(3)}, {})
    with pytest.raises(CheckpointError, match="kind 'policy', expected 'replay'"):
        load_transitions(path)
