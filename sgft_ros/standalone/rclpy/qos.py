"""Quality of service: what publishers offer and subscriptions request."""

from enum import Enum, IntEnum

from rclpy._qos_policies import (
    DurabilityPolicy,
    HistoryPolicy,
    LivelinessPolicy,
    QoSPolicyEnum,
    QoSPolicyKind,
    ReliabilityPolicy,
)
from rclpy.duration import Duration, Infinite
from rmw_standalone.library import INFINITY
from rmw_standalone.qos import EndpointQos

__all__ = ['QoSPolicyEnum', 'QoSPolicyKind']

QoSHistoryPolicy = HistoryPolicy
QoSReliabilityPolicy = ReliabilityPolicy
QoSDurabilityPolicy = DurabilityPolicy
QoSLivelinessPolicy = LivelinessPolicy

UNSPECIFIED = Duration()  # of no effect
LEAST_AND_MOST = (
    ('reliability', ReliabilityPolicy.BEST_EFFORT, ReliabilityPolicy.RELIABLE),
    ('durability', DurabilityPolicy.VOLATILE, DurabilityPolicy.TRANSIENT_LOCAL),
    ('liveliness', LivelinessPolicy.AUTOMATIC, LivelinessPolicy.MANUAL_BY_TOPIC),
)
UNSUPPORTED = ('UNKNOWN', 'BEST_AVAILABLE')
FIELDS = ('history', 'depth', 'reliability', 'durability', 'lifespan', 'deadline', 'liveliness',
          'liveliness_lease_duration', 'avoid_ros_namespace_conventions')


class InvalidQoSProfileException(Exception):
    """A QoS profile that cannot be."""

    def __init__(self, *args):
        """Say why."""
        super().__init__('Invalid QoSProfile', *args)


def qos_policy_name_from_kind(policy_kind):
    """Return the name of a QoSPolicyKind or of its number."""
    return QoSPolicyKind(policy_kind).name


def _policy(name, kind):
    attribute = '_' + name

    def get(self):
        return getattr(self, attribute)

    def put(self, value):
        if not isinstance(value, (kind, int)) or isinstance(value, bool):
            raise TypeError(f'{name}: expected {kind.__name__}, got {value!r}')
        object.__setattr__(self, attribute, kind(value))

    return property(get, put, doc=f'Return the {kind.__name__}.')


def _value(name, kind):
    attribute = '_' + name

    def get(self):
        return getattr(self, attribute)

    def put(self, value):
        if not isinstance(value, kind):
            raise TypeError(f'{name}: expected {kind.__name__}, got {value!r}')
        if name == 'depth' and value < 0:
            raise ValueError(f'depth: expected a number from 0, got {value}')
        object.__setattr__(self, attribute, value)

    return property(get, put, doc=f'Return a {kind.__name__}.')


