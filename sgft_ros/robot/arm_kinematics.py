"""Where the tool of an arm is, and how it moves with the joints, from the arm's URDF."""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import mujoco
import numpy as np
from sgft_ros.robot import rotation
from sgft_ros.robot.urdf import chain_of, MOVABLE
from sgft_ros.robot.yaml_section import ContractError


class ToolState(NamedTuple):
    """Pose and Jacobian of the tool in the base frame."""

    position: np.ndarray     # (3,) [m]
    orientation: np.ndarray  # quaternion (w, x, y, z)
    jacobian: np.ndarray     # (6, joints): linear [m/s], angular [rad/s] per velocity of a joint

    def way_to(self, position: np.ndarray, orientation: np.ndarray) -> np.ndarray:
        """Return the way (6,) [m, rad] to a position (3,) and a quaternion (4,)."""
        return np.concatenate([
            position - self.position, rotation.difference(orientation, self.orientation)])


class ArmKinematics:
    """Forward kinematics of the joints between two links of a URDF."""

    def __init__(self, urdf: Path, joints: tuple[str, ...], base: str, tool: str):
        """
        Load the URDF; names are those of its joints and links.

        :raises ContractError: if no model can be made of it; the message names the file
        """
        try:
            self._model = mujoco.MjModel.from_xml_string(_bare(chain_of(urdf, base, tool), base))
            found = [self._model.joint(name) for name in joints]
        except (KeyError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise ContractError(f'{urdf}: no arm can be made of it: {reason}') from None
        self._data = mujoco.MjData(self._model)
        self._positions = np.concatenate([joint.qposadr for joint in found])
        self._velocities = np.concatenate([joint.dofadr for joint in found])
        self._tool = self._model.body(tool).id
        self._qpos = self._data.qpos  # views: what MuJoCo computes is seen in them
        self._xpos, self._xquat = self._data.xpos[self._tool], self._data.xquat[self._tool]
        self._jacobian = np.zeros((6, self._model.nv))

    def position(self, positions: np.ndarray) -> np.ndarray:
        """Return the position (3,) [m] of the tool at joint positions (joints,) [rad, m]."""
        self._qpos[self._positions] = positions
        mujoco.mj_kinematics(self._model, self._data)
        return self._xpos.copy()

    def tool(self, positions: np.ndarray) -> ToolState:
        """Return the state of the tool at joint positions (joints,) [rad, m]."""
        model, data, position = self._model, self._data, self.position(positions)
        mujoco.mj_comPos(model, data)
        mujoco.mj_jacBody(model, data, self._jacobian[:3], self._jacobian[3:], self._tool)
        return ToolState(position, self._xquat.copy(),
                         self._jacobian[:, self._velocities])


def _bare(chain, base):
    """Return a URDF of a chain alone; its base is the world. Meshes and masses do not matter."""
    robot = ElementTree.Element('robot', name='arm')
    compiler = {'fusestatic': 'false', 'boundmass': '1', 'boundinertia': '1'}
    ElementTree.SubElement(ElementTree.SubElement(robot, 'mujoco'), 'compiler', compiler)
    ElementTree.SubElement(robot, 'link', name=base)
    for parent, each in zip([base, *(each.child for each in chain)], chain):
        ElementTree.SubElement(robot, 'link', name=each.child)
        # Limits are those of the contract: without any, a joint that turns is a continuous one.
        kind = 'fixed' if each.type not in MOVABLE else (
            'prismatic' if each.type == 'prismatic' else 'continuous')
        joint = ElementTree.SubElement(robot, 'joint', name=each.name, type=kind)
        ElementTree.SubElement(joint, 'parent', link=parent)
        ElementTree.SubElement(joint, 'child', link=each.child)
        ElementTree.SubElement(joint, 'origin', each.origin)
        ElementTree.SubElement(joint, 'axis', xyz=each.axis)
    return ElementTree.tostring(robot, encoding='unicode')
