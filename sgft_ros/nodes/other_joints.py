"""Joint states of several drivers on one topic, as of an arm and of its gripper."""

from time import monotonic

from sensor_msgs.msg import JointState
from sgft_ros.robot.messages import has_any_joint
from sgft_ros.robot.terms import Source

PATIENCE = 5.0  # [s] without a wanted joint, after which others look like a mistake in the names


class OtherJoints:
    """Tell the messages of another driver from those that the wanted joints are missing in."""

    def __init__(self, source: Source):
        """Begin with patience; a source that is none of joints never needs it."""
        self._source, self._heard = source, monotonic()

    def are_all(self, message: JointState) -> bool:
        """Return whether a message has other joints alone, while the wanted ones come as well."""
        if has_any_joint(self._source, message):
            self._heard = monotonic()
            return False
        return monotonic() - self._heard < PATIENCE
