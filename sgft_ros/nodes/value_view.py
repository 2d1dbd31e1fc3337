"""The part of value_shaping that people see: the path of the tip and the field of V_sim."""

import numpy as np
from rclpy.clock import Clock, ClockType
from sgft_ros.nodes import qos, value_markers
from visualization_msgs.msg import MarkerArray

PERIOD = 0.25  # [s] between two pictures of a growing path


class ValueView:
    """Draw the current episode of every robot, and V_sim around the origin of the frame."""

    def __init__(self, node, settings, potential):
        """Create the publishers; raise ValueError where the elements do not fit V_sim."""
        elements = settings.position_elements
        size = potential.observation_size
        if len(elements) not in (2, 3) or max(elements) >= size:
            raise ValueError("parameter 'position_elements': expected 2 or 3 elements below "
                             f'{size}, got {list(elements)}')
        self._settings = settings
        self._elements = list(elements)
        self._potential = potential
        self._episodes = {}  # robot -> (session, episode)
        self._paths = {}  # robot -> list of (position [m], shaped reward)
        self._changed = set()
        self._field_of = None
        self._trajectory = node.create_publisher(MarkerArray, 'trajectory', qos.MARKERS)
        self._field = node.create_publisher(MarkerArray, 'value_field', qos.MARKERS)
        self._timer = node.create_timer(
            PERIOD, self._publish, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def add(self, transition, shaped_reward):
        """Add a step; the first one of an episode begins a new path and a new field."""
        robot, episode = transition.robot, (transition.session, transition.episode)
        if self._episodes.get(robot) != episode:
            self._episodes[robot] = episode
            self._paths[robot] = []
            self._field_of = np.array(transition.observation, np.float32)
        position = self._position(np.asarray(transition.observation))
        self._paths[robot].append((position, shaped_reward))
        self._changed.add(robot)

    def _position(self, observation):
        """Return x, y, z (3,) [m]; a task on a table observes no z."""
        position = np.zeros(3)
        position[:len(self._elements)] = observation[self._elements]
        return position / self._settings.position_scale

    def _publish(self):
        for robot in self._changed:
            positions, rewards = zip(*self._paths[robot])
            self._trajectory.publish(value_markers.trajectory(
                self._settings.marker_frame, robot, positions, np.array(rewards)))
        self._changed.clear()
        if self._field_of is not None:
            self._field.publish(self._value_field(self._field_of))
            self._field_of = None

    def _value_field(self, observation):
        """Vary x and y of one observation over the grid, everything else as observed."""
        settings = self._settings
        x, y = value_markers.grid(settings.field_extent, settings.field_resolution)
        observations = np.tile(observation, (len(x), 1))
        observations[:, self._elements[0]] = x * settings.position_scale
        observations[:, self._elements[1]] = y * settings.position_scale
        values, _ = self._potential.value(observations)
        height = self._position(observation)[2]
        spacing = 2.0 * settings.field_extent / (settings.field_resolution - 1)
        return value_markers.value_field(
            settings.marker_frame, x, y, height, values, spacing)
