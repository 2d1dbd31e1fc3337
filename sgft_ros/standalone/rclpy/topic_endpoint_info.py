"""What discovery knows of a publisher or subscription."""

from dataclasses import dataclass, field
from enum import IntEnum

from rclpy.qos import qos_profile_unknown, QoSProfile
from rclpy.type_hash import TypeHash


class TopicEndpointTypeEnum(IntEnum):
    """Which side it is."""

    INVALID = 0
    PUBLISHER = 1
    SUBSCRIPTION = 2


@dataclass(frozen=True)
class TopicEndpointInfo:
    """A publisher or subscription of a topic, in any process."""

    node_name: str = ''
    node_namespace: str = ''
    topic_type: str = ''
    topic_type_hash: TypeHash = field(default_factory=TypeHash)
    endpoint_type: TopicEndpointTypeEnum = TopicEndpointTypeEnum.INVALID
    endpoint_gid: list = field(default_factory=list)
    qos_profile: QoSProfile = field(default_factory=lambda: qos_profile_unknown)

    def __str__(self):
        qos = self.qos_profile
        gid = '.'.join(f'{byte:02x}' for byte in self.endpoint_gid)
        return '\n'.join((
            f'Node name: {self.node_name}',
            f'Node namespace: {self.node_namespace}',
            f'Topic type: {self.topic_type}',
            f'Topic type hash: {self.topic_type_hash}',
            f'Endpoint type: {self.endpoint_type.name}',
            f'GID: {gid}',
            'QoS profile:',
            f'  Reliability: {qos.reliability.name}',
            f'  History (Depth): {qos.history.name}'
            + (f' ({qos.depth})' if qos.depth else ''),
            f'  Durability: {qos.durability.name}',
            f'  Lifespan: {qos.lifespan}',
            f'  Deadline: {qos.deadline}',
            f'  Liveliness: {qos.liveliness.name}',
            f'  Liveliness lease duration: {qos.liveliness_lease_duration}'))
