"""
Simulation-guided fine-tuning of robot policies (SGFT, arXiv 2502.02705) for ROS 2.

Where rclpy is installed the package uses it. Where it is not, a faithful subset of the ROS 2
Python API in ``sgft_ros/standalone`` takes its place, on Cyclone DDS and with ROS 2's wire
protocol.
"""

from importlib.util import find_spec

if find_spec('rclpy') is None:
    from sgft_ros.standalone import activate

    activate()
