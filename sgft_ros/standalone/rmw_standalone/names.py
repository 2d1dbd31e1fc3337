"""The names that ROS 2 topics and services have in DDS."""

TOPIC, REQUEST, REPLY = 'rt', 'rq', 'rr'
DISCOVERY = 'ros_discovery_info'


def topic(name):
    """Return the DDS topic of `/a/b`: `rt/a/b`."""
    return TOPIC + name


def service(name):
    """Return the DDS topics of requests and replies of `/a/b`."""
    return f'{REQUEST}{name}Request', f'{REPLY}{name}Reply'


def ros_topic(dds_name):
    """Return the ROS 2 topic of a DDS topic, or None if it is none."""
    return dds_name[2:] if dds_name.startswith('rt/') else None


def ros_service(dds_name):
    """Return the ROS 2 service to which a DDS topic belongs, or None."""
    for prefix, suffix in ((REQUEST, 'Request'), (REPLY, 'Reply')):
        if dds_name.startswith(prefix + '/') and dds_name.endswith(suffix):
            return dds_name[len(prefix):-len(suffix)]
    return None


def ros_type(dds_name):
    """Return `std_msgs/msg/String` for `std_msgs::msg::dds_::String_`, else the name itself."""
    package, separator, name = dds_name.partition('::dds_::')
    if not separator or not name.endswith('_'):
        return dds_name
    return f'{package}::{name[:-1]}'.replace('::', '/')


def ros_service_type(dds_name):
    """Return `std_srvs/srv/Empty` for the DDS type of its request or its reply."""
    name = ros_type(dds_name)
    for suffix in ('_Request', '_Response'):
        name = name.removesuffix(suffix)
    return name
