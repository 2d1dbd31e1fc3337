"""Nodes."""

import threading

from rcl_interfaces.msg import ParameterEvent
from rclpy import _arguments
from rclpy._node_entities import NodeEntities
from rclpy._node_graph import NodeGraph
from rclpy._node_names import NodeNames
from rclpy._node_parameters import NodeParameters
from rclpy._parameter_yaml import matches, merged
from rclpy._rclpy_pybind11 import NodeNameNonExistentError, UnknownROSArgsError
from rclpy._rosout import Rosout
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import ROSClock
from rclpy.exceptions import NotInitializedException
from rclpy.logging import get_logger
from rclpy.parameter import Parameter
from rclpy.parameter_service import ParameterService
from rclpy.qos import qos_profile_parameter_events, qos_profile_rosout_default
from rclpy.time_source import TimeSource
from rclpy.utilities import get_default_context

__all__ = ['Node', 'NodeNameNonExistentError']


class Node(NodeNames, NodeParameters, NodeEntities, NodeGraph):
    """A name in the graph with parameters, publishers, subscriptions, services and timers."""

    def __init__(
        self, node_name, *, context=None, cli_args=None, namespace=None,
        use_global_arguments=True, enable_rosout=True,
        rosout_qos_profile=qos_profile_rosout_default, start_parameter_services=True,
        parameter_overrides=None, allow_undeclared_parameters=False,
        automatically_declare_parameters_from_overrides=False, enable_logger_service=False,
    ):
        """
        Join the graph.

        :param cli_args: arguments for this node alone, which go before those given to `init`
        :param parameter_overrides: Parameters that go before those of all arguments
        :raises NotInitializedException: before `init` and after `shutdown`
        """
        if enable_logger_service:
            raise NotImplementedError('enable_logger_service is not supported without ROS 2')
        self._context = get_default_context() if context is None else context
        if not self._context.ok():
            raise NotInitializedException('cannot create node')
        local = _arguments.parse(cli_args or [])
        if local.unknown:
            raise UnknownROSArgsError(f'Found unknown ROS arguments: {local.unknown}')
        shared = self._context.arguments if use_global_arguments else _arguments.Arguments()
        self._init_names(node_name, namespace, local.remaps + shared.remaps)
        self._lock = threading.RLock()
        self._executor = None
        self._destroyed = False
        self._rosout = None
        self._logger = get_logger(
            self.get_fully_qualified_name().lstrip('/').replace('/', '.'))
        self._clock = ROSClock()
        self._default_callback_group = MutuallyExclusiveCallbackGroup()
        self._init_entities()
        self._context.participant  # noqa: B018  it joins the domain
        self._context.track_node(self)
        if enable_rosout and shared.rosout:
            self._rosout = Rosout(self, rosout_qos_profile)
        overrides = self._overrides([*merged(shared.parameters), *merged(local.parameters)])
        overrides.update({parameter.name: parameter for parameter in parameter_overrides or ()})
        self._init_parameters(overrides, allow_undeclared_parameters)
        self._parameter_event_publisher = self.create_publisher(
            ParameterEvent, '/parameter_events', qos_profile_parameter_events)
        if automatically_declare_parameters_from_overrides:
            for parameter in overrides.values():
                self.declare_parameters('', [(parameter.name, parameter.value)])
        self._time_source = TimeSource(node=self)
        if start_parameter_services:
            self._parameter_service = ParameterService(self)
        self._announcing = True
        self._context._announce()

    @property
    def context(self):
        """Return the context."""
        return self._context

    @property
    def executor(self):
        """Return the executor that runs the callbacks, or None."""
        return self._executor

    @executor.setter
    def executor(self, new_executor):
        before = self._executor
        if before is new_executor:
            return
        if before is not None:
            before.remove_node(self)
        self._executor = new_executor
        if new_executor is not None:
            new_executor.add_node(self)

    @property
    def default_callback_group(self):
        """Return the group of what is created without one."""
        return self._default_callback_group

    def get_clock(self):
        """Return the clock: the time of the system, or of /clock if use_sim_time is set."""
        return self._clock

    def get_logger(self):
        """Return the logger."""
        return self._logger

    def destroy_node(self):
        """End everything that belongs to the node, and leave the graph."""
        with self._lock:
            if self._destroyed:
                return
            self._destroyed = True
        if self._rosout is not None:
            self._rosout.close()
        if self._executor is not None:
            self._executor.remove_node(self)
        self._announcing = False
        self._destroy_entities()
        self._context.untrack_node(self)
        self._context._announce()

    def _overrides(self, parameters):
        """Return name -> Parameter of what the arguments say about this node."""
        name = self.get_fully_qualified_name()
        values = {}
        for pattern, found in parameters:
            if matches(pattern, name):
                values.update(found)
        # An empty list has no type, and rcl makes no value of it.
        return {key: Parameter(key, value=None if value == [] else value)
                for key, value in values.items()}

    def _context_closed(self):
        """Take notice that the DDS participant ends."""
        self._destroyed = True
        if self._rosout is not None:
            self._rosout.close()
        self._announcing = False
        self._mark_destroyed()

    def _wake_executor(self):
        executor = self._executor
        if executor is not None:
            executor.wake()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.destroy_node()

    def __repr__(self):
        return f'<Node {self.get_fully_qualified_name()}>'