class QoSProfile:
    """A set of policies; by default reliable and volatile. Durations of zero are unspecified."""

    history = _policy('history', HistoryPolicy)
    reliability = _policy('reliability', ReliabilityPolicy)
    durability = _policy('durability', DurabilityPolicy)
    liveliness = _policy('liveliness', LivelinessPolicy)
    depth = _value('depth', int)
    lifespan = _value('lifespan', Duration)
    deadline = _value('deadline', Duration)
    liveliness_lease_duration = _value('liveliness_lease_duration', Duration)
    avoid_ros_namespace_conventions = _value('avoid_ros_namespace_conventions', bool)

    def __init__(
        self, history=None, depth=None, reliability=None, durability=None, lifespan=None,
        deadline=None, liveliness=None, liveliness_lease_duration=None,
        avoid_ros_namespace_conventions=None,
    ):
        """Take policies; a depth, or a history other than KEEP_LAST, must be among them."""
        if history is None:
            if depth is None:
                raise InvalidQoSProfileException('History and/or depth settings are required.')
            history = HistoryPolicy.KEEP_LAST
        if history == HistoryPolicy.KEEP_LAST and depth is None:
            raise InvalidQoSProfileException(
                'History set to KEEP_LAST without a depth setting.')
        given = {
            'history': history, 'depth': depth, 'reliability': reliability,
            'durability': durability, 'lifespan': lifespan, 'deadline': deadline,
            'liveliness': liveliness, 'liveliness_lease_duration': liveliness_lease_duration,
            'avoid_ros_namespace_conventions': avoid_ros_namespace_conventions}
        for name, value in given.items():
            setattr(self, name, _DEFAULTS[name] if value is None else value)

    def __setattr__(self, name, value):
        if name not in FIELDS:
            raise AttributeError(f'QoSProfile has no policy {name!r}; choose from: '
                                 f'{", ".join(FIELDS)}')
        super().__setattr__(name, value)

    def __eq__(self, other):
        if not isinstance(other, QoSProfile):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in FIELDS)

    __hash__ = None

    def __str__(self):
        values = ', '.join(f'{name}={getattr(self, name)}' for name in FIELDS)
        return f'QoSProfile({values})'

    __repr__ = __str__


_DEFAULTS = {
    'history': HistoryPolicy.KEEP_LAST, 'depth': 10, 'reliability': ReliabilityPolicy.RELIABLE,
    'durability': DurabilityPolicy.VOLATILE, 'lifespan': UNSPECIFIED, 'deadline': UNSPECIFIED,
    'liveliness': LivelinessPolicy.SYSTEM_DEFAULT, 'liveliness_lease_duration': UNSPECIFIED,
    'avoid_ros_namespace_conventions': False,
}

DurationUnspecified = UNSPECIFIED
DurationInfinite = Infinite
DeadlineDefault = LifespanDefault = LivelinessLeaseDurationDefault = UNSPECIFIED

qos_profile_default = QoSProfile(depth=10)
qos_profile_system_default = QoSProfile(
    HistoryPolicy.SYSTEM_DEFAULT, 0, ReliabilityPolicy.SYSTEM_DEFAULT,
    DurabilityPolicy.SYSTEM_DEFAULT)
qos_profile_unknown = QoSProfile(
    HistoryPolicy.UNKNOWN, 0, ReliabilityPolicy.UNKNOWN, DurabilityPolicy.UNKNOWN,
    liveliness=LivelinessPolicy.UNKNOWN)
