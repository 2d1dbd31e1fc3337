"""The shipped contract of the simulated arm, changed to each kind of command."""

from robots import DELETED
from sgft_ros.robot.command import TYPES
from sgft_ros.simulation.arm import JOINTS
from sgft_ros.simulation.scenes.scene import urdf_path

TOOL_CHANGES = {'command.lead': {'linear': 0.02, 'angular': 0.1}}
JOINT_CHANGES = {
    'command.axes': DELETED, 'command.frame_id': DELETED, 'command.joints': list(JOINTS),
    'command.scale': 0.4, 'limits.linear_speed': DELETED, 'limits.angular_speed': DELETED,
    'limits.workspace': DELETED,
    'limits.joints': {'min': [-3.0] * 6, 'max': [3.0] * 6, 'speed': 0.5, 'max_age': 0.2}}
LEAD = {'command.lead': 0.1}  # [rad]


def changes(kind):
    """Return the changes (dotted key, value) that make it a contract of this kind."""
    change = {'command.kind': kind, 'command.type': TYPES[kind][0]}
    if kind == 'pose':
        change |= TOOL_CHANGES
    elif kind != 'twist':
        change |= JOINT_CHANGES | ({} if kind == 'joint_velocity' else LEAD)
    return change


def through_joints(kind):
    """Return those for a kind that is told about joints, while actions move the tool."""
    return changes(kind) | {
        'command.axes': ['linear.x', 'linear.y'], 'command.scale': 0.06,
        'command.urdf': str(urdf_path()), 'limits.joints.speed': 2.0,
        'limits.workspace': {'min': [-2.0] * 3, 'max': [2.0] * 3}}


def write_urdf(file, origin):
    """Write the simulated arm's URDF with another `origin` of its tool."""
    text, tool = urdf_path().read_text(), '<child link="peg_tip"/><origin xyz="0 0 0.07"/>'
    assert text.count(tool) == 1
    file.write_text(text.replace(tool, f'<child link="peg_tip"/><origin {origin}/>'))
