"""Quality of service between rclpy and bags."""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy
from rosbags.interfaces import (
    Qos,
    QosDurability,
    QosHistory,
    QosLiveliness,
    QosReliability,
    QosTime,
)

DEPTH = 10  # where the recorded depth is not known


def recorded_qos(profile: QoSProfile) -> Qos:
    """Return a profile that a publisher offers in the form of bags."""
    return Qos(
        QosHistory[profile.history.name], profile.depth,
        QosReliability[profile.reliability.name], QosDurability[profile.durability.name],
        _time(profile.deadline), _time(profile.lifespan),
        QosLiveliness[profile.liveliness.name], _time(profile.liveliness_lease_duration),
        False)


def playback_qos(offered: list[Qos]) -> QoSProfile:
    """Return a profile that everybody can hear who could hear all of the recorded publishers."""
    latched = bool(offered) and all(
        each.durability == QosDurability.TRANSIENT_LOCAL for each in offered)
    best_effort = any(each.reliability == QosReliability.BEST_EFFORT for each in offered)
    depths = [each.depth for each in offered
              if each.history == QosHistory.KEEP_LAST and each.depth > 0]
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=max(depths, default=DEPTH),
        reliability=(ReliabilityPolicy.BEST_EFFORT if best_effort
                     else ReliabilityPolicy.RELIABLE),
        durability=(DurabilityPolicy.TRANSIENT_LOCAL if latched
                    else DurabilityPolicy.VOLATILE))


def _time(duration):
    return QosTime(*divmod(duration.nanoseconds, 10**9))
