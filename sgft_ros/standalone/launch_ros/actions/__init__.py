"""Actions on ROS nodes."""

from launch.unsupported import unsupported_names
from launch_ros.actions.node import Node
from launch_ros.actions.push_ros_namespace import PushROSNamespace
from launch_ros.actions.set_parameter import SetParameter
from launch_ros.actions.set_parameters_from_file import SetParametersFromFile
from launch_ros.actions.set_remap import SetRemap

PushRosNamespace = PushROSNamespace

__getattr__ = unsupported_names(__name__, {
    'ComposableNodeContainer': 'components are C++; start each node with Node',
    'LifecycleNode': 'lifecycle nodes are not supported; use Node',
    'LifecycleTransition': 'lifecycle nodes are not supported',
    'LoadComposableNodes': 'components are C++; start each node with Node',
    'RosTimer': 'use launch.actions.TimerAction, which runs on the steady clock',
    'ROSTimer': 'use launch.actions.TimerAction, which runs on the steady clock',
    'SetROSLogDir': "use SetEnvironmentVariable('ROS_LOG_DIR', ...)",
    'SetUseSimTime': 'it sets the clock of the launch itself, for RosTimer only; for the nodes '
                     "use SetParameter('use_sim_time', True)",
})

__all__ = [
    'Node',
    'PushROSNamespace',
    'PushRosNamespace',
    'SetParameter',
    'SetParametersFromFile',
    'SetRemap',
]
