"""The joystick of a contract, fed from its topic."""

from time import monotonic

from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Joy
from sgft_ros.robot import RobotContract
from sgft_ros.robot.human import Joystick

# No press may be missed, and best effort can hear every driver.
EVERY_PRESS = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)


class JoystickInput:
    """Subscribe to the joystick of a contract; without one, nobody ever acts or presses."""

    def __init__(self, node, contract: RobotContract, qos: QoSProfile, on_press=lambda name: None):
        """Join the topic on `node`; `on_press(name)` is called once per press of a button."""
        self._logger = node.get_logger()
        self._on_press = on_press
        self._joystick = None
        if contract.human is not None:
            self._joystick = Joystick(contract.human, contract.action_size)
            node.create_subscription(Joy, contract.human.topic, self._take, qos)

    def action(self, now: float):
        """Return what the human wants at `now` [s, monotonic], or None while the policy acts."""
        return None if self._joystick is None else self._joystick.action(now)

    def _take(self, message):
        try:
            pressed = self._joystick.update(message.axes, message.buttons, monotonic())
        except ValueError as error:
            self._logger.error(f'joystick: {error}', throttle_duration_sec=5.0)
            return
        for name in pressed:
            self._on_press(name)
