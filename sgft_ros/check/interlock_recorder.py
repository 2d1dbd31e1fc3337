"""What came of the interlocks of a contract, read as the nodes read them: live and from a bag."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sgft_ros.check.message_class import message_class, not_installed
from sgft_ros.robot import RobotContract
from sgft_ros.robot.messages import make_getter


@dataclass
class InterlockSignal:
    """What came of one interlock; times [s] are those of the wall clock, as in the nodes."""

    arrivals: list[float] = field(default_factory=list)
    values: list[object] = field(default_factory=list)  # one per arrival that could be read
    problem: str = ''   # why the last message could not be read
    end: float = 0.0    # when nobody listened any more


class InterlockRecorder:
    """Take the messages of every interlock as they come."""

    def __init__(self, contract: RobotContract):
        """Prepare a signal for each interlock."""
        self.signals: Mapping[str, InterlockSignal] = {}
        self.classes: Mapping[str, type] = {}  # by interlock, where they are installed here
        self._getters = {}
        for lock in contract.interlocks:
            signal = self.signals[lock.name] = InterlockSignal()
            self._getters[lock.name] = make_getter(lock.field)
            found = message_class(lock.type)
            if found is None:
                signal.problem = not_installed(lock.type)
            else:
                self.classes[lock.name] = found

    def take(self, name: str, message: object, now: float) -> None:
        """Read a message of the type of the contract."""
        signal = self.signals[name]
        signal.arrivals.append(now)
        try:
            signal.values.append(self._getters[name](message))
            signal.problem = ''
        except (AttributeError, IndexError, TypeError) as error:
            signal.problem = str(error)

    def close(self, now: float) -> None:
        """Note when listening ended."""
        for signal in self.signals.values():
            signal.end = now
