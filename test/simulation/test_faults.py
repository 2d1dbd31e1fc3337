"""Faults of the simulated driver come one at a time, at random, and end."""

import numpy as np
import pytest
from sgft_ros.simulation.faults import fault_names, FAULTS, Faults

STEP = 0.01  # [s]


def run(faults, seconds):
    """Return the name of the active fault at every step."""
    names = []
    for _ in range(round(seconds / STEP)):
        faults.advance(STEP)
        names.append(faults.active)
    return names


def test_nothing_goes_wrong_without_faults():
    faults = Faults((), 0.1, 1.0, np.random.default_rng(0))
    assert not any(run(faults, 100.0))


def test_every_fault_strikes_and_ends_within_its_time():
    faults = Faults(fault_names('all'), 0.5, 0.3, np.random.default_rng(0))
    names = run(faults, 200.0)
    assert set(names) == {'', *FAULTS}
    assert all(faults.counts.values())
    changes = np.flatnonzero([a != b for a, b in zip(names[:-1], names[1:], strict=True)])
    for begin, end in zip(changes[:-1], changes[1:], strict=True):
        if names[end]:
            assert (end - begin) * STEP <= 0.3 + STEP


def test_faults_come_as_often_as_they_are_asked_to():
    faults = Faults(('jitter',), 2.0, 0.01, np.random.default_rng(0))
    run(faults, 1000.0)
    assert faults.counts['jitter'] == pytest.approx(500, rel=0.2)


def test_the_seed_decides():
    def one(seed):
        return run(Faults(fault_names('all'), 0.5, 0.3, np.random.default_rng(seed)), 20.0)

    assert one(1) == one(1) != one(2)


def test_an_unknown_fault_is_named_with_the_choices():
    with pytest.raises(ValueError, match="unknown fault 'jiter'; did you mean 'jitter'"):
        Faults(fault_names('protective_stop, jiter'), 1.0, 1.0, np.random.default_rng(0))
