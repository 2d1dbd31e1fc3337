"""Seen transitions are exactly those that were added, in whatever order."""

import json

from hypothesis import given, strategies
from sgft_ros.nodes.deduplicate import SeenTransitions

KEYS = strategies.tuples(
    strategies.sampled_from(['', 'left']), strategies.sampled_from([7, 2**64 - 1]),
    strategies.integers(0, 12))


@given(strategies.lists(KEYS))
def test_it_behaves_as_a_set(keys):
    seen, model = SeenTransitions(), set()
    for key in keys:
        assert seen.add(key) == (key not in model)
        model.add(key)
        assert len(seen) == len(model)
    for sequence in range(-1, 14):
        for robot, session in (('', 7), ('left', 7), ('', 2**64 - 1), ('right', 7)):
            key = robot, session, sequence
            assert (key in seen) == (key in model)


@given(strategies.lists(KEYS), strategies.lists(KEYS))
def test_json_brings_all_keys_back(keys, others):
    first, second = SeenTransitions(), SeenTransitions()
    for key in keys:
        first.add(key)
    for key in others:
        second.add(key)
    second.update_from_json(json.loads(json.dumps(first.to_json())))
    assert len(second) == len(set(keys) | set(others))
    assert all(key in second for key in keys)


def test_a_complete_session_takes_one_interval():
    seen = SeenTransitions()
    for sequence in [*range(0, 100, 2), *range(99, 0, -2)]:
        assert seen.add(('', 1, sequence))
    assert seen.to_json() == [['', 1, [[0, 99]]]]