qos_profile_sensor_data = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
qos_profile_services_default = QoSProfile(depth=10)
qos_profile_parameters = QoSProfile(depth=1000)
qos_profile_parameter_events = QoSProfile(depth=1000)
qos_profile_action_status_default = QoSProfile(
    depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
qos_profile_rosout_default = QoSProfile(
    depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL, lifespan=Duration(seconds=10))
qos_profile_best_available = QoSProfile(
    depth=10, reliability=ReliabilityPolicy.BEST_AVAILABLE,
    durability=DurabilityPolicy.BEST_AVAILABLE, liveliness=LivelinessPolicy.BEST_AVAILABLE)


class QoSPresetProfiles(Enum):
    """The profiles that have a name."""

    UNKNOWN = qos_profile_unknown
    DEFAULT = qos_profile_default
    SYSTEM_DEFAULT = qos_profile_system_default
    SENSOR_DATA = qos_profile_sensor_data
    SERVICES_DEFAULT = qos_profile_services_default
    PARAMETERS = qos_profile_parameters
    PARAMETER_EVENTS = qos_profile_parameter_events
    ACTION_STATUS_DEFAULT = qos_profile_action_status_default
    BEST_AVAILABLE = qos_profile_best_available

    @classmethod
    def short_keys(cls):
        """Return the names in lower case."""
        return [name.lower() for name in cls.__members__]

    @classmethod
    def get_from_short_key(cls, name):
        """Return the profile of a name, whatever its case."""
        return cls[name.upper()].value


class QoSCompatibility(IntEnum):
    """Whether publisher and subscription with two profiles understand each other."""

    OK = 0
    WARNING = 1
    ERROR = 2


def qos_check_compatible(publisher_qos, subscription_qos):
    """Return a QoSCompatibility and the reasons."""
    offered, requested = _plain_qos(publisher_qos), _plain_qos(subscription_qos)
    reasons = []
    if requested.reliable and not offered.reliable:
        reasons.append('ERROR: Best effort publisher and reliable subscription;')
    if requested.durability == 'transient_local' and offered.durability == 'volatile':
        reasons.append('ERROR: Volatile publisher and transient local subscription;')
    if requested.deadline < offered.deadline:
        reasons.append('ERROR: Subscription deadline is less than publisher deadline;')
    if requested.liveliness != 'automatic' and offered.liveliness == 'automatic':
        reasons.append(
            "ERROR: Publisher's liveliness is automatic and subscription's is manual by topic;")
    if requested.lease < offered.lease:
        reasons.append(
            "ERROR: Subscription's liveliness lease duration is less than publisher's;")
    if reasons:
        return QoSCompatibility.ERROR, ''.join(reasons)
    for name, least, most in LEAST_AND_MOST:
        offer, request = getattr(publisher_qos, name), getattr(subscription_qos, name)
        # An open request may be the most, an open offer the least.
        if (request in (most, *_open(request)) and offer in (least, *_open(offer))
                and (request != most or offer != least)):
            reasons.append(f'WARNING: {name} of publisher is {offer.name} and of subscription '
                           f'{request.name};')
    return (QoSCompatibility.WARNING if reasons else QoSCompatibility.OK), ''.join(reasons)


def _open(policy):
    return type(policy)['SYSTEM_DEFAULT'], type(policy)['UNKNOWN']


def endpoint_qos(profile):
    """Return an EndpointQos; raise ValueError for what cannot be created."""
    for name in ('history', 'reliability', 'durability', 'liveliness'):
        policy = getattr(profile, name)
        if policy.name in UNSUPPORTED:
            choices = [choice.name for choice in type(policy) if choice.name not in UNSUPPORTED]
            raise ValueError(f'QoS policy {name}: {policy.name} is not supported; choose from: '
                             f'{", ".join(choices)}')
    return _plain_qos(profile)


def _plain_qos(profile):
    return EndpointQos(
        reliable=profile.reliability != ReliabilityPolicy.BEST_EFFORT,
        durability='transient_local' if profile.durability == DurabilityPolicy.TRANSIENT_LOCAL
        else 'volatile',
        depth=None if profile.history == HistoryPolicy.KEEP_ALL else max(profile.depth, 1),
        deadline=profile.deadline.nanoseconds or INFINITY,
        lifespan=profile.lifespan.nanoseconds or INFINITY,
        liveliness='manual_by_topic' if profile.liveliness == LivelinessPolicy.MANUAL_BY_TOPIC
        else 'automatic',
        lease=profile.liveliness_lease_duration.nanoseconds or INFINITY)


def profile_of_endpoint(qos):
    """Return the QoSProfile of a discovered EndpointQos; history is not told by discovery."""
    durability = {'volatile': DurabilityPolicy.VOLATILE,
                  'transient_local': DurabilityPolicy.TRANSIENT_LOCAL}
    return QoSProfile(
        history=HistoryPolicy.UNKNOWN, depth=0,
        reliability=ReliabilityPolicy.RELIABLE if qos.reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=durability.get(qos.durability, DurabilityPolicy.UNKNOWN),
        lifespan=Duration(nanoseconds=qos.lifespan), deadline=Duration(nanoseconds=qos.deadline),
        liveliness=LivelinessPolicy.AUTOMATIC if qos.liveliness == 'automatic'
        else LivelinessPolicy.MANUAL_BY_TOPIC,
        liveliness_lease_duration=Duration(nanoseconds=qos.lease))
