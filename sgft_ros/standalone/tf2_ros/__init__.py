"""Transforms between frames over time: the part of ROS 2's tf2_ros that is used here."""

from tf2_ros.buffer import Buffer
from tf2_ros.exceptions import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
    TimeoutException,
    TransformException,
)
from tf2_ros.static_transform_broadcaster import StaticTransformBroadcaster
from tf2_ros.transform_broadcaster import TransformBroadcaster
from tf2_ros.transform_listener import TransformListener

__all__ = [
    'Buffer',
    'ConnectivityException',
    'ExtrapolationException',
    'InvalidArgumentException',
    'LookupException',
    'StaticTransformBroadcaster',
    'TimeoutException',
    'TransformBroadcaster',
    'TransformException',
    'TransformListener',
]

UNSUPPORTED = ('BufferClient', 'BufferInterface', 'BufferServer', 'TransformRegistration',
               'TypeException', 'NotImplementedException', 'convert')


def __getattr__(name):
    if name in UNSUPPORTED:
        raise NotImplementedError(
            f'tf2_ros.{name} is not supported without ROS 2; supported are: {", ".join(__all__)}')
    raise AttributeError(f"module 'tf2_ros' has no attribute '{name}'")
