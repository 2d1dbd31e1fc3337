"""What the learner tells: learner_status, /diagnostics, the log and curves."""

from pathlib import Path
import time

from rclpy.clock import Clock, ClockType
from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.learner_curves import LearnerCurves

PERIOD = 1.0  # [s]
FAR_BEHIND = 200  # real transitions that wait for their updates


class LearnerReport:
    """Tell once a second how training goes."""

    def __init__(self, node, settings, horizon, ratio, trainer, credits, files):
        """Begin to tell; `horizon` 0: infinite; `ratio`: wanted updates per transition."""
        self._node, self._settings, self._horizon = node, settings, horizon
        self._ratio = ratio
        self._trainer, self._credits, self._files = trainer, credits, files
        self._counted = trainer.updates, time.monotonic()
        self._told_problem = self._told_disk_error = self._told_curves_error = ''
        self._told_other_run = False
        self._curves = (LearnerCurves(Path(settings.run_folder) / 'tensorboard')
                        if settings.tensorboard else None)
        self._publisher = node.create_publisher(LearnerStatus, 'learner_status', qos.LATEST)
        self._timer = node.create_timer(
            PERIOD, self._tell, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._diagnostics = diagnostics.Diagnostics(node, 'training', self._report)

    def close(self):
        """Write what waits; needs no ROS."""
        if self._curves is not None:
            self._curves.close()

    def _tell(self):
        updates, now = self._trainer.updates, time.monotonic()
        before, since = self._counted
        self._counted = updates, now
        rate = max(0.0, (updates - before) / (now - since))
        shares = self._trainer.shares.take()
        waiting, throttled = (shares.get(state, 0.0) for state in ('waiting', 'throttled'))
        status = LearnerStatus(
            algorithm=self._settings.algorithm, phase=self._trainer.displayed_phase,
            horizon=self._horizon, learner_step=updates, version=self._files.version,
            stored=self._credits.stored, behind=self._trainer.behind, updates_per_second=rate,
            waiting=waiting, throttled=throttled, **self._trainer.losses)
        status.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(status)
        if self._curves is not None and updates != before:
            self._curves.add(updates, {
                **self._trainer.losses, 'updates_per_second': rate, 'waiting': waiting,
                'throttled': throttled, 'stored': self._credits.stored,
                'behind': self._trainer.behind})
        self._log()

    def _log(self):
        """Log what is new among the problems; diagnostics keep saying it."""
        logger = self._node.get_logger()
        if lag := self._lag():
            logger.warning(lag, throttle_duration_sec=60.0)
        if (other_run := self._other_run()) and not self._told_other_run:
            logger.error(other_run)
            self._told_other_run = True
        problem, disk_error = self._trainer.problem, self._trainer.disk_error
        if problem != self._told_problem:
            logger.error(problem, throttle_duration_sec=5.0)
        if disk_error != self._told_disk_error:
            if disk_error:
                logger.error(f'{disk_error}; going on without a new checkpoint')
            else:
                logger.info('the disk takes checkpoints again')
        self._told_problem, self._told_disk_error = problem, disk_error
        curves_error = '' if self._curves is None else self._curves.error
        if curves_error != self._told_curves_error:
            logger.warning(f'no more curves for TensorBoard: {curves_error}')
            self._told_curves_error = curves_error

    def _lag(self):
        """Return what to say of a learner that cannot keep up, '' where it can."""
        behind, ratio = self._trainer.behind, self._ratio
        if self._trainer.displayed_phase != 'training' or behind <= FAR_BEHIND * ratio:
            return ''
        return (f'{behind} updates behind the transitions: the learner came late, or the machine '
                f'is too busy for {ratio:g} per transition')

    def _other_run(self):
        """Return what to say of a learner that has outlived the run that it learned from."""
        if not self._trainer.own_run.outlived:
            return ''
        return ('the replay buffer is that of another run now, and the weights are those of an '
                f'earlier one, of {Path(self._settings.run_folder).resolve()}; start the learner '
                'again, with a run_folder of its own')

    def _report(self):
        trainer, credits = self._trainer, self._credits
        level, message = diagnostics.OK, trainer.displayed_phase
        if lag := self._lag():
            level, message = diagnostics.WARN, lag
        # The monitor, on the robot's machine, shows errors alone.
        if other_run := self._other_run():
            level, message = diagnostics.ERROR, other_run
        if trainer.diverged or trainer.refused:
            level, message = diagnostics.ERROR, trainer.problem
        if trainer.disk_error:
            level, message = diagnostics.ERROR, f'no new checkpoint: {trainer.disk_error}'
        return level, message, {
            'phase': trainer.displayed_phase, 'updates': trainer.updates,
            'behind': trainer.behind,
            'version': self._files.version, 'stored': credits.stored,
            'inserted': credits.inserted, 'resent': credits.resent, 'ignored': credits.ignored,
            'discarded': credits.discarded, 'diverged': trainer.diverged,
            'refused': trainer.refused,
        }
