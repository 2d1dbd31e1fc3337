"""Simulated time that has not begun: whatever follows the node's clock waits for it."""

from sgft_ros.nodes.names import CLOCK


def time_problem(node) -> str:
    """Return why the clock of a node stands at its beginning, or an empty string."""
    if node.get_clock().now().nanoseconds:
        return ''
    publishes = node.count_publishers(CLOCK)
    return 'use_sim_time is true, but ' + (
        f'{CLOCK} has not begun' if publishes else f'nobody publishes {CLOCK}')
