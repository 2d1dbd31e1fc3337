"""Quality of service, in the plain form that this layer takes, and as Cyclone keeps it."""

import ctypes
from ctypes import byref, c_bool, c_int, c_int32, c_int64, c_size_t, c_void_p, POINTER
from dataclasses import dataclass

from cyclonedds.qos import _CQos, Policy, Qos
from rmw_standalone.library import _function, INFINITY

DURABILITIES = ('volatile', 'transient_local', 'transient', 'persistent')
LIVELINESS = ('automatic', 'manual_by_participant', 'manual_by_topic')
# The numbers by which DDS names a policy in its incompatible-QoS status.
POLICY_NAMES = {
    2: 'DURABILITY', 4: 'DEADLINE', 8: 'LIVELINESS', 11: 'RELIABILITY', 13: 'HISTORY',
    21: 'LIFESPAN',
}


@dataclass(frozen=True)
class EndpointQos:
    """What a reader or writer offers or requests; durations are in nanoseconds."""

    reliable: bool = True
    durability: str = 'volatile'
    depth: int | None = 10  # None keeps everything
    deadline: int = INFINITY
    lifespan: int = INFINITY
    liveliness: str = 'automatic'
    lease: int = INFINITY
    ignore_local: bool = False


DISCOVERY = EndpointQos(durability='transient_local', depth=1)


def make_cqos(qos, user_data):
    """Return a pointer to a QoS of Cyclone; give it to `free` afterwards."""
    history = (Policy.History.KeepAll if qos.depth is None
               else Policy.History.KeepLast(qos.depth))
    policies = [
        history,
        Policy.Reliability.Reliable(INFINITY) if qos.reliable else Policy.Reliability.BestEffort,
        Policy.WriterDataLifecycle(autodispose=False),
        Policy.DataRepresentation(use_cdrv0_representation=True),
        Policy.Deadline(qos.deadline),
        Policy.Lifespan(qos.lifespan),
        Policy.Userdata(data=user_data.encode()),
    ]
    if qos.durability == 'transient_local':
        # What Cyclone keeps for late readers has a depth of its own.
        policies += [Policy.Durability.TransientLocal,
                     Policy.DurabilityService(0, history, -1, -1, -1)]
    else:
        policies.append(Policy.Durability.Volatile)
    liveliness = (Policy.Liveliness.Automatic if qos.liveliness == 'automatic'
                  else Policy.Liveliness.ManualByTopic)
    policies.append(liveliness(qos.lease))
    if qos.ignore_local:
        policies.append(Policy.IgnoreLocal.Participant)
    return _CQos.qos_to_cqos(Qos(*policies))


def make_participant_cqos(user_data):
    """Return a pointer to the QoS of a participant; give it to `free` afterwards."""
    return _CQos.qos_to_cqos(Qos(Policy.Userdata(data=user_data.encode())))


def free(cqos):
    """Free a QoS that a function of this module returned."""
    _CQos.cqos_destroy(cqos)


_get_user_data = _function(
    'dds_qget_userdata', c_void_p, POINTER(c_void_p), POINTER(c_size_t), result=c_bool)
_get_reliability = _function(
    'dds_qget_reliability', c_void_p, POINTER(c_int), POINTER(c_int64), result=c_bool)
_get_durability = _function('dds_qget_durability', c_void_p, POINTER(c_int), result=c_bool)
_get_history = _function(
    'dds_qget_history', c_void_p, POINTER(c_int), POINTER(c_int32), result=c_bool)
_get_deadline = _function('dds_qget_deadline', c_void_p, POINTER(c_int64), result=c_bool)
_get_lifespan = _function('dds_qget_lifespan', c_void_p, POINTER(c_int64), result=c_bool)
_get_liveliness = _function(
    'dds_qget_liveliness', c_void_p, POINTER(c_int), POINTER(c_int64), result=c_bool)
_free = _function('dds_free', c_void_p, result=None)


def read_user_data(cqos):
    """Return USER_DATA, `key=value;` pairs, as a dict of strings."""
    data, size = c_void_p(), c_size_t()
    if not _get_user_data(cqos, byref(data), byref(size)) or not data.value:
        return {}
    text = ctypes.string_at(data.value, size.value).decode('utf-8', 'replace')
    _free(data)
    pairs = (part.partition('=') for part in text.split(';'))
    return {key: value for key, separator, value in pairs if separator}


def read_qos(cqos):
    """Return the EndpointQos behind a pointer; depth 0 stands for what discovery does not tell."""
    kind, duration, depth = c_int(), c_int64(), c_int32()
    reliable = bool(_get_reliability(cqos, byref(kind), byref(duration)) and kind.value)
    durability = DURABILITIES[kind.value if _get_durability(cqos, byref(kind)) else 0]
    _get_history(cqos, byref(kind), byref(depth))
    keeps_all = kind.value == 1
    deadline = duration.value if _get_deadline(cqos, byref(duration)) else INFINITY
    lifespan = duration.value if _get_lifespan(cqos, byref(duration)) else INFINITY
    told = _get_liveliness(cqos, byref(kind), byref(duration))
    return EndpointQos(
        reliable, durability, None if keeps_all else depth.value, deadline, lifespan,
        LIVELINESS[kind.value if told else 0], duration.value if told else INFINITY)
