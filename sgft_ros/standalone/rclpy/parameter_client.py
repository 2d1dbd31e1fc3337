"""Read and set the parameters of another node."""

import time

from rcl_interfaces.srv import (
    DescribeParameters,
    GetParameters,
    GetParameterTypes,
    ListParameters,
    SetParameters,
    SetParametersAtomically,
)
from rclpy.parameter import Parameter, parameter_dict_from_yaml_file
from rclpy.qos import qos_profile_services_default

_SERVICES = {
    'get_parameters': GetParameters, 'get_parameter_types': GetParameterTypes,
    'set_parameters': SetParameters, 'set_parameters_atomically': SetParametersAtomically,
    'describe_parameters': DescribeParameters, 'list_parameters': ListParameters,
}


class AsyncParameterClient:
    """Asks the parameter services of a node; every question returns a Future of the response."""

    def __init__(
        self, node, remote_node_name, qos_profile=qos_profile_services_default,
        callback_group=None,
    ):
        """Create the clients."""
        self.remote_node_name = remote_node_name
        self._clients = {
            name: node.create_client(kind, f'{remote_node_name}/{name}', qos_profile=qos_profile,
                                     callback_group=callback_group)
            for name, kind in _SERVICES.items()}

    def services_are_ready(self):
        """Return whether the node is there."""
        return all(client.service_is_ready() for client in self._clients.values())

    def wait_for_services(self, timeout_sec=None):
        """Wait for the node; return whether it is there."""
        end = None if timeout_sec is None else time.monotonic() + timeout_sec
        return all(client.wait_for_service(
            None if end is None else max(end - time.monotonic(), 0.0))
            for client in self._clients.values())

    def get_parameters(self, names, callback=None):
        """Ask for values."""
        return self._ask('get_parameters', callback, names=names)

    def get_parameter_types(self, names, callback=None):
        """Ask for types."""
        return self._ask('get_parameter_types', callback, names=names)

    def describe_parameters(self, names, callback=None):
        """Ask for descriptors."""
        return self._ask('describe_parameters', callback, names=names)

    def list_parameters(self, prefixes=None, depth=None, callback=None):
        """Ask for names."""
        return self._ask('list_parameters', callback, prefixes=prefixes or [], depth=depth or 0)

    def set_parameters(self, parameters, callback=None):
        """Set Parameters or their messages one by one."""
        return self._ask('set_parameters', callback, parameters=_messages(parameters))

    def set_parameters_atomically(self, parameters, callback=None):
        """Set all Parameters or none."""
        return self._ask('set_parameters_atomically', callback, parameters=_messages(parameters))

    def delete_parameters(self, names, callback=None):
        """Undeclare parameters that allow it."""
        return self.set_parameters([Parameter(name) for name in names], callback)

    def load_parameter_file(self, parameter_file, use_wildcard=False, callback=None):
        """Set what a parameter file says about the node."""
        found = parameter_dict_from_yaml_file(
            parameter_file, use_wildcard, [self.remote_node_name])
        return self.set_parameters(list(found.values()), callback)

    def _ask(self, service, callback, **fields):
        future = self._clients[service].call_async(_SERVICES[service].Request(**fields))
        if callback is not None:
            future.add_done_callback(callback)
        return future


def _messages(parameters):
    return [parameter.to_parameter_msg() if isinstance(parameter, Parameter) else parameter
            for parameter in parameters]
