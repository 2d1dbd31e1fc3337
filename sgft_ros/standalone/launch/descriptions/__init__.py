"""Descriptions of what actions execute."""

from launch.descriptions.executable import Executable

__all__ = ['Executable']
