"""
The functions of Cyclone DDS that are called directly, without the classes of its Python package.

A call through ctypes lets other threads run meanwhile; the package's own `write` does not, so that
a writer which has to wait for a slow reader would stop every thread of the process.
"""

import ctypes
from ctypes import byref, c_char_p, c_int32, c_int64, c_size_t, c_uint32, c_void_p, POINTER

from cyclonedds.internal import DDS, dds_c_t

ENTITY = c_int32
INFINITY = 0x7FFFFFFFFFFFFFFF
TIMEOUT = -10  # DDS_RETCODE_TIMEOUT


class DDSError(RuntimeError):
    """An operation that Cyclone DDS refused."""


class Payload(ctypes.Structure):
    """Bytes to write, in the form that Cyclone's Python types have in C."""

    _fields_ = [('data', c_char_p), ('size', c_size_t)]


def _function(name, *argument_types, result=c_int32):
    function = getattr(DDS._dll_handle, name)
    # The same function objects serve the cyclonedds package, which sets its own prototypes.
    function = ctypes.CFUNCTYPE(result, *argument_types)(ctypes.cast(function, c_void_p).value)
    return function


create_domain = _function('dds_create_domain', c_uint32, c_char_p)
create_participant = _function('dds_create_participant', c_uint32, c_void_p, c_void_p)
create_reader = _function('dds_create_reader', ENTITY, ENTITY, c_void_p, c_void_p)
create_writer = _function('dds_create_writer', ENTITY, ENTITY, c_void_p, c_void_p)
create_readcondition = _function('dds_create_readcondition', ENTITY, c_uint32)
create_guardcondition = _function('dds_create_guardcondition', ENTITY)
create_waitset = _function('dds_create_waitset', ENTITY)
set_guardcondition = _function('dds_set_guardcondition', ENTITY, ctypes.c_bool)
waitset_attach = _function('dds_waitset_attach', ENTITY, ENTITY, c_void_p)
waitset_detach = _function('dds_waitset_detach', ENTITY, ENTITY)
waitset_wait = _function('dds_waitset_wait', ENTITY, POINTER(c_void_p), c_size_t, c_int64)
delete = _function('dds_delete', ENTITY)
write = _function('dds_write', ENTITY, c_void_p)
wait_for_acks = _function('dds_wait_for_acks', ENTITY, c_int64)
assert_liveliness = _function('dds_assert_liveliness', ENTITY)
set_status_mask = _function('dds_set_status_mask', ENTITY, c_uint32)
get_guid = _function('dds_get_guid', ENTITY, POINTER(dds_c_t.guid))
get_instance_handle = _function('dds_get_instance_handle', ENTITY, POINTER(ctypes.c_uint64))
matched_subscriptions = _function(
    'dds_get_matched_subscriptions', ENTITY, POINTER(ctypes.c_uint64), c_size_t)
matched_publications = _function(
    'dds_get_matched_publications', ENTITY, POINTER(ctypes.c_uint64), c_size_t)
return_text = _function('dds_strretcode', c_int32, result=c_char_p)


def check(code, what):
    """Return a result of Cyclone; raise DDSError saying what failed if it is negative."""
    if code < 0:
        raise DDSError(f'{what}: {return_text(-code).decode()}')
    return code


def guid(entity):
    """Return the 16 bytes that name an entity on the network."""
    value = dds_c_t.guid()
    check(get_guid(entity, byref(value)), 'GUID of an entity')
    return bytes(value.v)


def instance_handle(entity):
    """Return the number that names an entity within this process."""
    value = ctypes.c_uint64()
    check(get_instance_handle(entity, byref(value)), 'instance handle of an entity')
    return value.value


def handles(function, entity):
    """Return the instance handles that a `matched_` function gives, empty once it is deleted."""
    capacity = 16
    while True:
        array = (ctypes.c_uint64 * capacity)()
        count = function(entity, array, capacity)
        if count <= capacity:
            return list(array[:max(count, 0)])
        capacity = 2 * count
