"""The quality of service that is given on the command line or follows from the graph."""

from dataclasses import dataclass
import sys

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

HISTORY_DEPTH = 10000  # of what publishers keep for late readers; memory is taken as needed
STREAM_DEPTH = 1000    # of what may arrive between two looks

RELIABILITY = {'reliable': ReliabilityPolicy.RELIABLE,
               'best_effort': ReliabilityPolicy.BEST_EFFORT}
DURABILITY = {'volatile': DurabilityPolicy.VOLATILE,
              'transient_local': DurabilityPolicy.TRANSIENT_LOCAL}
HISTORY = {'keep_last': HistoryPolicy.KEEP_LAST, 'keep_all': HistoryPolicy.KEEP_ALL}


@dataclass(frozen=True)
class Preset:
    """A named profile."""

    reliability: str
    durability: str
    depth: int


PRESETS = {
    'default': Preset('reliable', 'volatile', 10),
    'system_default': Preset('reliable', 'volatile', 10),
    'sensor_data': Preset('best_effort', 'volatile', 5),
    'services_default': Preset('reliable', 'volatile', 10),
    'parameters': Preset('reliable', 'volatile', 1000),
}


def add_qos_arguments(parser):
    """Add the arguments that overrule the quality of service."""
    parser.add_argument('--qos-profile', choices=PRESETS, help='profile to start from')
    parser.add_argument('--qos-depth', type=int, metavar='N', help='depth of the queue')
    parser.add_argument('--qos-history', choices=HISTORY, help='which samples are kept')
    parser.add_argument('--qos-reliability', choices=RELIABILITY, help='reliability')
    parser.add_argument('--qos-durability', choices=DURABILITY, help='durability')


def publisher_qos(arguments) -> QoSProfile:
    """Return the profile for a publisher: the default one but for what is given."""
    preset = PRESETS[arguments.qos_profile or 'default']
    return _profile(arguments, preset.reliability, preset.durability, preset.depth)


def subscription_qos(arguments, endpoints) -> QoSProfile:
    """
    Return the profile for a subscription to the publishers of a topic.

    It asks for what all of them offer, but for what is given.
    """
    if arguments.qos_profile is not None:
        preset = PRESETS[arguments.qos_profile]
        return _profile(arguments, preset.reliability, preset.durability, preset.depth)
    offered = matching_qos(endpoints)
    reliability = _name(RELIABILITY, offered.reliability)
    durability = _name(DURABILITY, offered.durability)
    return _profile(arguments, reliability, durability, offered.depth)


def matching_qos(endpoints) -> QoSProfile:
    """Return the strictest profile that can hear all publishers, deep enough for their history."""
    profiles = [endpoint.qos_profile for endpoint in endpoints]
    reliable = [each.reliability == ReliabilityPolicy.RELIABLE for each in profiles]
    latched = [each.durability == DurabilityPolicy.TRANSIENT_LOCAL for each in profiles]
    all_latched = bool(profiles) and all(latched)
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=HISTORY_DEPTH if all_latched else STREAM_DEPTH,
        reliability=(ReliabilityPolicy.RELIABLE if all(reliable)
                     else ReliabilityPolicy.BEST_EFFORT),
        durability=(DurabilityPolicy.TRANSIENT_LOCAL if all_latched
                    else DurabilityPolicy.VOLATILE))


def warn_of_mixture(topic: str, endpoints):
    """Say it when not all publishers of a topic offer the same."""
    profiles = [endpoint.qos_profile for endpoint in endpoints]
    for what in ('reliability', 'durability'):
        if len({getattr(profile, what) for profile in profiles}) > 1:
            print(f"warning: the publishers of '{topic}' differ in {what}; asking for the weaker "
                  'one', file=sys.stderr)


def _profile(arguments, reliability, durability, depth):
    return QoSProfile(
        history=HISTORY[arguments.qos_history or 'keep_last'],
        depth=depth if arguments.qos_depth is None else arguments.qos_depth,
        reliability=RELIABILITY[arguments.qos_reliability or reliability],
        durability=DURABILITY[arguments.qos_durability or durability])


def _name(choices, policy):
    return next(name for name, value in choices.items() if value == policy)
