"""Where ROS time comes from: the system, or /clock if use_sim_time is set."""

from rcl_interfaces.msg import SetParametersResult
from rclpy.clock_type import ClockType
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.time import Time
from rosgraph_msgs.msg import Clock as ClockMsg

CLOCK_TOPIC = '/clock'
USE_SIM_TIME_NAME = 'use_sim_time'


class TimeSource:
    """Sets the clock of a node."""

    def __init__(self, *, node):
        """Follow the parameter use_sim_time of a node, which is declared if it is not yet."""
        self._node = node
        self._clock = node.get_clock()
        self._subscription = None
        if not node.has_parameter(USE_SIM_TIME_NAME):
            node.declare_parameter(USE_SIM_TIME_NAME, False)
        value = node.get_parameter(USE_SIM_TIME_NAME)
        if value.type_ is not Parameter.Type.BOOL:
            node.get_logger().error(
                f'parameter {USE_SIM_TIME_NAME}: expected bool, got {value.type_.name}')
        elif value.value:
            self._set_active(True)
        node.add_on_set_parameters_callback(self._check)
        node.add_post_set_parameters_callback(self._take_over)

    @property
    def ros_time_is_active(self):
        """Return whether the clock follows /clock."""
        return self._clock.ros_time_is_active

    def _set_active(self, active):
        self._clock._set_ros_time_is_active(active)
        if active and self._subscription is None:
            self._subscription = self._node.create_subscription(
                ClockMsg, CLOCK_TOPIC, self._on_clock,
                QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT))
        elif not active and self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def _on_clock(self, message):
        self._clock.set_ros_time_override(Time.from_msg(message.clock, ClockType.ROS_TIME))

    def _check(self, parameters):
        for parameter in parameters:
            if (parameter.name == USE_SIM_TIME_NAME
                    and parameter.type_ is not Parameter.Type.BOOL):
                return SetParametersResult(
                    successful=False, reason=f'{USE_SIM_TIME_NAME} parameter set to something '
                    f'besides a bool: {parameter.value!r}')
        return SetParametersResult(successful=True)

    def _take_over(self, parameters):
        for parameter in parameters:
            if parameter.name == USE_SIM_TIME_NAME:
                self._set_active(parameter.value)
