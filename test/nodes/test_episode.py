"""The transitions of an episode say what the gate and the sensors did."""

from array import array

import numpy as np
import pytest
from rclpy.time import Time
from sgft_ros.msg import Action
from sgft_ros.nodes.episode import Episode, Step
from sgft_ros.tasks.outcome import Outcome

STAMPS = {'tip': 1_700_000_000_123_456_789, 'force': 1_700_000_000_100_000_001}
NEXT = {'tip': 1_700_000_000_173_456_789, 'force': 1_700_000_000_150_000_001}


@pytest.mark.parametrize('clipped, stopped', [(True, False), (False, True), (False, False)])
def test_a_transition_tells_what_was_measured_when_and_what_the_gate_did(clipped, stopped):
    episode = Episode(3, evaluation=False, periods=1)
    episode.step = Step(np.zeros(2, np.float32), STAMPS, np.ones(1, np.float32),
                        Time(nanoseconds=1).to_msg(), 1e-9, 0, 5, 'sac')
    executed = Action(action=array('f', [0.5]), clipped=clipped, stopped=stopped)
    transition = episode.transition(
        np.ones(2, np.float32), NEXT, executed, Outcome(1.0, True, True), False)
    assert (transition.clipped, transition.stopped) == (clipped, stopped)
    assert list(transition.terms) == list(STAMPS)
    for stamps, expected in ((transition.stamps, STAMPS), (transition.next_stamps, NEXT)):
        assert [Time.from_msg(each).nanoseconds for each in stamps] == list(expected.values())
