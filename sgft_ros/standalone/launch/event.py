"""Something that happened while a system runs."""


class Event:
    """Base of all events."""

    name = 'launch.Event'
