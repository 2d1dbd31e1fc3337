"""Everybody else: nodes, and the endpoints that belong to them."""

from dataclasses import dataclass, field
import threading

from cyclonedds._clayer import (
    ddspy_get_matched_publication_data,
    ddspy_get_matched_subscription_data,
    ddspy_take_endpoint,
    ddspy_take_participant,
)
from rmw_standalone import discovery, library, names, qos
from rmw_standalone.endpoints import Reader
from rmw_standalone.library import check

PARTICIPANTS, PUBLICATIONS, SUBSCRIPTIONS = 0x7fff0001, 0x7fff0003, 0x7fff0004
ALIVE = 16
BATCH = 64
UNKNOWN_NODE = discovery.NodeEntities('_NODE_NAMESPACE_UNKNOWN_', '_NODE_NAME_UNKNOWN_')


@dataclass(frozen=True)
class Endpoint:
    """A reader or writer somewhere in the domain."""

    gid: bytes
    participant: bytes
    topic: str  # name in DDS
    type_name: str  # name in DDS
    qos: qos.EndpointQos
    user_data: dict = field(hash=False)


def _read_qos(pointer):
    return qos.read_qos(pointer), qos.read_user_data(pointer)


def _endpoint(gid, participant, _handle, topic, type_name, found, info, _type_id):
    if found is None or info.instance_state != ALIVE:
        return gid, None
    return gid, Endpoint(gid, participant, topic, type_name, *found)


def _participant(gid, found, info):
    if found is None or info.instance_state != ALIVE:
        return gid, None
    return gid, found[1]


def _matched_endpoint(gid, participant, _handle, topic, type_name, found, *_):
    return Endpoint(gid, participant, topic, type_name, *found)


def matched_publication(reader, handle):
    """Return the Endpoint of a writer that a Reader hears, or None if it has gone."""
    return ddspy_get_matched_publication_data(
        reader.entity, handle, lambda *values: _matched_endpoint(*values), _read_qos)


def matched_subscription(writer, handle):
    """Return the Endpoint of a reader that hears a Writer, or None if it has gone."""
    return ddspy_get_matched_subscription_data(
        writer.entity, handle, lambda *values: _matched_endpoint(*values), _read_qos)


class Graph:
    """What is in the domain now; brought up to date by every question."""

    def __init__(self, participant):
        """Begin to listen."""
        self._participant = participant
        self._lock = threading.RLock()
        self._participants = {}  # gid -> USER_DATA
        self._publications, self._subscriptions = {}, {}  # gid -> Endpoint
        self._nodes = {}  # participant gid -> list of NodeEntities
        self._readers = [
            (self._read(PARTICIPANTS), ddspy_take_participant, _participant, self._participants),
            (self._read(PUBLICATIONS), ddspy_take_endpoint, _endpoint, self._publications),
            (self._read(SUBSCRIPTIONS), ddspy_take_endpoint, _endpoint, self._subscriptions),
        ]
        self._discovery = participant.create_reader(
            names.DISCOVERY, discovery.TYPE,
            qos.EndpointQos(durability='transient_local', depth=None, ignore_local=True),
            f'typehash={discovery.TYPE_HASH};')
        # Triggered by whatever may change an answer.
        self.conditions = [
            check(library.create_readcondition(reader, 0x7f), 'read condition')
            for reader, *_ in self._readers] + [self._discovery.condition]

    @property
    def publications(self):
        """Return all writers in the domain, ours included."""
        with self._lock:
            self._update()
            return list(self._publications.values())

    @property
    def subscriptions(self):
        """Return all readers in the domain, ours included."""
        with self._lock:
            self._update()
            return list(self._subscriptions.values())

    @property
    def nodes(self):
        """Return all NodeEntities in the domain with the enclave of each, ours first."""
        with self._lock:
            self._update()
            ours = self._participants.get(self._participant.gid, {}).get('enclave', '/')
            found = [(node, ours) for node in self._participant.nodes]
            for gid, nodes in self._nodes.items():
                user_data = self._participants.get(gid)
                if user_data is not None:
                    found += [(node, user_data.get('enclave', '/')) for node in nodes]
            return found

    def owner(self, endpoint):
        """Return the NodeEntities to which an Endpoint belongs."""
        for node, _ in self.nodes:
            if endpoint.gid in node.readers or endpoint.gid in node.writers:
                return node
        return UNKNOWN_NODE

    def _read(self, topic):
        return check(library.create_reader(self._participant.entity, topic, None, None),
                     'built-in reader')

    def _update(self):
        if self._participant.closed:
            return
        for reader, take, make, known in self._readers:
            while True:
                found = take(reader, BATCH, make, _read_qos)
                if isinstance(found, int):
                    break
                for gid, value in found:
                    if value is None:
                        known.pop(gid, None)
                    else:
                        known[gid] = value
                if len(found) < BATCH:
                    break
        for gid in self._nodes.keys() - self._participants.keys():
            del self._nodes[gid]
        while (sample := self._discovery.take()) is not None:
            try:
                gid, nodes = discovery.decode(sample[0])
            except ValueError:
                continue  # of another generation of ROS 2; its endpoints are seen all the same
            self._nodes[gid] = nodes


__all__ = ['Endpoint', 'Graph', 'matched_publication', 'matched_subscription', 'Reader']
