"""
ROS 2 on Cyclone DDS, below the level of nodes: what an rmw implementation does for rclpy.

Payloads are bytes here, whatever their type: serialisation is the business of rosidl_standalone.
Names, types, USER_DATA, discovery messages and service headers are those of rmw_cyclonedds_cpp.
"""

from rmw_standalone.graph import Endpoint, Graph
from rmw_standalone.library import DDSError
from rmw_standalone.participant import Participant
from rmw_standalone.waitset import Guard, WaitSet

__all__ = ['DDSError', 'Endpoint', 'Graph', 'Guard', 'Participant', 'WaitSet']
