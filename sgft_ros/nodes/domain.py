"""Whether ROS_DOMAIN_ID is one in which nodes can meet."""

import os

HIGHEST_DOMAIN = 232  # whose ports still exist


def domain_id() -> int:
    """Return ROS_DOMAIN_ID, 0 without it; raise ValueError where no node would start in it."""
    text = os.environ.get('ROS_DOMAIN_ID', '') or '0'
    if not text.isdecimal() or int(text) > HIGHEST_DOMAIN:
        raise ValueError(
            f'ROS_DOMAIN_ID: expected a number from 0 to {HIGHEST_DOMAIN}, got {text!r}')
    return int(text)
