"""The configuration of Cyclone DDS that ROS 2's environment variables ask for."""

import os

HIGHEST_DOMAIN = 232  # whose ports still exist
# Ports of one domain: 250, of which two belong to each participant and the first ten to all.
HIGHEST_INDEX = 119
RANGES = ('LOCALHOST', 'OFF', 'SUBNET', 'SYSTEM_DEFAULT')

# A reliable writer waits, and with it a control loop, when this much is not yet acknowledged.
TUNING = (
    '<General><MaxMessageSize>65500B</MaxMessageSize><FragmentSize>32000B</FragmentSize>{}'
    '</General>'
    '<Internal><Watermarks><WhcHigh>64MB</WhcHigh><WhcHighInit>64MB</WhcHighInit></Watermarks>'
    '<SocketReceiveBufferSize max="8MB"/><SocketSendBufferSize max="4MB"/></Internal>'
)


def domain_id():
    """Return ROS_DOMAIN_ID, 0 without it; raise ValueError where it is no domain."""
    text = os.environ.get('ROS_DOMAIN_ID', '') or '0'
    if not text.isdecimal() or int(text) > HIGHEST_DOMAIN:
        raise ValueError(
            f'ROS_DOMAIN_ID: expected a number from 0 to {HIGHEST_DOMAIN}, got {text!r}')
    return int(text)


def configuration():
    """
    Return the configuration for ROS_AUTOMATIC_DISCOVERY_RANGE and ROS_STATIC_PEERS.

    Without a range it is LOCALHOST. CYCLONEDDS_URI is applied on top and has the last word.
    """
    reach = os.environ.get('ROS_AUTOMATIC_DISCOVERY_RANGE', '').upper() or 'LOCALHOST'
    if reach not in RANGES:
        raise ValueError(f'ROS_AUTOMATIC_DISCOVERY_RANGE: expected one of {", ".join(RANGES)}; '
                         f'got {reach!r}')
    peers = [peer for peer in os.environ.get('ROS_STATIC_PEERS', '').split(';') if peer]
    general, discovery = '', ''
    if reach == 'LOCALHOST':
        if not peers:
            general = '<Interfaces><NetworkInterface address="127.0.0.1"/></Interfaces>'
        general += '<AllowMulticast>false</AllowMulticast>'
        discovery = _unicast(['localhost', *peers])
    elif reach == 'OFF':
        general = '<AllowMulticast>false</AllowMulticast>'
        discovery = ('<ParticipantIndex>none</ParticipantIndex>'
                     f'<Tag>ros_discovery_off_{os.getpid()}</Tag>')
    elif peers:
        discovery = _unicast(peers)
    text = (f'<CycloneDDS><Domain>{TUNING.format(general)}<Discovery>{discovery}</Discovery>'
            '</Domain></CycloneDDS>')
    return ','.join(filter(None, (text, os.environ.get('CYCLONEDDS_URI', ''))))


def _unicast(peers):
    addresses = ''.join(f'<Peer address="{peer}"/>' for peer in peers)
    return ('<ParticipantIndex>auto</ParticipantIndex>'
            f'<MaxAutoParticipantIndex>{HIGHEST_INDEX}</MaxAutoParticipantIndex>'
            f'<Peers>{addresses}</Peers>')
