"""Who offers a service: whether those that were asked are still there to answer."""

from collections.abc import Set


class Servers:
    """
    The servers that one client can ask.

    ROS 2 takes a process that was killed for alive for ten seconds more, and so its service for
    ready: what tells that it was started again is that somebody new offers it.
    """

    def __init__(self, node, client):
        """Look for the servers of a client of `node`."""
        self._node, self._client = node, client
        # Over DDS a service is two topics, and its answers have a publisher in each server.
        self._answers = f'rr{node.resolve_service_name(client.srv_name)}Reply'
        self._asked = frozenset()

    def ask(self, request):
        """Call the service; return the future of the answer."""
        self._asked = self._there()
        return self._client.call_async(request)

    def lost(self) -> bool:
        """Return whether the last request will have no answer, as who was asked has gone."""
        return not self._client.service_is_ready() or replaced(self._asked, self._there())

    def _there(self):
        return frozenset(
            bytes(each.endpoint_gid)
            for each in self._node.get_publishers_info_by_topic(self._answers, no_mangle=True))


def replaced(asked: Set, there: Set) -> bool:
    """
    Return whether none of those `asked` is `there` any more, or somebody came after them.

    One of several that goes is a process that was dead before it was asked: another has heard.
    Middleware that names nobody cannot tell.
    """
    return bool(asked) and not (asked & there and there <= asked)
