"""Along which axes the numbers of an observation tell where the tool is, as tf has them."""

from collections.abc import Callable

from geometry_msgs.msg import TransformStamped
import numpy as np
from sgft_ros.learning.calibration import Calibration
from sgft_ros.robot import axes_of_tool, RobotContract, rotation, slope_of_frame
from tf2_ros import TransformException


class ToolAxes:
    """
    Has a calibration correct every number along the axes that it is told in.

    What is seen in the frame of a tool that points down changes the other way than what is seen in
    the base's, and the frame of a box turns with it.
    """

    def __init__(self, contract: RobotContract, lookup: Callable[[str, str], TransformStamped]):
        """`lookup` returns the transform to a target frame from a source frame, as tf2's do."""
        self._contract, self._lookup = contract, lookup
        self._own, self._others = axes_of_tool(contract)

    def turn(self, calibration: Calibration) -> None:
        """Have it correct along the axes of now; where tf does not tell them, of last time."""
        if not self._others:
            return
        try:
            rotations = {frame: self._rotation(frame) for frame in self._others}
        except TransformException:
            return
        calibration.turn(slope_of_frame(
            self._contract, self._contract.frames.tool, rotations))

    def _rotation(self, frame):
        turned = self._lookup(frame, self._own).transform.rotation
        return rotation.matrix(np.array([turned.w, turned.x, turned.y, turned.z]))
