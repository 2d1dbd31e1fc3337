"""Error of a launch file that cannot be loaded."""


class InvalidLaunchFileError(Exception):
    """Raised when a launch file is not one, or is of a kind that cannot be read."""
