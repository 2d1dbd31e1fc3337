"""The learner asks for what is due, again if nobody answers, and takes only what it asked for."""

from array import array

import numpy as np
import pytest
from sgft_ros.msg import SampleBatch
from sgft_ros.nodes.sample_credits import SampleCredits
from untrained import ACTION, OBSERVATION

LEARNER, BATCH = 7, 4


class Clock:
    """The time [s], moved by hand."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def credits_(clock):
    return SampleCredits(LEARNER, OBSERVATION, ACTION, credits=3, batches=16, batch_size=BATCH,
                         timeout=0.5, poll_period=0.05, clock=clock)


def answer(request, inserted=200, **changes):
    """Return the answer to a request; every reward is the request's id."""
    rows = request.batches * request.batch_size

    def numbers(count, value=0.0):
        return array('f', [value] * count)

    fields = {
        'learner': request.learner, 'id': request.id, 'stored': inserted, 'inserted': inserted,
        'shape': np.array(
            [request.batches, request.batch_size, OBSERVATION, ACTION], np.uint32),
        'observation': numbers(rows * OBSERVATION), 'action': numbers(rows * ACTION),
        'next_observation': numbers(rows * OBSERVATION),
        'reward': numbers(rows, float(request.id)), 'shaped_reward': numbers(rows),
        'next_value': numbers(rows), 'terminated': numbers(rows)}
    return SampleBatch(**(fields | changes))


def used(credits_):
    """Use up what is in hand; return the id of the request behind each minibatch."""
    ids = []
    while (batch := credits_.next()) is not None:
        assert batch['observation'].shape == (BATCH, OBSERVATION)
        assert batch['action'].shape == (BATCH, ACTION)
        ids.append(int(batch['reward'][0]))
    return ids


def test_asks_for_what_is_due_and_for_no_more(credits_):
    requests = credits_.requests(due=20)
    assert [request.batches for request in requests] == [16, 4]
    assert credits_.requests(due=20) == []
    for request in requests:
        assert credits_.answer(answer(request))
    assert credits_.requests(due=20) == []
    assert used(credits_) == [0] * 16 + [1] * 4


def test_one_far_behind_asks_for_no_more_than_its_credits_ahead(credits_):
    requests = credits_.requests(due=10_000)
    assert [request.batches for request in requests] == [16, 16, 16]
    credits_.answer(answer(requests[0]))
    for _ in range(15):
        credits_.next()
        assert credits_.requests(due=10_000) == []
    credits_.next()
    assert [request.batches for request in credits_.requests(due=10_000)] == [16]


def test_an_unanswered_request_is_sent_again_under_its_id(credits_, clock):
    first, = credits_.requests(due=5)
    clock.now += 0.49
    assert credits_.requests(due=5) == []
    clock.now += 0.02
    assert credits_.requests(due=5) == [first]
    assert credits_.answer(answer(first))
    assert not credits_.answer(answer(first))
    assert (credits_.in_hand, credits_.resent, credits_.ignored) == (5, 1, 1)


def test_answers_to_others_are_ignored(credits_):
    request, = credits_.requests(due=1)
    assert not credits_.answer(answer(request, learner=LEARNER + 1))
    assert not credits_.answer(answer(request, id=request.id + 1))
    assert credits_.in_hand == 0


def test_samples_that_waited_are_replaced_before_they_are_used(credits_, clock):
    request, = credits_.requests(due=4)
    credits_.answer(answer(request, inserted=100))
    assert credits_.requests(due=0) == []
    clock.now += 0.06
    poll, = credits_.requests(due=0)
    assert credits_.in_hand == 0
    credits_.answer(answer(poll, inserted=130, rewarded=7))
    assert (credits_.inserted, credits_.rewarded) == (130, 7)
    assert set(used(credits_)) == {poll.id}


def test_while_nothing_is_due_little_is_asked(credits_, clock):
    sent = []
    for _ in range(100):
        for request in credits_.requests(due=0):
            sent.append(request.batches)
            credits_.answer(answer(request))
        clock.now += 0.01
    assert len(sent) <= 20
    assert set(sent) == {1}


@pytest.mark.parametrize('changes, reason', [
    ({'shape': np.array([1, BATCH, OBSERVATION + 1, ACTION], np.uint32)}, 'expected shape'),
    ({'reward': array('f', [0.0])}, 'reward: expected 4 numbers, got 1'),
    ({'shaped_reward': array('f', [0.0, float('nan'), 0.0, 0.0])}, 'not all numbers are finite'),
])
def test_an_unusable_answer_is_refused_and_asked_again(credits_, clock, changes, reason):
    request, = credits_.requests(due=1)
    with pytest.raises(ValueError, match=reason):
        credits_.answer(answer(request, **changes))
    assert credits_.next() is None
    clock.now += 0.6
    assert credits_.requests(due=1) == [request]
