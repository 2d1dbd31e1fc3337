"""
A subset of the ROS 2 Python API for machines without ROS 2.

This folder holds packages under their ROS names (rclpy, launch, tf2_ros, …); activate() makes
them importable. It knows nothing of the package that it lies in.
"""

import os
from pathlib import Path
import sys

FOLDER = str(Path(__file__).parent)
ANNOUNCED = 'ROS_STANDALONE_ANNOUNCED'  # child processes inherit it and keep quiet


def activate():
    """Put the packages on the module path, once, and say once that they are in use."""
    if FOLDER not in sys.path:
        sys.path.append(FOLDER)
    from rosidl_standalone import install
    install()
    if ANNOUNCED not in os.environ:
        os.environ[ANNOUNCED] = '1'
        print('[INFO] ROS 2 was not found; its standalone stand-in on Cyclone DDS is used.',
              file=sys.stderr)
