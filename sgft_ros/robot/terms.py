"""Observation terms of a robot contract: where each number comes from and how it is scaled."""

from dataclasses import dataclass
import re

from sgft_ros.robot.yaml_section import Section

TRANSFORM_FIELDS = ('x', 'y', 'z', 'qx', 'qy', 'qz', 'qw')
JOINT_FIELDS = ('position', 'velocity', 'effort')
UNMEASURED = {'last_action': 'the last action', 'constant': 'a constant'}
LATEST, NEAREST = ALIGNMENTS = ('latest', 'nearest')
_TYPE = re.compile(r'[a-z]\w*/msg/[A-Z]\w*')
_FIELD = re.compile(r'[a-z]\w*(\[\d+\])*(\.[a-z]\w*(\[\d+\])*)*')


@dataclass(frozen=True)
class TransformSource:
    """Pose of `source_frame` in `target_frame` from tf; translation x, y, z [m], quaternion q*."""

    target_frame: str
    source_frame: str
    fields: tuple[str, ...]
    kind = 'transform'

    @property
    def labels(self) -> tuple[str, ...]:
        """Return one name per number."""
        return self.fields


@dataclass(frozen=True)
class TopicSource:
    """Numbers out of a message: dotted field paths, `[index]` for elements of arrays."""

    topic: str
    type: str
    fields: tuple[str, ...]
    kind = 'topic'

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the last part of each path, or the whole path where that is ambiguous."""
        leaves = tuple(field.rpartition('.')[2] for field in self.fields)
        return leaves if len(set(leaves)) == len(leaves) else self.fields


@dataclass(frozen=True)
class JointStatesSource:
    """One field of a sensor_msgs/msg/JointState, joints found by name."""

    topic: str
    joints: tuple[str, ...]
    field: str
    kind = 'joint_states'
    type = 'sensor_msgs/msg/JointState'

    @property
    def labels(self) -> tuple[str, ...]:
        """Return one name per number."""
        return self.joints


@dataclass(frozen=True)
class LastActionSource:
    """The action that was executed last, normalised."""

    labels: tuple[str, ...]
    kind = 'last_action'


@dataclass(frozen=True)
class ConstantSource:
    """Numbers that stay the same throughout, as a goal that a policy is told."""

    values: tuple[float, ...]
    labels: tuple[str, ...]
    kind = 'constant'


Source = TransformSource | TopicSource | JointStatesSource | LastActionSource | ConstantSource


@dataclass(frozen=True)
class ObservationTerm:
    """Some numbers of the observation: scaled = clip(raw * scale)."""

    name: str
    source: Source
    unit: str                        # of the raw numbers
    scale: tuple[float, ...]         # scaled per raw unit, one per number
    clip: tuple[float, float] | None  # of the scaled numbers
    max_age: float | None            # [s] behind the node's clock; None for what nobody measures
    alignment: str = LATEST          # which measurement counts at a tick, out of ALIGNMENTS

    @property
    def size(self) -> int:
        """Return how many numbers the term has."""
        return len(self.source.labels)

    @property
    def names(self) -> tuple[str, ...]:
        """Return one name per number, as in `force.x`."""
        return tuple(f'{self.name}.{label}' for label in self.source.labels)


TERM_KEYS = ('name', 'source', 'unit', 'scale', 'clip', 'max_age', 'alignment')
_SOURCE_KEYS = {
    'transform': ('target_frame', 'source_frame', 'fields'),
    'topic': ('topic', 'type', 'fields'),
    'joint_states': ('topic', 'joints', 'field'),
    'last_action': (),
    'constant': ('fields', 'values'),
}


def read_terms(contract: Section, action_names: tuple[str, ...]) -> tuple[ObservationTerm, ...]:
    """Read the list `observation` of a contract."""
    terms = tuple(_read_term(section, action_names)
                  for section in contract.sections('observation', TERM_KEYS))
    contract.check_once('observation', 'term', (term.name for term in terms))
    return terms


def _read_term(section: Section, action_names: tuple[str, ...]) -> ObservationTerm:
    name = section.text('name')
    source = _read_source(section, action_names)
    size = len(source.labels)
    acted, measured = source.kind == 'last_action', source.kind not in UNMEASURED
    for key in ('unit', 'max_age', 'alignment'):
        if key in section and (acted or key != 'unit' and not measured):
            section.fail(key, f'no {key}: {UNMEASURED[source.kind]} has none',
                         section.get(key, ''))
    return ObservationTerm(
        name=name, source=source, unit='1' if acted else section.text('unit'),
        scale=section.numbers('scale', size, spread=True, default=1.0),
        clip=_read_clip(section),
        max_age=section.number('max_age', above=0.0) if measured else None,
        alignment=section.choice('alignment', ALIGNMENTS, LATEST) if measured else LATEST,
    )


def _read_source(section: Section, action_names: tuple[str, ...]) -> Source:
    every_key = ('kind', *{key for keys in _SOURCE_KEYS.values() for key in keys})
    kind = section.section('source', every_key).choice('kind', _SOURCE_KEYS)
    source = section.section('source', ('kind', *_SOURCE_KEYS[kind]))
    if kind == 'transform':
        fields = source.texts('fields')
        for field in fields:
            if field not in TRANSFORM_FIELDS:
                source.fail('fields', f'fields out of {", ".join(TRANSFORM_FIELDS)}', field)
        return TransformSource(
            source.text('target_frame'), source.text('source_frame'), fields)
    if kind == 'topic':
        fields = source.texts('fields')
        return TopicSource(
            source.name('topic'), check_type(source),
            tuple(check_field(source, field, 'fields') for field in fields))
    if kind == 'joint_states':
        return JointStatesSource(
            source.name('topic', 'joint_states'), source.texts('joints'),
            source.choice('field', JOINT_FIELDS))
    if kind == 'constant':
        labels = source.texts('fields')
        return ConstantSource(source.numbers('values', len(labels)), labels)
    return LastActionSource(action_names)


def check_type(section: Section) -> str:
    """Return the message type under the key `type`."""
    name = section.text('type')
    if not _TYPE.fullmatch(name):
        section.fail('type', "a type as in 'geometry_msgs/msg/WrenchStamped'", name)
    return name


def check_field(section: Section, field: str, key: str) -> str:
    """Return a path to a field of a message, if it is one."""
    if not _FIELD.fullmatch(field):
        section.fail(key, "field paths as in 'wrench.force.x'", field)
    return field


def _read_clip(section: Section) -> tuple[float, float] | None:
    if section.get('clip', '', None) is None:
        return None
    if isinstance(section.get('clip', ''), list):
        low, high = section.numbers('clip', 2)
    else:
        high = section.number('clip', minimum=0.0)
        low = -high
    if low > high:
        section.fail('clip', 'low <= high', [low, high])
    return low, high
