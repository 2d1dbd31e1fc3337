"""Node monitor: tells how the run goes, keeps its record, and ends it."""

from pathlib import Path
import subprocess
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from sgft_ros.msg import EpisodeResult, LearnerStatus, ShapedTransition
from sgft_ros.nodes import diagnostics, monitor_text, qos
from sgft_ros.nodes.ending import begin, initialised, interruptible, spin_until
from sgft_ros.nodes.monitor_parameters import MonitorParameters
from sgft_ros.nodes.parameters import declare_parameters
from sgft_ros.report.book import RunBook

CONTROL_LOOP = 'policy: control loop'
STORAGE = 'replay_buffer: storage'
TEND_PERIOD = 0.5  # [s]
SUMMARY_PERIOD = 5.0  # [s]


class Monitor(Node):
    """
    Follow a run from the outside.

    `finished` is done as soon as the run has reached its end. A restarted monitor takes up the
    record of its predecessor.
    """

    def __init__(self):
        """Take up or begin the record in the run folder and join the topics."""
        super().__init__('monitor')
        self._settings = settings = declare_parameters(self, MonitorParameters)
        self.finished = Future()
        self._folder = Path(settings.run_folder)
        self._book = RunBook(
            self._folder, settings.title, settings.goal_success, settings.transition_limit)
        self._last_sign = None  # that the run nears its end, of the limit or an evaluation [s]
        self._learner, self._learner_heard = None, 0.0  # its last status, and when [s]
        self._loops = {}  # robot -> what its policy says of its control loop
        self._stored = None
        self._errors = {}  # status of a node -> its error, as long as it has one
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(settings.print_period, self._print_state, clock=steady)
        self.create_timer(TEND_PERIOD, self._tend, clock=steady)
        self.create_timer(SUMMARY_PERIOD, self._write_summary, clock=steady)
        self.create_subscription(
            EpisodeResult, 'episode_results', self._on_episode, qos.EPISODE_RESULTS)
        self.create_subscription(
            ShapedTransition, 'shaped_transitions', self._on_transition, qos.TRANSITIONS)
        self.create_subscription(
            LearnerStatus, 'learner_status', self._on_learner, qos.LATEST)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 100)

    def close(self, outcome):
        """Write the files of the run as they are now and tell how it ended; needs no ROS."""
        self._book.flush()
        summary = self._write_summary(outcome)
        _say(monitor_text.end_text(outcome, summary, self._folder))
        _draw(self._folder)

    def _on_episode(self, message):
        if not self._follows(message.robot):
            return
        if message.evaluation and self._last_sign is not None:
            self._last_sign = time.monotonic()
        self._tell(self._book.on_episode(message))

    def _on_transition(self, shaped):
        if self._follows(shaped.transition.robot):
            self._tell(self._book.on_transition(shaped))

    def _follows(self, robot):
        return self._settings.robot in ('', robot)

    def _on_learner(self, status):
        self._learner, self._learner_heard = status, time.monotonic()
        self._stored = status.stored

    def _on_diagnostics(self, array):
        for status in array.status:
            node = status.name.partition(':')[0]
            if self._settings.robot and not self._beside(node):
                continue
            self._errors.pop(status.name, None)
            if status.level == diagnostics.ERROR:
                self._errors[status.name] = status.message
            values = {pair.key: pair.value for pair in status.values}
            if status.name.endswith(CONTROL_LOOP) and 'robot' in values:
                self._loops[values['robot']] = values | {'message': status.message}
            elif status.name.endswith(STORAGE):
                self._stored = int(values['stored'])

    def _beside(self, node):
        """Return whether a node is of this robot, or of what robots share."""
        return node.rpartition('/')[0] in ('', self.get_namespace().strip('/'))

    def _tend(self):
        """Do what no message triggers: late episodes and the end of the run."""
        self._tell(self._book.settle())
        outcome = not self._settings.act_only and (
            self._book.record.outcome or self._overdue())
        if outcome and not self.finished.done():
            self.finished.set_result(outcome)

    def _write_summary(self, outcome='running'):
        return self._book.write_summary(
            outcome, self._learner_summary(), self._loops, self._errors_by_node())

    def _overdue(self):
        """Return an outcome where the limit has passed and no evaluation follows, or goes on."""
        if self._book.transitions < self._settings.transition_limit:
            return ''
        if self._last_sign is None:
            self._last_sign = time.monotonic()
        waited = time.monotonic() - self._last_sign
        late = waited > self._settings.final_evaluation_timeout
        return 'transition limit, without a last evaluation' if late else ''

    def _tell(self, rounds):
        several = len(self._robots) > 1
        for evaluation in rounds:
            robot = evaluation.robot
            _say(monitor_text.round_line(
                evaluation, self._book.record.of(robot).zero_shot, robot if several else ''))

    def _print_state(self):
        record, robots = self._book.record, self._robots
        loops = {robot: self._loops.get(robot, {}) for robot in robots}
        silence = time.monotonic() - self._learner_heard
        run = (self._book.elapsed(), len(record.episodes), self._book.transitions,
               self._settings.transition_limit, self._learner, silence, self._stored,
               self._errors_by_node())
        if len(robots) < 2:
            _say(monitor_text.state_line(record, next(iter(loops.values()), {}), *run))
            return
        _say(monitor_text.run_line(robots, *run))
        for robot, loop in loops.items():
            _say(monitor_text.robot_line(robot, record.of(robot), loop))

    @property
    def _robots(self):
        """Return the names of the robots that have been heard of."""
        return sorted({*self._book.record.robots, *self._loops})

    def _errors_by_node(self):
        """Return what each node reports at level ERROR, in whichever of its statuses."""
        errors = {}
        for name, message in self._errors.items():
            errors.setdefault(name.partition(':')[0], []).append(message)
        return {node: '; '.join(messages) for node, messages in errors.items()}

    def _learner_summary(self):
        status = self._learner
        if status is None:
            return {}
        names = ('algorithm', 'phase', 'horizon', 'learner_step', 'version', 'stored',
                 'updates_per_second', 'waiting', 'throttled')
        return {name: getattr(status, name) for name in names}


def _say(text):
    print(text, flush=True)


def _draw(folder):
    """Draw report.png in a process of its own, which goes on when this one is ended."""
    command = [sys.executable, '-m', 'sgft_ros.report', str(folder)]
    subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL).wait()


def main(args=None):
    """Run the node until the run has reached its end."""
    outcome = 'interrupted'
    monitor = None
    try:
        with interruptible(), initialised(args):
            monitor = begin(Monitor)
            spin_until(monitor, monitor.finished)
            if monitor.finished.done():
                outcome = monitor.finished.result()
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        if monitor is not None:
            monitor.close(outcome)


if __name__ == '__main__':
    main()
