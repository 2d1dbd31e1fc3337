"""What a node can ask about others."""

import time

from rclpy import _names
from rclpy._rclpy_pybind11 import NodeNameNonExistentError
from rclpy.qos import profile_of_endpoint
from rclpy.topic_endpoint_info import TopicEndpointInfo, TopicEndpointTypeEnum
from rclpy.type_hash import TypeHash
from rmw_standalone import names

POLL_PERIOD = 0.01  # [s]


class NodeGraph:
    """The questions; answers hold for this moment."""

    def get_topic_names_and_types(self, no_demangle=False):
        """Return a list of topic and its types; with `no_demangle` as DDS names them."""
        topic, kind = (str, str) if no_demangle else (names.ros_topic, names.ros_type)
        return _names_and_types(self._endpoints(), topic, kind)

    def get_service_names_and_types(self):
        """Return a list of service and its types."""
        return _names_and_types(
            self._graph.subscriptions, _requested_service, names.ros_service_type)

    def get_publisher_names_and_types_by_node(
        self, node_name, node_namespace, no_demangle=False,
    ):
        """Return a list of topic and types that a node publishes."""
        topic, kind = (str, str) if no_demangle else (names.ros_topic, names.ros_type)
        return _names_and_types(
            self._of_node(node_name, node_namespace, 'writers'), topic, kind)

    def get_subscriber_names_and_types_by_node(
        self, node_name, node_namespace, no_demangle=False,
    ):
        """Return a list of topic and types to which a node is subscribed."""
        topic, kind = (str, str) if no_demangle else (names.ros_topic, names.ros_type)
        return _names_and_types(
            self._of_node(node_name, node_namespace, 'readers'), topic, kind)

    def get_service_names_and_types_by_node(self, node_name, node_namespace):
        """Return a list of service and types that a node serves."""
        return _names_and_types(self._of_node(node_name, node_namespace, 'readers'),
                                _requested_service, names.ros_service_type)

    def get_client_names_and_types_by_node(self, node_name, node_namespace):
        """Return a list of service and types that a node asks."""
        return _names_and_types(self._of_node(node_name, node_namespace, 'writers'),
                                _requested_service, names.ros_service_type)

    def get_node_names(self):
        """Return the names of all nodes."""
        return [name for name, _ in self.get_node_names_and_namespaces()]

    def get_fully_qualified_node_names(self):
        """Return the names of all nodes with their namespaces."""
        return [_names.join(namespace, name)
                for name, namespace in self.get_node_names_and_namespaces()]

    def get_node_names_and_namespaces(self):
        """Return a list of name and namespace."""
        return [(node.name, node.namespace) for node, _ in self._graph.nodes]

    def get_node_names_and_namespaces_with_enclaves(self):
        """Return a list of name, namespace and enclave."""
        return [(node.name, node.namespace, enclave) for node, enclave in self._graph.nodes]

    def count_publishers(self, topic_name):
        """Return how many publishers a topic has; remap rules are not applied."""
        return _count(self._graph.publications, names.topic(self._expand(topic_name)))

    def count_subscribers(self, topic_name):
        """Return how many subscriptions a topic has; remap rules are not applied."""
        return _count(self._graph.subscriptions, names.topic(self._expand(topic_name)))

    def count_clients(self, service_name):
        """Return how many clients a service has."""
        name = self._expand(service_name, is_service=True)
        return _count(self._graph.publications, names.service(name)[0])

    def count_services(self, service_name):
        """Return how many servers a service has."""
        name = self._expand(service_name, is_service=True)
        return _count(self._graph.subscriptions, names.service(name)[0])

    def get_publishers_info_by_topic(self, topic_name, no_mangle=False):
        """Return a TopicEndpointInfo for each publisher of a topic."""
        return self._info(self._graph.publications, topic_name, no_mangle,
                          TopicEndpointTypeEnum.PUBLISHER)

    def get_subscriptions_info_by_topic(self, topic_name, no_mangle=False):
        """Return a TopicEndpointInfo for each subscription of a topic."""
        return self._info(self._graph.subscriptions, topic_name, no_mangle,
                          TopicEndpointTypeEnum.SUBSCRIPTION)

    def wait_for_node(self, fully_qualified_node_name, timeout):
        """Wait for a node at most so many seconds; return whether it is there."""
        wanted = '/' + fully_qualified_node_name.lstrip('/')
        end = time.monotonic() + timeout
        while self.context.ok():
            if wanted in self.get_fully_qualified_node_names():
                return True
            if time.monotonic() >= end:
                break
            time.sleep(POLL_PERIOD)
        return False

    @property
    def _graph(self):
        return self.context.participant.graph

    def _endpoints(self):
        graph = self._graph
        return graph.publications + graph.subscriptions

    def _of_node(self, name, namespace, side):
        _names.check_node_name(name)
        _names.check_namespace(namespace)
        graph = self._graph
        found = [node for node, _ in graph.nodes if (node.name, node.namespace) ==
                 (name, namespace)]
        if not found:
            raise NodeNameNonExistentError(
                f'Cannot find node {_names.join(namespace, name)!r} in the graph')
        gids = {gid for node in found for gid in getattr(node, side)}
        endpoints = graph.publications if side == 'writers' else graph.subscriptions
        return [endpoint for endpoint in endpoints if endpoint.gid in gids]

    def _info(self, endpoints, topic_name, no_mangle, side):
        topic = topic_name if no_mangle else names.topic(self.resolve_topic_name(topic_name))
        graph = self._graph
        infos = []
        for endpoint in endpoints:
            if endpoint.topic != topic:
                continue
            node = graph.owner(endpoint)
            infos.append(TopicEndpointInfo(
                node_name=node.name, node_namespace=node.namespace,
                topic_type=names.ros_type(endpoint.type_name),
                topic_type_hash=TypeHash.from_text(endpoint.user_data.get('typehash', '')),
                endpoint_type=side, endpoint_gid=list(endpoint.gid),
                qos_profile=profile_of_endpoint(endpoint.qos)))
        return infos


def _requested_service(topic):
    return names.ros_service(topic) if topic.startswith(names.REQUEST + '/') else None


def _names_and_types(endpoints, topic_name, type_name):
    found = {}
    for endpoint in endpoints:
        name = topic_name(endpoint.topic)
        if name is not None:
            found.setdefault(name, set()).add(type_name(endpoint.type_name))
    return [(name, sorted(found[name])) for name in sorted(found)]


def _count(endpoints, topic):
    return sum(endpoint.topic == topic for endpoint in endpoints)
