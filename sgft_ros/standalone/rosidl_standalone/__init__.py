"""
Message classes without ROS 2's code generator, made from the definitions when first imported.

``install()`` makes ``from sensor_msgs.msg import JointState`` work; ``typesupport`` names,
hashes and serialises the classes.
"""

from rosidl_standalone.finder import install

__all__ = ['install']
