"""Simulated time keeps its rate, never runs ahead, and forgets debts that it cannot pay."""

import pytest
from sgft_ros.nodes.pace import LARGEST_DEBT, MOST_AT_ONCE, Pace


@pytest.mark.parametrize('rate_factor', [0.5, 1.0, 3.0])
def test_steps_follow_the_wall_clock(rate_factor):
    pace = Pace(0.01, rate_factor, 100.0)
    calls = 5000
    for call in range(1, calls + 1):
        now = 100.0 + call * 0.01 / rate_factor
        pace.due(now + 1e-6)
        assert pace.steps == call
    assert pace.dropped == 0
    report = pace.report(now)
    assert report['achieved'] == pytest.approx(1.0)
    assert report['lateness_p99_ms'] < 0.01


def test_nothing_is_due_early():
    pace = Pace(0.01, 1.0, 0.0)
    assert pace.due(0.0) == pace.due(0.00999) == 0
    assert pace.due(0.01001) == 1


def test_short_stall_is_made_up_for_in_small_bursts():
    pace = Pace(0.01, 1.0, 0.0)
    bursts = [pace.due(0.0555) for _ in range(4)]
    assert bursts == [MOST_AT_ONCE, MOST_AT_ONCE, 1, 0]


def test_long_stall_is_forgotten_so_that_time_never_catches_up_in_a_rush():
    pace = Pace(0.01, 1.0, 0.0)
    made = 0
    while (steps := pace.due(5.0)) > 0:
        made += steps
    assert made == LARGEST_DEBT
    assert pace.dropped == 500 - LARGEST_DEBT
    assert pace.report(5.0)['achieved'] == pytest.approx(LARGEST_DEBT / 500)
