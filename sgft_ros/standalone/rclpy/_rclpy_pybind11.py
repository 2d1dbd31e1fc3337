"""The errors that rclpy's C++ part raises, under the name that ROS 2 has for it."""


class RCLError(RuntimeError):
    """An operation of the client library failed."""


class RCLInvalidROSArgsError(RCLError):
    """An argument after --ros-args cannot be parsed."""


class UnknownROSArgsError(RuntimeError):
    """There are arguments after --ros-args that mean nothing."""


class NodeNameNonExistentError(RCLError):
    """No node of that name is in the graph."""


class UnsupportedEventTypeError(RCLError):
    """The DDS layer cannot tell of such an event."""


class InvalidHandle(RuntimeError):
    """A destroyed object was used."""
