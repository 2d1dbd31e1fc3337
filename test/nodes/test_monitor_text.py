"""The line of state says what the learner does when it does not train all that it has."""

import math

import pytest
from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes.monitor_text import state_line


def line(**fields):
    status = LearnerStatus(**({'phase': 'training', 'updates_per_second': 40.0} | fields))
    return state_line(65, 'training', 3, 1200, 3000, [], 2, status, 1200, {}, {})


def test_a_line_without_a_learner_has_no_rate():
    assert 'updates/s' not in state_line(65, 'training', 3, 1200, 3000, [], 2, None, None, {}, {})


@pytest.mark.parametrize('fields, expected', [
    ({'critic_loss': 1.0, 'actor_loss': 1.0}, '40 updates/s |'),
    ({'critic_loss': 1.0, 'actor_loss': math.nan}, '40 updates/s (critics only) |'),
    ({'critic_loss': math.nan, 'actor_loss': math.nan}, '40 updates/s |'),
    ({'phase': 'paused', 'critic_loss': 1.0, 'actor_loss': math.nan}, '40 updates/s (paused) |'),
    ({'behind': 99}, '40 updates/s |'),
    ({'behind': 1500}, '40 updates/s, 1 500 behind |'),
])
def test_the_learner_is_shown_with_what_keeps_it(fields, expected):
    assert expected in line(**fields)


@pytest.mark.parametrize('loop, expected', [
    ({'state': 'acting', 'message': 'training'}, ''),
    ({'state': 'arming', 'message': 'training'}, ''),
    ({'state': 'stopping', 'message': 'stopping: refused: locked'},
     ' | stopping: refused: locked'),
    ({'state': 'looking', 'message': 'force: never received'},
     ' | looking: force: never received')])
def test_what_a_policy_waits_for_is_shown(loop, expected):
    text = state_line(65, 'training', 3, 1200, 3000, [], 2, None, None, loop, {})
    assert text.partition('policy v2')[2] == expected
