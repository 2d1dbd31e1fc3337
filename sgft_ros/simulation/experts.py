"""Scripted controllers that know what the policy cannot see; they find the reward."""

import numpy as np
from sgft_ros.simulation.environment import Environment
from sgft_ros.simulation.scenes.hammer import NAIL
from sgft_ros.simulation.scenes.puck_push import PUCK
from sgft_ros.simulation.scenes.push import BOX, HALF
from sgft_ros.simulation.scenes.soft_push import SKIN
from sgft_ros.tasks.soft_push import CORNERS
from sgft_ros.tasks.soft_push import HALF as HALF_BLOCK

PEG_RADIUS = 0.006  # [m]
SWING = 0.03         # of the tip above the nail, from where a blow begins [m]
BLOW = 0.5           # [m/s]
STRIKE = 0.84        # speed of the tip over that which the puck gets
GRAVITY = 9.81      # [m/s^2]
CLEAR = 0.055       # from the centre of the box, where the peg touches none of its corners [m]


def peg_insert(environment: Environment) -> np.ndarray:
    """Return the action (3,) that moves above the true hole, then in."""
    cell = environment.cell
    position = cell.arm.tip_position - cell.origin
    error = -np.asarray(cell.physics.bias[:2]) - position[:2]
    above = np.linalg.norm(error) < 0.002 or position[2] < -0.001
    down = -0.05 if above else np.clip((0.004 - position[2]) * 6.0, -0.06, 0.06)
    velocity = np.append(np.clip(8.0 * error, -0.06, 0.06), down)
    return environment.action_for(velocity)


def hammer(environment: Environment) -> np.ndarray:
    """Return the action (3,) that goes on with a blow or a swing, above the true nail."""
    cell = environment.cell
    head, _ = cell.arm.body_pose(NAIL)
    tip = cell.arm.tip_position
    falling = environment.executed_action[2] < 0.0
    aside, above = (head - tip)[:2], tip[2] - head[2]
    down = above > 0.002 if falling else above > SWING and np.linalg.norm(aside) < 0.004
    velocity = np.append(np.clip(8.0 * aside, -0.2, 0.2), -BLOW if down else BLOW)
    return environment.action_for(velocity)


def push(environment: Environment) -> np.ndarray:
    """Return the action (2,) that goes behind the box, and pushes where it also turns right."""
    cell = environment.cell
    position, quaternion = cell.arm.body_pose(BOX)
    box, tip = (position - cell.origin)[:2], (cell.arm.tip_position - cell.origin)[:2]
    yaw = 2.0 * np.arctan2(quaternion[3], quaternion[0])
    distance = np.linalg.norm(box)
    forward = -box / max(distance, 1e-6)
    left = np.array([-forward[1], forward[0]])
    # A push to the right of the centre turns the box to the left.
    offset = np.clip(0.08 * yaw, -0.02, 0.02)
    contact = box - (HALF + PEG_RADIUS) * forward + offset * left
    away = tip - box
    behind = away @ forward < -HALF and abs(away @ left - offset) < 0.012
    if behind:
        target = tip + 0.06 * forward + 3.0 * ((contact - tip) @ left) * left
        velocity = 2.0 * (target - tip) * np.clip(distance / 0.03, 0.3, 1.0)
    elif away @ forward > -0.5 * HALF and np.linalg.norm(away) < CLEAR:
        velocity = 2.0 * away  # back off before going around
    else:
        way_around = _around(away, -forward)
        if way_around is not None:
            target = box + 1.05 * CLEAR * way_around
        else:
            target = box - (HALF + 0.02) * forward + offset * left
        velocity = 5.0 * (target - tip)
    velocity = _turned(velocity, -cell.physics.rotation)
    velocity *= min(1.0, 0.08 / max(np.linalg.norm(velocity), 1e-9))
    return environment.action_for(velocity)


