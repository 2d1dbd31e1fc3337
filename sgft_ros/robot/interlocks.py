"""Interlocks of a robot contract: what the robot itself says about whether it may be moved."""

from collections.abc import Iterable
from dataclasses import dataclass

from sgft_ros.robot.messages import make_getter
from sgft_ros.robot.terms import check_field, check_type
from sgft_ros.robot.yaml_section import Section

INTERLOCK_KEYS = ('name', 'topic', 'type', 'field', 'allowed', 'latched', 'max_age')


@dataclass(frozen=True)
class Interlock:
    """A field of a topic that has to have one of some values, or the robot must not be moved."""

    name: str
    topic: str
    type: str
    field: str                 # path, as in `data` or `status.mode`
    allowed: tuple[object, ...]
    latched: bool              # published once, for readers that come later too
    max_age: float | None      # since the last message arrived [s]; None: until the next one

    def allows(self, value: object) -> bool:
        """Return whether the robot may be moved with this value."""
        # True is 1 for Python, but not for a robot.
        return any(value == one and isinstance(value, bool) == isinstance(one, bool)
                   for one in self.allowed)


def read_interlocks(contract: Section) -> tuple[Interlock, ...]:
    """Read the list `interlocks` of a contract, which may be missing."""
    if 'interlocks' not in contract:
        return ()
    locks = tuple(map(_read, contract.sections('interlocks', INTERLOCK_KEYS)))
    contract.check_once('interlocks', 'interlock', (lock.name for lock in locks))
    return locks


def _read(section: Section) -> Interlock:
    allowed = section.get('allowed', 'a list of values')
    if not isinstance(allowed, list) or not allowed or not all(
            isinstance(value, (bool, int, str)) for value in allowed):
        section.fail('allowed', 'a list of booleans, integers or texts, at least one', allowed)
    latched = section.get('latched', 'true or false', False)
    if not isinstance(latched, bool):
        section.fail('latched', 'true or false', latched)
    return Interlock(
        name=section.text('name'), topic=section.name('topic'), type=check_type(section),
        field=check_field(section, section.text('field'), 'field'), allowed=tuple(allowed),
        latched=latched,
        max_age=section.number('max_age', above=0.0) if 'max_age' in section else None)


class InterlockState:
    """The newest value of every interlock; times are seconds of one clock that never jumps."""

    def __init__(self, interlocks: Iterable[Interlock]):
        self._interlocks = tuple(interlocks)
        self._getters = {lock.name: make_getter(lock.field) for lock in self._interlocks}
        self._newest = {}  # by name: value, arrival [s]

    def update(self, name: str, message: object, now: float) -> None:
        """
        Take a message of the interlock's topic.

        :raises ValueError: if it has no such field; the interlock counts as never received then
        """
        self._newest.pop(name, None)
        try:
            value = self._getters[name](message)
        except (AttributeError, IndexError, TypeError) as error:
            raise ValueError(f'{type(message).__name__}: {error}') from None
        self._newest[name] = value, now

    def problems(self, now: float) -> tuple[str, ...]:
        """Return a sentence for each interlock that does not let the robot be moved."""
        return tuple(filter(None, (self._problem(lock, now) for lock in self._interlocks)))

    def _problem(self, lock, now):
        if lock.name not in self._newest:
            return f'interlock {lock.name}: nothing received on {lock.topic}'
        value, arrival = self._newest[lock.name]
        if not lock.allows(value):
            allowed = ' or '.join(str(one) for one in lock.allowed)
            return f'interlock {lock.name}: {lock.field} is {value}, has to be {allowed}'
        if lock.max_age is not None and now - arrival > lock.max_age:
            return f'interlock {lock.name}: silent for {now - arrival:.3f} s, ' \
                   f'limit {lock.max_age:g} s'
        return ''
