"""Substitutions on packages."""

from launch.unsupported import unsupported_names
from launch_ros.substitutions.executable_in_package import ExecutableInPackage
from launch_ros.substitutions.find_package import FindPackagePrefix, FindPackageShare

FindPackage = FindPackagePrefix

__getattr__ = unsupported_names(__name__, {
    'Parameter': 'use launch.substitutions.LaunchConfiguration',
})

__all__ = ['ExecutableInPackage', 'FindPackage', 'FindPackagePrefix', 'FindPackageShare']
