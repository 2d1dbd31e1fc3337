"""Quality of service of the graph's topics; both ends of a topic take it from here."""

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def _reliable(depth, durability):
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST, depth=depth, reliability=ReliabilityPolicy.RELIABLE,
        durability=durability)


ACTION = _reliable(1, DurabilityPolicy.VOLATILE)
EPISODE_RESULTS = _reliable(1_000, DurabilityPolicy.TRANSIENT_LOCAL)
LATEST = _reliable(1, DurabilityPolicy.TRANSIENT_LOCAL)  # kept for those who come later
MARKERS = _reliable(1, DurabilityPolicy.VOLATILE)
SAMPLES = _reliable(16, DurabilityPolicy.VOLATILE)
WEIGHTS = _reliable(8, DurabilityPolicy.TRANSIENT_LOCAL)  # the newest of every candidate
TRANSITIONS = _reliable(10_000, DurabilityPolicy.TRANSIENT_LOCAL)
