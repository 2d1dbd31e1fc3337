"""Descriptions of parameters of ROS nodes."""

from launch.unsupported import unsupported_names
from launch_ros.parameter_descriptions import Parameter, ParameterFile, ParameterValue

__getattr__ = unsupported_names(__name__, {
    'ComposableNode': 'components are C++; start each node with launch_ros.actions.Node',
    'ComposableLifecycleNode': 'components are C++',
})

__all__ = ['Parameter', 'ParameterFile', 'ParameterValue']
