"""The six services with which others read and set the parameters of a node."""

from rcl_interfaces.msg import ListParametersResult, SetParametersResult
from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy.exceptions import ParameterNotDeclaredException, ParameterUninitializedException
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_parameters


class ParameterService:
    """Answers for a node."""

    def __init__(self, node):
        """Create the services `~/get_parameters` and so on."""
        self._node = node
        for kind, name, answer in (
                (DescribeParameters, 'describe_parameters', self._describe),
                (GetParameters, 'get_parameters', self._get),
                (GetParameterTypes, 'get_parameter_types', self._types),
                (ListParameters, 'list_parameters', self._list),
                (SetParameters, 'set_parameters', self._set),
                (SetParametersAtomically, 'set_parameters_atomically', self._set_atomically)):
            node.create_service(kind, f'~/{name}', answer, qos_profile=qos_profile_parameters)

    def _describe(self, request, response):
        # One undeclared name leaves the whole answer empty, as rclcpp does it.
        try:
            response.descriptors = [
                self._node.describe_parameter(name) for name in request.names]
        except ParameterNotDeclaredException:
            response.descriptors = []
        return response

    def _get(self, request, response):
        for name in request.names:
            try:
                parameter = self._node.get_parameter(name)
            except (ParameterNotDeclaredException, ParameterUninitializedException):
                response.values = []
                return response
            response.values.append(parameter.get_parameter_value())
        return response

    def _types(self, request, response):
        try:
            response.types = bytes(
                Parameter.Type(kind).value
                for kind in self._node.get_parameter_types(list(request.names)))
        except ParameterNotDeclaredException:
            response.types = b''
        return response

    def _list(self, request, response):
        try:
            response.result = self._node.list_parameters(list(request.prefixes), request.depth)
        except (TypeError, ValueError) as error:
            self._node.get_logger().warning(f'list_parameters: {error}')
            response.result = ListParametersResult()
        return response

    def _set(self, request, response):
        for message in request.parameters:
            response.results.append(self._try(
                lambda parameter=message: self._node.set_parameters(
                    [Parameter.from_parameter_msg(parameter)])[0]))
        return response

    def _set_atomically(self, request, response):
        response.result = self._try(lambda: self._node.set_parameters_atomically(
            [Parameter.from_parameter_msg(message) for message in request.parameters]))
        return response

    @staticmethod
    def _try(change):
        try:
            return change()
        except ParameterNotDeclaredException as error:
            return SetParametersResult(successful=False, reason=str(error))


__all__ = ['ParameterService']
