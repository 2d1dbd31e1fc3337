"""Where the tool of an arm is, and how it moves with the joints, from the arm's URDF."""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import mujoco
import numpy as np
from sgft_ros.robot.contract import RobotContract


class ToolState(NamedTuple):
    """Pose and Jacobian of the tool in the base frame."""

    position: np.ndarray     # (3,) [m]
    orientation: np.ndarray  # quaternion (w, x, y, z)
    jacobian: np.ndarray     # (6, joints): linear [m/s], angular [rad/s] per velocity of a joint


class ArmKinematics:
    """Forward kinematics of some joints of a URDF; its other joints stay at 0."""

    def __init__(self, urdf: Path, joints: tuple[str, ...], base: str, tool: str):
        """
        Load the URDF; names are those of its joints and links.

        :raises ValueError: if MuJoCo cannot make a model of it; the message says why
        """
        self._model = mujoco.MjModel.from_xml_string(_skeleton(urdf))
        self._data = mujoco.MjData(self._model)
        found = [self._model.joint(name) for name in joints]
        self._positions = np.concatenate([joint.qposadr for joint in found])
        self._velocities = np.concatenate([joint.dofadr for joint in found])
        self._base, self._tool = self._body(base), self._body(tool)
        self._jacobian = np.zeros((6, self._model.nv))

    def tool(self, positions: np.ndarray) -> ToolState:
        """Return the state of the tool at joint positions (joints,) [rad, m]."""
        model, data = self._model, self._data
        data.qpos[self._positions] = positions
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        turn = data.xmat[self._base].reshape(3, 3).T
        position = turn @ (data.xpos[self._tool] - data.xpos[self._base])
        back, orientation = np.zeros(4), np.zeros(4)
        mujoco.mju_negQuat(back, data.xquat[self._base])
        mujoco.mju_mulQuat(orientation, back, data.xquat[self._tool])
        mujoco.mj_jacBody(model, data, self._jacobian[:3], self._jacobian[3:], self._tool)
        jacobian = self._jacobian[:, self._velocities]
        return ToolState(
            position, orientation, np.concatenate([turn @ jacobian[:3], turn @ jacobian[3:]]))

    def _body(self, link):
        """Return the number of a link; the first one of the URDF is the world."""
        number = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_BODY, link)
        return max(number, 0)


def make_arm(contract: RobotContract) -> ArmKinematics:
    """
    Return the arm whose joints a contract commands and whose tool its actions move.

    :raises ValueError: as :class:`ArmKinematics`
    """
    command, frames = contract.command, contract.frames
    return ArmKinematics(command.kinematics.urdf, command.joints, frames.base, frames.tool)


def _skeleton(urdf):
    """Return links and joints of a URDF: files of meshes, masses and plugins do not matter."""
    root = ElementTree.parse(urdf).getroot()
    bare = ElementTree.Element('robot', name='arm')
    compiler = {'fusestatic': 'false', 'boundmass': '1', 'boundinertia': '1'}
    ElementTree.SubElement(ElementTree.SubElement(bare, 'mujoco'), 'compiler', compiler)
    for link in root.findall('link'):
        ElementTree.SubElement(bare, 'link', name=link.get('name'))
    bare.extend(root.findall('joint'))
    return ElementTree.tostring(bare, encoding='unicode')
