"""How observations change with the tool is told as they are assembled."""

from dataclasses import replace

import numpy as np
import pytest
from sgft_ros.robot import effect_of_tool, load_robot_contract, ObservationAssembler

STEP = 0.001  # [m]


def places(contract, tool):
    """Return raw terms with the tool at a place [m] and all other frames at the origin."""
    raw = {}
    for term in contract.observation:
        values = np.zeros(term.size)
        if term.source.kind == 'transform':
            source = term.source
            sign = (source.source_frame == 'peg_tip') - (source.target_frame == 'peg_tip')
            values = np.array([sign * tool['xyz'.index(field)] if field in 'xyz' else 0.0
                               for field in source.fields])
        raw[term.name] = values
    return raw


@pytest.mark.parametrize('robot', ['simulated_arm', 'simulated_hammer', 'simulated_pusher',
                                   'simulated_soft_pusher', 'simulated_striker', 'ur5e_velocity'])
def test_the_effect_is_the_slope_of_the_observation(robot):
    contract = load_robot_contract(robot)
    assembler, effect = ObservationAssembler(contract), effect_of_tool(contract).slope
    assert effect.shape == (contract.observation_size, 3) and effect.any()
    at_origin = assembler.assemble(places(contract, np.zeros(3)))
    for axis, step in enumerate(STEP * np.eye(3)):
        change = assembler.assemble(places(contract, step)) - at_origin
        np.testing.assert_allclose(effect[:, axis], change / STEP, rtol=1e-4, atol=1e-6)


def test_forces_actions_and_objects_do_not_move_with_the_tool():
    effect = effect_of_tool(load_robot_contract('simulated_hammer')).slope
    assert effect[:3].tolist() == [[20, 0, 0], [0, 20, 0], [0, 0, 20]]  # tip_position
    assert not effect[3:].any()  # nail_height, last_action


@pytest.mark.parametrize('robot, places', [
    ('simulated_arm', [0, 1, 2]), ('simulated_pusher', [0, 1]), ('simulated_striker', [0, 1])])
def test_places_are_those_in_one_frame_that_does_not_turn_with_the_tool(robot, places):
    contract = load_robot_contract(robot)
    effect = effect_of_tool(contract)
    assert effect.places.tolist() == places
    clips = [term.clip for term in contract.observation for _ in term.names]
    for low, high, clip in zip(effect.low, effect.high, clips, strict=True):
        assert (low, high) == (clip or (-np.inf, np.inf))


def test_what_the_tool_sees_of_others_is_no_place_of_the_tool_wherever_it_stands():
    contract = load_robot_contract('simulated_striker')
    terms = {term.name: term for term in contract.observation}
    names = ['puck_in_tip', 'tip_position']
    effect = effect_of_tool(replace(contract, observation=tuple(terms[name] for name in names)))
    assert effect.places.tolist() == [2, 3]
    assert effect.slope[:2].tolist() == [[-30, 0, 0], [0, -30, 0]]
