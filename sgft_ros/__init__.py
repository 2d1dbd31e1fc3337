"""
Simulation-guided fine-tuning of robot policies (SGFT, arXiv 2502.02705) for ROS 2.

Where rclpy is installed the package uses it. Where it is not, a faithful subset of the ROS 2
Python API in ``sgft_ros/standalone`` takes its place, on Cyclone DDS and with ROS 2's wire
protocol.
"""

from importlib.util import find_spec
import os
import signal
import sys


def _interrupted(number, frame):
    """End a program in peace that has not begun; there is nothing to save."""
    if not hasattr(sys.modules['__main__'], 'main'):
        os._exit(0)
    raise KeyboardInterrupt


# So Python calls a program while it looks for its module, `python -m sgft_ros.nodes.policy`: what
# follows are seconds of imports, in which a launch may end that it belongs to.
if sys.argv[:1] == ['-m']:
    signal.signal(signal.SIGINT, _interrupted)

if find_spec('rclpy') is None:
    from sgft_ros.standalone import activate

    activate()
