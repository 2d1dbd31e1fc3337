"""The name of a node and of what belongs to it, after remapping."""

from rclpy import _names

SPECIAL = ('__node', '__name', '__ns')


def remap_node(rules, name, namespace):
    """Return name and namespace of a node after the rules `__node` and `__ns`."""
    new_name, new_namespace = name, namespace
    for rule in reversed(rules):
        if rule.node not in (None, name):
            continue
        if rule.source in ('__node', '__name'):
            new_name = rule.target
        elif rule.source == '__ns':
            new_namespace = rule.target
    return new_name, new_namespace


class NodeNames:
    """What Node can do with names."""

    def _init_names(self, name, namespace, rules):
        _names.check_node_name(name)
        namespace = namespace or '/'
        if not namespace.startswith('/'):
            namespace = '/' + namespace
        _names.check_namespace(namespace)
        name, namespace = remap_node(rules, name, namespace)
        _names.check_node_name(name)
        _names.check_namespace(namespace)
        self._name, self._namespace = name, namespace
        self._remap_rules = [rule for rule in rules if rule.source not in SPECIAL
                             and rule.node in (None, name)]

    def get_name(self):
        """Return the name."""
        return self._name

    def get_namespace(self):
        """Return the namespace, which begins with a slash."""
        return self._namespace

    def get_fully_qualified_name(self):
        """Return namespace and name."""
        return _names.join(self._namespace, self._name)

    def resolve_topic_name(self, topic, *, only_expand=False):
        """Return the absolute name of a topic, remapped unless `only_expand`."""
        name = self._expand(topic)
        return name if only_expand else self._remap(name)

    def resolve_service_name(self, service, *, only_expand=False):
        """Return the absolute name of a service, remapped unless `only_expand`."""
        name = self._expand(service, is_service=True)
        return name if only_expand else self._remap(name, is_service=True)

    def _expand(self, name, is_service=False):
        return _names.expand(name, self._name, self._namespace, is_service)

    def _remap(self, name, is_service=False):
        for rule in self._remap_rules:
            if self._expand(rule.source, is_service) == name:
                return self._expand(rule.target, is_service)
        return name
