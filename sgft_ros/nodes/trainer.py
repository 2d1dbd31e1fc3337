"""The thread that trains: it alone touches the fine-tuner."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
import math
import queue
import threading
import time

import numpy as np
from sgft_ros.learning.arbiter import PI_SIM
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.controllers import GAUSSIAN
from sgft_ros.learning.finetuner import Candidate, FineTuner
from sgft_ros.learning.portfolio import Portfolio
from sgft_ros.nodes.learner_files import LearnerFiles
from sgft_ros.nodes.learner_run import LearnerRun
from sgft_ros.nodes.sample_credits import SampleCredits
from sgft_ros.nodes.time_shares import TimeShares

NO_LOSSES = dict.fromkeys(
    ('critic_loss', 'actor_loss', 'dynamics_loss', 'temperature', 'entropy', 'q_mean'),
    math.nan)


@dataclass(frozen=True)
class Schedule:
    """When the trainer publishes and saves."""

    publish_interval: int     # updates between two publications
    checkpoint_period: float  # [s]


class Trainer(threading.Thread):
    """
    Warm up, then train as the real transitions allow; publish weights and keep checkpoints.

    Other threads hand in answers of the replay buffer (`receive`) and jobs (`submit`), and read
    the attributes; each is replaced as a whole.
    """

    def __init__(
        self, tuner: FineTuner | Portfolio, credits: SampleCredits, files: LearnerFiles,
        schedule: Schedule,
        warm_start_columns: Mapping[str, np.ndarray] | None, *, seed: int,
        send: Callable, publish: Callable, policy: Checkpoint,
        warmed_up: bool = False, paused: bool = False, run: int = 0,
    ):
        """
        Prepare; `start` begins.

        :param warm_start_columns: shaped simulation data, or None where no warm start is wanted
        :param send: sends a SampleRequest
        :param publish: publishes (version, updates, candidate) as PolicyWeights
        :param policy: the checkpoint of pi_sim
        :param warmed_up: whether the tuner comes from a checkpoint that had been warmed up
        :param paused: whether to begin paused
        :param run: of the replay buffer that the tuner learned from; 0 if from none yet
        """
        super().__init__(name='trainer', daemon=True)
        self._tuner, self._credits, self._files = tuner, credits, files
        self._schedule, self._warm_start_columns = schedule, warm_start_columns
        self._send, self._publish = send, publish
        self._policy = policy
        self._generator = np.random.default_rng(seed)
        self._jobs = queue.SimpleQueue()
        self._answers = queue.SimpleQueue()
        self._wake = threading.Event()
        self._stopping = False
        self._warmed_up = warmed_up
        self._published_at = tuner.updates
        self._saved = time.monotonic()
        self.own_run = LearnerRun(run, credits, files.folder)
        self.shares = TimeShares('idle')
        self.phase = 'waiting'
        self.paused = paused
        self.losses = NO_LOSSES
        self.behind = 0        # updates that the transitions allow and that are not made yet
        self.disk_error = ''
        self.refused = 0       # answers of the replay buffer that could not be used
        self._refusal = ''     # the last reason
        self.ended = Future()  # done with the end of the thread; holds the error, if one ended it

    @property
    def updates(self) -> int:
        """Return the number of updates on real transitions."""
        return self._tuner.updates

    @property
    def diverged(self) -> int:
        """Return how many times a candidate went back to its last good weights."""
        return self._tuner.diverged

    @property
    def problem(self) -> str:
        """Return why answers were refused and weights taken back, the last time of each."""
        return '; '.join(filter(None, (self._refusal, self._tuner.problem)))

    @property
    def displayed_phase(self) -> str:
        """Return the phase, or 'paused'."""
        return 'paused' if self.paused else self.phase

    def receive(self, message) -> None:
        """Take an answer of the replay buffer."""
        self._answers.put(message)
        self._wake.set()

    def submit(self, job: Callable) -> Future:
        """Have a function without arguments called between two updates."""
        future = Future()
        self._jobs.put((job, future))
        self._wake.set()
        return future

    def stop(self) -> None:
        """Save a last checkpoint and end; `join` waits for it."""
        self._stopping = True
        self._wake.set()

    def checkpoint(self):
        """Write everything needed to resume; return the path. A job."""
        self._saved = time.monotonic()
        state = {name: value.numpy() for name, value in self._tuner.keep().items()}
        try:
            path = self._files.save(self._tuner.updates, state, {
                'warmed_up': self._warmed_up, 'paused': self.paused,
                'run': self.own_run.number})
            self._files.export_policies(self._tuner.candidates(), {
                **self._policy.metadata, 'updates': self._tuner.updates})
        except OSError as error:
            self.disk_error = f'{self._files.folder}: {error.strerror or error}'
            raise
        self.disk_error = ''
        return path

    def reset(self) -> int:
        """
        Go back to pi_sim and save that; return the last version that was published. A job.

        pi_sim itself comes first: where several act, it tells that none has learned anything yet.
        Where the disk refuses, `disk_error` says so.
        """
        if self._tuner.trained:
            self._tuner.reset()
        self._publish_next(Candidate(PI_SIM, {'kind': GAUSSIAN}, self._policy.tensors))
        version = self.publish()
        self._checkpoint_if_possible()
        return version

    def publish(self, moved: bool = False) -> int:
        """
        Publish the weights of every candidate as they are; return the last version. A job.

        With `moved`, those stay away that are pi_sim still.
        """
        self._published_at = self._tuner.updates
        self._tuner.keep()
        for candidate in self._tuner.candidates(moved):
            self._publish_next(candidate)
        return self._files.version

    def _publish_next(self, candidate):
        try:
            version = self._files.next_version()
        except OSError as error:
            self.disk_error = f'{self._files.folder}: {error.strerror or error}'
            version = self._files.version
        self._publish(version, self._tuner.updates, candidate)

    def set_paused(self, paused: bool) -> None:
        """Stop or resume gradient steps, and save that, see :meth:`reset`. A job."""
        if self.paused and not paused:
            self._credits.discard()  # sampled before the pause
        self.paused = paused
        self._checkpoint_if_possible()

    def run(self) -> None:
        """Train until `stop`; publish nothing before the replay buffer is known to be the own."""
        try:
            while self.own_run.uncertain and not self._stopping:
                self._tend()
                self._ask(0)
                self._wait('idle', self._credits.until_next())
            if not self._stopping and (self._tuner.trained or self._tuner.policy_moved):
                self.publish(moved=not self._tuner.trained)
            if self._tuner.needs_warm_start and not self._warmed_up:
                self._warm_start()
            while not self._stopping:
                self._tend()
                self._step()
            self._checkpoint_if_possible()
        except BaseException as error:
            self.ended.set_exception(error)
        else:
            self.ended.set_result(None)

    def _warm_start(self):
        if self._warm_start_columns is None:
            return
        self.phase = 'warm_start'
        self.shares.enter('warm_start')

        def progress(_):
            self._tend()
            self._ask(0)  # so that the status tells what the replay buffer holds
            while self.paused and not self._stopping:
                self._wait('paused', 1.0)
                self._tend()
            self.shares.enter('warm_start')
            return not self._stopping

        self._tuner.warm_start(self._warm_start_columns, self._generator, progress)
        self._warm_start_columns = None
        self._warmed_up = not self._stopping

    def _tend(self):
        """Do the jobs, take the answers, save from time to time."""
        while not self._jobs.empty():
            job, future = self._jobs.get()
            try:
                future.set_result(job())
            except Exception as error:
                future.set_exception(error)
        while not self._answers.empty():
            try:
                self._credits.answer(self._answers.get())
            except ValueError as error:
                self.refused += 1
                self._refusal = str(error)
        self.own_run.join()
        if time.monotonic() - self._saved >= self._schedule.checkpoint_period:
            self._checkpoint_if_possible()

    def _step(self):
        """Update once, or wait for what an update needs."""
        if self.paused:
            self._wait('paused', 1.0)
            return
        self.behind = due = self._tuner.updates_due(self._credits.inserted)
        self._ask(due)
        begun = self._credits.inserted >= self._tuner.start_after
        self.phase = 'training' if begun else 'waiting'
        if not due:
            self._wait('throttled' if begun else 'idle', self._credits.until_next())
            return
        batch = self._credits.next()
        if batch is None:
            self._wait('waiting', self._credits.until_next())
            return
        self.shares.enter('training')
        self._update(batch)

    def _ask(self, due):
        for request in self._credits.requests(due):
            self._send(request)

    def _update(self, batch):
        losses = self._tuner.update(batch, self._credits.inserted, self._credits.rewarded)
        self.losses = self.losses | losses  # a policy that waits has those of its last update
        if self._tuner.updates - self._published_at < self._schedule.publish_interval:
            return
        if self._tuner.policy_moved:
            self.publish(moved=True)
        else:  # the critics alone have learned so far
            self._published_at = self._tuner.updates
            self._tuner.keep()

    def _checkpoint_if_possible(self):
        try:
            self.checkpoint()
        except OSError:
            pass  # disk_error says so; training goes on

    def _wait(self, state, timeout):
        self.shares.enter(state)
        self._wake.wait(timeout)
        self._wake.clear()
