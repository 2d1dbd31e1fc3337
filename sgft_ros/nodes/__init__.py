"""ROS 2 nodes: thin adapters that join learning, robot, tasks and simulation to topics."""

import os
import signal
import sys


def _interrupted(number, frame):
    """End a node in peace that has not begun; there is nothing to save."""
    if not hasattr(sys.modules['__main__'], 'main'):
        os._exit(0)
    raise KeyboardInterrupt


# So Python calls a program while it looks for its module, `python -m sgft_ros.nodes.policy`: what
# follows are seconds of imports, in which a launch may end that it belongs to.
if sys.argv[:1] == ['-m']:
    signal.signal(signal.SIGINT, _interrupted)
