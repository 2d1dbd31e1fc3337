"""What may go wrong when a transform is looked up."""


class TransformException(Exception):
    """Base of all exceptions of tf2."""


class ConnectivityException(TransformException):
    """Raised when two frames are not part of the same tree."""


class LookupException(TransformException):
    """Raised when a frame is not known."""


class ExtrapolationException(TransformException):
    """Raised when the transform is not known for the time asked for."""


class InvalidArgumentException(TransformException):
    """Raised when an argument cannot be right, e.g. an empty frame id."""


class TimeoutException(TransformException):
    """Raised when a transform does not become available in time."""
