"""What came of the joystick of a contract, read as the nodes read it: live and from a bag."""

from dataclasses import dataclass, field

from sensor_msgs.msg import Joy


@dataclass
class JoystickSignal:
    """What came of a joystick; times [s] are those of the wall clock, as in the nodes."""

    begin: float                    # since when somebody listens
    arrivals: list[float] = field(default_factory=list)
    axes: tuple[float, ...] = ()    # of the last message
    buttons: tuple[int, ...] = ()
    end: float = 0.0                # when nobody listened any more

    def take(self, message: Joy, now: float) -> None:
        """Note a message."""
        self.arrivals.append(now)
        self.axes, self.buttons = tuple(message.axes), tuple(message.buttons)
