"""The DDS participant of a ROS 2 context."""

import atexit
import threading

from cyclonedds._clayer import ddspy_topic_create
from cyclonedds.idl import make_idl_struct
from cyclonedds.idl.types import uint8
from rmw_standalone import config, discovery, library, names, qos
from rmw_standalone.endpoints import Reader, Writer
from rmw_standalone.graph import Graph
from rmw_standalone.library import check

_types = {}  # DDS type name -> the type that stands for it
_domains = {}  # domain -> entity
_open = set()  # participants
_lock = threading.RLock()


def _dds_type(name):
    """
    Return a type of that name whose payload nobody interprets.

    Cyclone wants fields; it checks that one octet is there, which every ROS 2 message has.
    """
    if name not in _types:
        made = make_idl_struct('Payload', name.replace('::', '.'), {'octet': uint8})
        made.__idl__.populate()
        made.__idl__.fill_type_data()
        _types[name] = made
    return _types[name]


class Participant:
    """Creates readers and writers, tells others of its nodes, and knows theirs."""

    def __init__(self, domain=None, enclave='/'):
        """Join a domain, ROS_DOMAIN_ID without one."""
        self.domain = config.domain_id() if domain is None else domain
        self.closed = False
        self.lock = threading.RLock()
        self._topics = {}
        with _lock:
            if self.domain not in _domains:
                _domains[self.domain] = check(
                    library.create_domain(self.domain, config.configuration().encode()),
                    f'DDS domain {self.domain}')
            cqos = qos.make_participant_cqos(f'enclave={enclave};')
            try:
                self.entity = check(
                    library.create_participant(self.domain, cqos, None),
                    f'DDS participant in domain {self.domain}')
            finally:
                qos.free(cqos)
            _open.add(self)
        self.gid = library.guid(self.entity)
        self._nodes = []
        self.graph = Graph(self)
        self._discovery = self.create_writer(
            names.DISCOVERY, discovery.TYPE, qos.DISCOVERY, f'typehash={discovery.TYPE_HASH};')

    def create_reader(self, topic, type_name, profile, user_data=''):
        """Return a Reader of a DDS topic."""
        return self._create(Reader, library.create_reader, topic, type_name, profile, user_data)

    def create_writer(self, topic, type_name, profile, user_data=''):
        """Return a Writer of a DDS topic."""
        return self._create(Writer, library.create_writer, topic, type_name, profile, user_data)

    def announce(self, nodes):
        """Tell everybody which nodes there are and what belongs to them."""
        with self.lock:
            if not self.closed:
                self._nodes = nodes
                self._discovery.write(discovery.encode(self.gid, nodes))

    @property
    def nodes(self):
        """Return the nodes last announced."""
        return self._nodes

    def close(self):
        """Leave the domain: everything created here ends."""
        with self.lock:
            if self.closed:
                return
            self.closed = True
        with _lock:
            library.delete(self.entity)
            _open.discard(self)
            if all(other.domain != self.domain for other in _open):
                # Who joins again must not meet those that were killed meanwhile.
                library.delete(_domains.pop(self.domain))

    def _create(self, kind, create, topic, type_name, profile, user_data):
        with self.lock:
            if self.closed:
                raise library.DDSError(f'topic {topic!r}: the context was shut down')
            cqos = qos.make_cqos(profile, user_data)
            try:
                entity = check(create(
                    self.entity, self._topic(topic, type_name), cqos, None), f'topic {topic!r}')
            finally:
                qos.free(cqos)
            return kind(entity)

    def _topic(self, name, type_name):
        """Return the entity of a topic; DDS knows one type for each within a process."""
        known = self._topics.get((name, type_name))
        if known is None:
            known = check(ddspy_topic_create(self.entity, name, _dds_type(type_name), None, None),
                          f'topic {name!r} of type {type_name}')
            self._topics[name, type_name] = known
        return known


@atexit.register
def _close_all():
    """End Cyclone's threads while they may still ask the interpreter to release types."""
    for participant in list(_open):
        participant.close()
