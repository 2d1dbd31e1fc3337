"""
From ROS messages to raw numbers, for live topics and bags alike.

Messages are only looked at, so that this needs no ROS: any object with the right fields will do.
"""

from collections.abc import Callable
from operator import attrgetter
import re

import numpy as np
from sgft_ros.robot.terms import JointStatesSource, Source, TopicSource, TransformSource

Extractor = Callable[[object], np.ndarray]


def stamp_seconds(stamp: object) -> float:
    """Return a builtin_interfaces/msg/Time in seconds; 0.0 means that nobody set it."""
    return stamp.sec + 1e-9 * stamp.nanosec


def stamp_nanoseconds(stamp: object) -> int:
    """Return the same in nanoseconds, which a float of today's seconds does not hold."""
    return stamp.sec * 10**9 + stamp.nanosec


def make_extractor(source: TopicSource | JointStatesSource | TransformSource) -> Extractor:
    """
    Return the function from a message of this source to its raw numbers, float64.

    A transform source reads a geometry_msgs/msg/Transform. The function raises ValueError if the
    message lacks a joint or an element.
    """
    if isinstance(source, TransformSource):
        return _transform_extractor(source)
    if isinstance(source, JointStatesSource):
        return _joint_extractor(source)
    return _field_extractor(source.fields)


def has_any_joint(source: Source, message: object) -> bool:
    """Return whether a JointState has a joint of this source; true of any other source."""
    return source.kind != 'joint_states' or not set(source.joints).isdisjoint(message.name)


def _transform_extractor(source: TransformSource) -> Extractor:
    def extract(transform):
        t, q = transform.translation, transform.rotation
        # q and -q are the same rotation; the policy must see one of them only.
        sign = -1.0 if q.w < 0.0 else 1.0
        values = {'x': t.x, 'y': t.y, 'z': t.z, 'qx': sign * q.x, 'qy': sign * q.y,
                  'qz': sign * q.z, 'qw': sign * q.w}
        return np.array([values[field] for field in source.fields])

    return extract


def _joint_extractor(source: JointStatesSource) -> Extractor:
    def extract(message):
        names, values = list(message.name), getattr(message, source.field)
        if len(values) != len(names):
            raise ValueError(f'{source.topic}: expected {len(names)} numbers in {source.field!r}, '
                             f'one per joint, got {len(values)}')
        try:
            return np.array([values[names.index(joint)] for joint in source.joints], np.float64)
        except ValueError:
            missing = [joint for joint in source.joints if joint not in names]
            raise ValueError(f'{source.topic}: no joint {missing[0]!r}; '
                             f'it has: {", ".join(names)}') from None

    return extract


def _field_extractor(fields: tuple[str, ...]) -> Extractor:
    getters = [make_getter(field) for field in fields]

    def extract(message):
        try:
            return np.array([float(getter(message)) for getter in getters])
        except (AttributeError, IndexError, TypeError, ValueError) as error:
            raise ValueError(f'{type(message).__name__}: cannot read the numbers '
                             f'{", ".join(fields)}: {error}') from None

    return extract


def make_getter(path: str) -> Callable[[object], object]:
    """Return a reader of a dotted path that may hold indices, as in `poses[0].position.x`."""
    steps = []
    for name, index in re.findall(r'([\w.]+)|\[(\d+)\]', path):
        steps.append(attrgetter(name.strip('.')) if name else _item_getter(int(index)))
    if len(steps) == 1:
        return steps[0]

    def read(message):
        for step in steps:
            message = step(message)
        return message

    return read


def _item_getter(index: int) -> Callable[[object], object]:
    return lambda sequence: sequence[index]
