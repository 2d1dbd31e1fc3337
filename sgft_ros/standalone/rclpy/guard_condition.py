"""Wake an executor from any thread."""

from rclpy._rclpy_pybind11 import InvalidHandle


class GuardCondition:
    """A callback that the executor runs once for one or more triggers."""

    def __init__(self, callback, callback_group, context, wake):
        """Call Node.create_guard_condition instead."""
        self.callback = callback
        self.callback_group = callback_group
        self.context = context
        self.destroyed = False
        self._wake = wake
        self._triggered = False

    def trigger(self):
        """Have the callback run; may be called from any thread."""
        if self.destroyed:
            raise InvalidHandle('the guard condition was destroyed')
        self._triggered = True
        self._wake()

    def destroy(self):
        """Make it inert; call Node.destroy_guard_condition instead."""
        self.destroyed = True

    def _is_ready(self):
        return self._triggered and not self.destroyed

    def _work(self):
        if not self._is_ready():
            return None
        self._triggered = False
        return self.callback, ()
