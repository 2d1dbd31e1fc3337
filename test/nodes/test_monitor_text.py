"""The line of state says what the learner does when it does not train all that it has."""

import math

import pytest
from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes.monitor_text import state_line
from sgft_ros.report.record import RunRecord

LOOP = {'phase': 'training', 'policy_version': '2'}


def line(learner=None, loop=LOOP, silence=0.5):
    return state_line(RunRecord(0.9, 3000), loop, 65, 3, 1200, 3000, learner, silence, None, {})


def test_a_line_without_a_learner_has_no_rate():
    assert line() == ('  1:05  training     | episodes   3 | transitions 1 200 / 3 000 | '
                      'success not evaluated      | policy v2')


@pytest.mark.parametrize('fields, expected', [
    ({'critic_loss': 1.0, 'actor_loss': 1.0}, '40 updates/s |'),
    ({'critic_loss': 1.0, 'actor_loss': math.nan}, '40 updates/s (critics only) |'),
    ({'critic_loss': math.nan, 'actor_loss': math.nan}, '40 updates/s |'),
    ({'phase': 'paused', 'critic_loss': 1.0, 'actor_loss': math.nan}, '40 updates/s (paused) |'),
    ({'behind': 99}, '40 updates/s |'),
    ({'behind': 1500}, '40 updates/s, 1 500 behind |'),
])
def test_the_learner_is_shown_with_what_keeps_it(fields, expected):
    status = LearnerStatus(**({'phase': 'training', 'updates_per_second': 40.0} | fields))
    assert f'{line(status)} |'.endswith(f' | {expected}')


def test_a_learner_that_is_gone_has_no_rate_for_ever():
    status = LearnerStatus(phase='training', updates_per_second=40.0, behind=1500)
    assert '40 updates/s' in line(status, silence=2.0)
    assert line(status, silence=12.4).endswith('policy v2 | learner silent for 12 s')


def test_where_successes_say_that_the_tool_is_is_shown():
    shown = line(loop=LOOP | {'tool_displacement': '-7.0 1.9 -0.6'})
    assert shown.endswith(' | tool displaced by -7.0 1.9 -0.6 mm')


@pytest.mark.parametrize('loop, expected', [
    ({'state': 'acting', 'message': 'training'}, ''),
    ({'state': 'arming', 'message': 'training'}, ''),
    ({'state': 'stopping', 'message': 'stopping: refused: locked'},
     ' | stopping: refused: locked'),
    ({'state': 'looking', 'message': 'force: never received'},
     ' | looking: force: never received')])
def test_what_a_policy_waits_for_is_shown(loop, expected):
    assert line(loop=LOOP | loop).partition('policy v2')[2] == expected
