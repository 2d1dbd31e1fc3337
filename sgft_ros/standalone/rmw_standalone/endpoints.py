"""Readers and writers of payloads."""

from ctypes import byref, c_uint32, POINTER

from cyclonedds._clayer import ddspy_take
from cyclonedds.core import DDSStatus, InstanceState, SampleState, ViewState
from cyclonedds.internal import dds_c_t
from rmw_standalone import library
from rmw_standalone.library import check, Payload
from rmw_standalone.qos import POLICY_NAMES

ANY = SampleState.Any | ViewState.Any | InstanceState.Any

OFFERED_DEADLINE_MISSED = DDSStatus.OfferedDeadlineMissed
REQUESTED_DEADLINE_MISSED = DDSStatus.RequestedDeadlineMissed
OFFERED_INCOMPATIBLE_QOS = DDSStatus.OfferedIncompatibleQos
REQUESTED_INCOMPATIBLE_QOS = DDSStatus.RequestedIncompatibleQos
SAMPLE_LOST = DDSStatus.SampleLost
LIVELINESS_LOST = DDSStatus.LivelinessLost
LIVELINESS_CHANGED = DDSStatus.LivelinessChanged
PUBLICATION_MATCHED = DDSStatus.PublicationMatched
SUBSCRIPTION_MATCHED = DDSStatus.SubscriptionMatched

_STATUSES = {
    OFFERED_DEADLINE_MISSED: 'offered_deadline_missed',
    REQUESTED_DEADLINE_MISSED: 'requested_deadline_missed',
    OFFERED_INCOMPATIBLE_QOS: 'offered_incompatible_qos',
    REQUESTED_INCOMPATIBLE_QOS: 'requested_incompatible_qos',
    SAMPLE_LOST: 'sample_lost',
    LIVELINESS_LOST: 'liveliness_lost',
    LIVELINESS_CHANGED: 'liveliness_changed',
    PUBLICATION_MATCHED: 'publication_matched',
    SUBSCRIPTION_MATCHED: 'subscription_matched',
}
_status_types = {bit: getattr(dds_c_t, f'{name}_status') for bit, name in _STATUSES.items()}
_getters = {
    bit: library._function(
        f'dds_get_{name}_status', library.ENTITY, POINTER(_status_types[bit]))
    for bit, name in _STATUSES.items()
}
_get_status_changes = library._function(
    'dds_get_status_changes', library.ENTITY, POINTER(c_uint32))


class Endpoint:
    """What readers and writers have in common."""

    def __init__(self, entity):
        """Wrap an entity of Cyclone."""
        self.entity = entity
        self.gid = library.guid(entity)

    def watch(self, statuses):
        """Trigger a wait set in which `entity` is when one of the statuses changes."""
        check(library.set_status_mask(self.entity, statuses), 'status mask')

    def changed(self):
        """Return the bits of all watched statuses that changed and were not yet taken."""
        changes = c_uint32()
        if _get_status_changes(self.entity, byref(changes)) < 0:
            return 0
        return changes.value

    def take_status(self, status):
        """Return a status; its changes count from zero again."""
        value = _status_types[status]()
        check(_getters[status](self.entity, byref(value)), _STATUSES[status])
        return value

    def delete(self):
        """End it; of no effect if its participant is closed."""
        library.delete(self.entity)


class Writer(Endpoint):
    """Writes payloads to a topic."""

    def write(self, data):
        """Write bytes that begin with an encapsulation header; may wait for slow readers."""
        if len(data) % 4:
            data += bytes(-len(data) % 4)
        payload = Payload(data, len(data))
        check(library.write(self.entity, byref(payload)), 'write')

    def wait_for_acks(self, timeout):
        """Return whether every matched reader has everything, after at most `timeout` [ns]."""
        result = library.wait_for_acks(self.entity, timeout)
        if result == library.TIMEOUT:
            return False
        check(result, 'wait for acknowledgements')
        return True

    def assert_liveliness(self):
        """Say that the writer is alive."""
        check(library.assert_liveliness(self.entity), 'liveliness')

    def matched(self):
        """Return the instance handles of the readers that hear this writer."""
        return library.handles(library.matched_subscriptions, self.entity)


class Reader(Endpoint):
    """Takes payloads from a topic."""

    def __init__(self, entity):
        """Wrap an entity of Cyclone."""
        super().__init__(entity)
        self.condition = check(library.create_readcondition(entity, ANY), 'read condition')

    def take(self):
        """Return the next payload and its sample info, or None if nothing is there."""
        while True:
            samples = ddspy_take(self.entity, ANY, 1)
            if not samples or isinstance(samples, int):
                return None
            data, info = samples[0]
            if info.valid_data:  # others tell that a writer has gone
                return data, info

    def matched(self):
        """Return the instance handles of the writers that this reader hears."""
        return library.handles(library.matched_publications, self.entity)


def policy_name(number):
    """Return the name of the policy that an incompatible-QoS status gives by its number."""
    return POLICY_NAMES.get(number, 'INVALID')
