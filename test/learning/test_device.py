"""Where the updates are computed: on the CPU, and on a GPU where the tests find one."""

import platform
import resource

import numpy as np
import pytest
from sgft_ros.learning.actor_critic import SACConfig
from sgft_ros.learning.algorithms import ALGORITHMS
from sgft_ros.learning.device import find_device, steps_on, WARM_UP
from sgft_ros.learning.fine_tuning_config import READS, WARMED_UP
from sgft_ros.learning.finetuner import FineTuner, FineTuningConfig
from sgft_ros.learning.generators import load_generator
from sgft_ros.learning.learner import numbers
from sgft_ros.learning.sgft_sac import SGFTSAC
import torch
from worlds import checkpoints, minibatch

ROWS = 16
GPU = torch.cuda.is_available()
on_a_gpu = pytest.mark.skipif(not GPU, reason='PyTorch sees no GPU')
each_algorithm = pytest.mark.parametrize('algorithm', ALGORITHMS)


@pytest.fixture(scope='module')
def make():
    left = checkpoints()

    def make_one(algorithm, device):
        return FineTuner(FineTuningConfig(
            algorithm, horizon=4, samples=16, critic_updates=0, warm_start_updates=5,
            batch_size=ROWS, device=device), left, 1)

    return make_one


def test_the_algorithms_have_the_names_that_are_known_without_pytorch():
    assert tuple(ALGORITHMS) == tuple(READS)
    assert tuple(name for name, each in ALGORITHMS.items() if each.warm_up) == WARMED_UP


def test_a_device_has_one_of_three_names():
    assert find_device('cpu').type == 'cpu'
    assert find_device('auto').type == ('cuda' if GPU else 'cpu')
    with pytest.raises(ValueError, match="unknown device 'gpu'; choose from: auto, cpu, cuda"):
        FineTuningConfig(device='gpu')


@pytest.mark.skipif(GPU, reason='PyTorch sees a GPU')
def test_a_gpu_that_is_not_there_is_told_before_anything_is_made(make):
    with pytest.raises(ValueError, match="expected a GPU for 'cuda', but .* choose 'cpu'"):
        make('sac', 'cuda')


@pytest.mark.skipif(platform.libc_ver()[0] != 'glibc', reason='how memory is kept is up to glibc')
def test_steps_do_not_wait_for_the_system_to_clear_their_memory():
    batch = minibatch(256)
    sizes = batch['observation'].shape[1], batch['action'].shape[1]
    learner = SGFTSAC(SACConfig(*sizes, gamma=0.9, hidden=(256, 256)), 16)
    take = steps_on(find_device('cpu'))
    faults = []
    for _ in range(20):
        before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        take(learner.step, batch)
        faults.append(resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before)
    assert np.median(faults) < 100  # of the 2000 pages that the step takes


@pytest.mark.parametrize('algorithm', ['sac', 'td_mpc2'])
def test_a_learner_goes_on_from_random_numbers_of_another_device(make, algorithm):
    """As they are a few bytes on a GPU, and thousands on a CPU."""
    tuner, same = make(algorithm, 'cpu'), make(algorithm, 'cpu')
    state = tuner.state() | {'generator': torch.arange(16, dtype=torch.uint8)}
    for each in (tuner, same):
        each.update(minibatch(ROWS, 0))
        each.load_state(state)
    assert tuner.update(minibatch(ROWS, 1)) == same.update(minibatch(ROWS, 1))


def test_numbers_of_another_device_depend_on_where_it_was():
    drawn = []
    for last in (1, 1, 2):
        generator = torch.Generator()
        load_generator(generator, torch.tensor([last] * 16, dtype=torch.uint8))
        drawn.append(torch.rand((), generator=generator).item())
    assert drawn[0] == drawn[1] != drawn[2]


@on_a_gpu
@each_algorithm
def test_replayed_steps_are_those_that_python_would_have_taken(make, algorithm):
    replayed, alone = make(algorithm, 'cuda'), make(algorithm, 'cuda')
    for seed in range(WARM_UP + 5):
        on_the_gpu = {name: column.cuda() for name, column in minibatch(ROWS, seed).items()}
        with find_device('cuda'):
            expected = numbers(alone.learner.step(on_the_gpu))
        losses = replayed.update(minibatch(ROWS, seed))
        assert losses == pytest.approx(expected, rel=1e-3, abs=1e-5)
    for name, value in alone.learner.policy_tensors().items():
        np.testing.assert_allclose(
            replayed.learner.policy_tensors()[name], value, rtol=1e-3, atol=1e-4)


@on_a_gpu
@each_algorithm
def test_a_learner_moves_between_gpu_and_cpu(make, algorithm):
    first = make(algorithm, 'cuda')
    if first.needs_warm_start:
        first.warm_start(minibatch(50), np.random.default_rng(0))
    for seed in range(WARM_UP + 3):
        first.update(minibatch(ROWS, seed))
    second = make(algorithm, 'cpu')
    second.load_state(first.state())
    assert second.updates == first.updates == WARM_UP + 3
    losses = second.update(minibatch(ROWS, 9))
    first.load_state(second.state())  # into tensors that a graph has captured
    assert all(map(np.isfinite, losses.values()))
    for name, value in first.state().items():
        if not name.endswith('generator'):
            torch.testing.assert_close(value, second.state()[name])
    assert all(map(np.isfinite, first.update(minibatch(ROWS, 10)).values()))
    first.reset()
    assert not first.trained


@on_a_gpu
def test_minibatches_of_another_size_are_captured_anew(make):
    tuner = make('sgft_sac', 'cuda')
    for count in (ROWS, 2 * ROWS, ROWS):
        rows = minibatch(count)
        for _ in range(WARM_UP + 2):
            assert all(map(np.isfinite, tuner.update(rows).values()))


@on_a_gpu
def test_what_diverges_on_a_gpu_goes_back_there(make):
    tuner = make('sac', 'cuda')
    for seed in range(WARM_UP + 2):
        tuner.update(minibatch(ROWS, seed))
    before = tuner.keep()
    broken = minibatch(ROWS, 0) | {'reward': torch.full((ROWS,), float('nan'))}
    assert tuner.update(broken) == {} and tuner.diverged == 1
    for name, value in tuner.keep().items():
        if name not in ('updates_before_reset', 'generator'):
            torch.testing.assert_close(value, before[name])
    assert all(map(np.isfinite, tuner.update(minibatch(ROWS, 1)).values()))
