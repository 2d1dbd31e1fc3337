"""The interlocks of a contract, fed from their topics."""

from time import monotonic

from rosidl_runtime_py.utilities import get_message
from sgft_ros.nodes import qos
from sgft_ros.nodes.sensors import NEWEST
from sgft_ros.robot import RobotContract
from sgft_ros.robot.interlocks import InterlockState


class Interlocks:
    """Subscribe to every interlock of a contract."""

    def __init__(self, node, contract: RobotContract, on_change=lambda: None):
        """Join the topics on `node`; `on_change()` is called after each message."""
        self._logger = node.get_logger()
        self._state = InterlockState(contract.interlocks)
        self._on_change = on_change
        for lock in contract.interlocks:
            node.create_subscription(
                get_message(lock.type), lock.topic, self._reader(lock.name),
                qos.LATEST if lock.latched else NEWEST)

    def problems(self) -> tuple[str, ...]:
        """Return a sentence for each interlock that does not let the robot be moved."""
        return self._state.problems(monotonic())

    def _reader(self, name):
        def read(message):
            try:
                self._state.update(name, message, monotonic())
            except ValueError as error:
                self._logger.error(f'interlock {name}: {error}', throttle_duration_sec=5.0)
            self._on_change()

        return read
