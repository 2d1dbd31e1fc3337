"""The parameter services of another node."""

from rcl_interfaces.msg import Parameter
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    ListParameters,
    SetParameters,
)
import rclpy
from ros2cli.graph import absolute, nodes, wait_until
from ros2cli.verbs import CommandError, near_names

TIMEOUT = 5.0  # [s] for an answer


class ParameterClient:
    """Ask one node for its parameters."""

    def __init__(self, node, name: str, spin_time: float):
        """
        Wait until the node is there.

        :raises CommandError: if it is not
        """
        self.name = absolute(name)
        self._node = node
        if not wait_until(node, lambda: self.name in nodes(node, True), spin_time):
            raise CommandError(
                f"node '{self.name}' not found{near_names(self.name, nodes(node))}")

    def list(self, prefixes=()) -> list[str]:
        """Return the sorted names of all parameters."""
        request = ListParameters.Request(prefixes=list(prefixes))
        return sorted(self._call(ListParameters, 'list_parameters', request).result.names)

    def get(self, names):
        """Return the values of parameters."""
        request = GetParameters.Request(names=list(names))
        return self._call(GetParameters, 'get_parameters', request).values

    def describe(self, names):
        """Return the descriptors of parameters."""
        request = DescribeParameters.Request(names=list(names))
        return self._call(DescribeParameters, 'describe_parameters', request).descriptors

    def set(self, values):
        """Set parameters, given as (name, message); return the results."""
        parameters = [Parameter(name=name, value=value) for name, value in values]
        request = SetParameters.Request(parameters=parameters)
        return self._call(SetParameters, 'set_parameters', request).results

    def _call(self, cls, service, request):
        client = self._node.create_client(cls, f'{self.name}/{service}')
        try:
            if not client.wait_for_service(timeout_sec=TIMEOUT):
                raise CommandError(f"node '{self.name}' offers no service '{service}'; was it "
                                   'started with start_parameter_services=False?')
            future = client.call_async(request)
            rclpy.spin_until_future_complete(self._node, future, timeout_sec=TIMEOUT)
            if not future.done():
                raise CommandError(f"node '{self.name}' did not answer within {TIMEOUT} s; "
                                   'a node answers only while it spins')
            return future.result()
        finally:
            self._node.destroy_client(client)
