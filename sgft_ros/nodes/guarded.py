"""The guard of a safety gate: a process that stops the robot when the gate is killed."""

from math import inf
import os
import subprocess
import sys
from time import monotonic

from rclpy.clock import Clock, ClockType
from sgft_ros.nodes import stop_guard
from sgft_ros.nodes.names import guard_name
from sgft_ros.robot import RobotContract

LOOK = 0.1         # [s] between two looks at whether it lives
PATIENCE = 5.0     # [s] from one start to the next, so that one that cannot start costs little
LAST_WAIT = 1.0    # [s] for its end
MUCH = 4096        # [bytes] at once: a log may come first


def make_guard(node, robot: str, contract: RobotContract, topic: str) -> 'Guard | NoGuard':
    """
    Return the guard of the gate `node`, whose commands go to the resolved `topic`.

    A driver that was given a target stays there, and so needs none.
    """
    if contract.command.is_target:
        return NoGuard()
    return Guard(node, [
        sys.executable, '-m', stop_guard.__name__, robot, '--ros-args',
        '-r', f'__node:={guard_name(node.get_name())}', '-r', f'__ns:={node.get_namespace()}',
        '-r', f'{contract.command.topic}:={topic}',
        '-p', f'use_sim_time:={str(node.get_parameter("use_sim_time").value).lower()}'])


class NoGuard:
    """Nobody, where nobody is needed."""

    problem, fault, deaths = '', '', 0

    def dismiss(self):
        """Do nothing."""


class Guard:
    """
    Keep the program stop_guard running.

    It holds the other end of a pipe, which the kernel closes when this process ends, however it
    does. It is started, and not forked, as DDS has threads; and in a session of its own, so that
    what kills the group of the gate, or comes from its terminal, does not reach it.
    """

    def __init__(self, node, command: list[str]):
        """Start it as soon as the node spins, and look after it from then on."""
        self._logger, self._command = node.get_logger(), command
        self.deaths = 0   # of guards
        self.fault = ''   # what happened to the last one, until the next one is ready
        self._ready = False
        # None is started before the node spins: one that is refused as there is another gate must
        # leave no guard, whose stop would go to a robot that this other one moves.
        self._started, self._process = -inf, None
        self._timer = node.create_timer(
            LOOK, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def problem(self) -> str:
        """Return why the robot must not begin to move, or an empty string."""
        self._look()
        return '' if self._ready else self.fault or 'the guard of the stop is starting'

    def dismiss(self):
        """Let it end without a stop."""
        self._timer.cancel()
        if self._process is not None:
            try:
                self._process.communicate(stop_guard.DISMISSED, timeout=LAST_WAIT)
            except (OSError, subprocess.TimeoutExpired):
                self._process.kill()

    def _start(self):
        self._started = monotonic()
        try:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
                start_new_session=True, env=os.environ | {'PYTHONSAFEPATH': '1'})
        except OSError as error:
            self._fail(f'cannot start: {error}')
        else:
            os.set_blocking(self._process.stdout.fileno(), False)

    def _look(self):
        """Start another where it has ended."""
        process = self._process
        if process is not None and process.poll() is None:
            if not self._ready and stop_guard.READY in (process.stdout.read(MUCH) or b''):
                self._ready, self.fault = True, ''
            return
        if process is not None:
            self._process = None
            process.stdin.close()
            process.stdout.close()
            self._fail(f'has died (exit code {process.returncode})')
        if monotonic() > self._started + PATIENCE:
            self._start()

    def _fail(self, what):
        self.deaths += 1
        self._ready, self.fault = False, f'the guard of the stop {what}; another is started'
        self._logger.warning(self.fault)
