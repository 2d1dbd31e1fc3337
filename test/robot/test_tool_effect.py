"""How observations change with the tool is told as they are assembled."""

from dataclasses import replace

import numpy as np
import pytest
from sgft_ros.robot import (
    axes_of_tool,
    effect_of_tool,
    load_robot_contract,
    ObservationAssembler,
    rotation,
    slope_of_frame,
)

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


def seen(contract, poses):
    """Return raw terms of frames with a place [m] and an orientation each."""
    raw = {term.name: np.zeros(term.size) for term in contract.observation}
    for term in contract.observation:
        if term.source.kind == 'transform':
            target, turned = poses[term.source.target_frame]
            place, _ = poses[term.source.source_frame]
            x, y, z = rotation.rotate(rotation.inverse(turned), place - target)
            raw[term.name] = np.array([{'x': x, 'y': y, 'z': z}.get(field, 0.0)
                                       for field in term.source.fields])
    return raw


@pytest.mark.parametrize('robot, others', [
    ('simulated_arm', ()), ('simulated_striker', ('peg_tip',)), ('simulated_pusher', ('box',)),
    ('fr3_crisp', ('fr3_hand_tcp',))])
def test_the_effect_is_the_slope_of_the_observation_however_the_frames_are_turned(robot, others):
    contract = load_robot_contract(robot)
    own, found = axes_of_tool(contract)
    assert (own, found) == (contract.frames.object, others)
    rng = np.random.default_rng(0)
    frames = {name for term in contract.observation if term.source.kind == 'transform'
              for name in (term.source.target_frame, term.source.source_frame)}
    poses = {name: (0.01 * rng.standard_normal(3), rotation.from_vector(rng.standard_normal(3)))
             for name in sorted(frames)}
    rotations = {name: rotation.matrix(rotation.multiply(
        rotation.inverse(poses[name][1]), poses[own][1])) for name in others}
    slope = slope_of_frame(contract, contract.frames.tool, rotations)
    assembler = ObservationAssembler(contract)
    place, turned = poses[contract.frames.tool]
    before = assembler.assemble(seen(contract, poses))
    for axis in range(3):
        step = rotation.rotate(poses[own][1], STEP * np.eye(3)[axis])
        after = assembler.assemble(seen(contract, poses | {
            contract.frames.tool: (place + step, turned)}))
        np.testing.assert_allclose(slope[:, axis], (after - before) / STEP, atol=5e-3)