def puck_push(environment: Environment) -> np.ndarray:
    """Return the action (2,) that lines up behind the puck, and strikes as hard as it must."""
    cell = environment.cell
    position, _ = cell.arm.body_pose(PUCK)
    puck, tip = (position - cell.origin)[:2], (cell.arm.tip_position - cell.origin)[:2]
    distance = np.linalg.norm(puck)
    forward = -puck / max(distance, 1e-6)
    left = np.array([-forward[1], forward[0]])
    # Friction uses up half the square of this speed on the way to the goal.
    needed = np.sqrt(2.0 * cell.physics.friction * GRAVITY * distance)
    away = puck - tip
    aside = away @ left
    if cell.arm.body_velocity(PUCK)[:2] @ forward > 0.95 * needed or away @ forward > 0.1:
        velocity = np.zeros(2)  # it is on its way
    elif abs(aside) > 0.002 and away @ forward > 0.035:
        velocity = 8.0 * (away - 0.05 * forward)
    else:
        velocity = STRIKE * needed * forward + 12.0 * aside * left
    return environment.action_for(velocity / cell.physics.gain)


def soft_push(environment: Environment) -> np.ndarray:
    """Return the action (2,) that goes behind the block, and pushes where it also turns right."""
    cell = environment.cell
    corners = np.array([cell.arm.body_pose(name)[0] - cell.origin for name in CORNERS])[:, :2]
    centre, goals = corners.mean(0), np.array(list(CORNERS.values()))
    (x, y), (u, v) = goals.T, (corners - centre).T
    yaw = np.arctan2(x @ v - y @ u, x @ u + y @ v)  # of the square that fits the corners best
    tip = _turned((cell.arm.tip_position - cell.origin)[:2] - centre, -yaw)
    way = _turned(-centre, -yaw)
    # In the axes of the block, the face to push is the one at the tip if that is on the far side
    # from the goal, or else the one that looks away from the goal.
    forward = -_axis(tip)
    if way @ forward < 0.5 * np.linalg.norm(way):
        forward = _axis(way)
    left = np.array([-forward[1], forward[0]])
    side = HALF_BLOCK + SKIN + PEG_RADIUS
    # A push on the left turns the block to the right. On its way it shall face the goal a little.
    wanted = yaw + np.arctan2(way @ left, way @ forward) if np.linalg.norm(way) > 0.03 else 0.0
    aside = tip @ left - np.clip(0.1 * (yaw - np.clip(wanted, -0.3, 0.3)), -0.02, 0.02)
    if tip @ forward < -0.3 * side and abs(aside) < 0.02:
        velocity = 0.08 * forward - 5.0 * aside * left
    elif np.abs(tip).max() < side and tip @ forward > -side:
        velocity = 2.0 * tip  # back off before going around
    else:
        way_around = _around(tip, -forward)
        if way_around is not None:
            target = 1.6 * side * way_around
        else:
            target = tip - aside * left - (tip @ forward + 1.4 * side) * forward
        velocity = 5.0 * (target - tip)
    velocity = _turned(velocity, yaw - cell.physics.rotation)
    velocity *= min(1.0, 0.08 / max(np.linalg.norm(velocity), 1e-9)) / cell.physics.gain
    return environment.action_for(velocity)


def _axis(vector):
    """Return the axis that a vector points along most."""
    return np.where(np.arange(2) == np.argmax(np.abs(vector)), np.sign(vector), 0.0)


def _around(tip: np.ndarray, behind: np.ndarray) -> np.ndarray | None:
    """
    Return the direction (2,) in which to go around the object, seen from its centre.

    `tip` and `behind` (2,) say where the tip is and where it has to get; None where it is near.
    """
    angle, wanted = (np.arctan2(*vector[::-1]) for vector in (tip, behind))
    turn = (wanted - angle + np.pi) % (2 * np.pi) - np.pi
    if abs(turn) <= 0.6:
        return None
    angle += np.clip(turn, -0.5, 0.5)
    return np.array([np.cos(angle), np.sin(angle)])


def _turned(vector, angle):
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]]) @ vector


EXPERTS = {
    'hammer': hammer, 'peg_insert': peg_insert, 'puck_push': puck_push, 'push': push,
    'soft_push': soft_push}
