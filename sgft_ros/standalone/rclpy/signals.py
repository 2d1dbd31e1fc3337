"""SIGINT and SIGTERM, which shut contexts down, and signals in general, which wake executors."""

from enum import Enum
import signal
import socket
import threading
import weakref


class SignalHandlerOptions(Enum):
    """Which handlers init() installs."""

    NO = 0
    SIGINT = 1
    SIGTERM = 2
    ALL = 3

    def __or__(self, other):
        return SignalHandlerOptions(self.value | other.value)


_NUMBERS = {signal.SIGINT: SignalHandlerOptions.SIGINT, signal.SIGTERM:
            SignalHandlerOptions.SIGTERM}
_contexts = weakref.WeakSet()
_previous = {}  # number -> handler that was there before ours
_options = SignalHandlerOptions.NO
_alarm = None


def install_signal_handlers(options=SignalHandlerOptions.ALL):
    """Install the handlers of an option in the main thread; in others nothing can be done."""
    global _options
    if threading.current_thread() is not threading.main_thread():
        return
    for number, option in _NUMBERS.items():
        if options.value & option.value and number not in _previous:
            _previous[number] = signal.signal(number, _on_signal)
    _options = options


def uninstall_signal_handlers():
    """Put the handlers back that were there before."""
    global _options
    if threading.current_thread() is not threading.main_thread():
        return
    for number, handler in list(_previous.items()):
        if signal.getsignal(number) == _on_signal:
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        del _previous[number]
    _options = SignalHandlerOptions.NO


def get_current_signal_handlers_options():
    """Return the option last installed."""
    return _options


def _watch(context):
    """Shut a context down at a signal, and wake its executors at any."""
    global _alarm
    _contexts.add(context)
    if _alarm is None and threading.current_thread() is threading.main_thread():
        _alarm = _Alarm()


def _on_signal(number, frame):
    for context in list(_contexts):
        context._invalidate()
    previous = _previous.get(number)
    if callable(previous):
        previous(number, frame)


class _Alarm:
    """
    Wakes executors when a signal comes.

    Python runs handlers in the main thread between two instructions of Python; while that thread
    waits within Cyclone it would not come to the next one.
    """

    def __init__(self):
        """Listen in a thread of its own, unless somebody else does."""
        self._here, there = socket.socketpair()
        there.setblocking(False)
        self._there = there
        before = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        if before != -1:
            signal.set_wakeup_fd(before)
            return
        threading.Thread(target=self._run, name='rclpy signals', daemon=True).start()

    def _run(self):
        while self._here.recv(64):
            for context in list(_contexts):
                context._wake()
