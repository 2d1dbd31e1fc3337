"""Who acts in which episode, with which weights; a node that comes back goes on from there."""

from concurrent.futures import Future
from time import monotonic

import numpy as np
from sgft_ros.learning.arbiter import Arbiter, CALIBRATED, INCUMBENT, PI_SIM
from sgft_ros.learning.calibration import CalibratedPolicy, Calibration
from sgft_ros.learning.checkpoint import Checkpoint
from sgft_ros.learning.schedule import ActingSchedule, EVALUATION, Schedule
from sgft_ros.msg import EpisodeResult, PolicyWeights
from sgft_ros.nodes.acting_weights import ActingWeights
from sgft_ros.nodes.policy_parameters import PolicyParameters
from sgft_ros.nodes.run_state import RunState
from sgft_ros.nodes.weights import read_key, Weights, WeightsJudge

WEIGHTS_WAIT = 3.0  # [s] that a restarted policy waits for newer weights than its own
ARBITER = 0xA2B1    # keeps the draws of candidates apart from other random numbers of the seed


class Actors:
    """
    Give each episode to somebody, take newer weights between two ticks, count what was done.

    Throughout a round of evaluation nobody learns, so that it is worth something. What acts is on
    the disk before it does: no later life drives with older weights. With `act_only` nobody ever
    learns, and the best of the run acts.
    """

    def __init__(self, settings: PolicyParameters, checkpoint: Checkpoint, robot: str,
                 observation_size: int, calibration: Calibration | None = None):
        """
        Begin with the checkpoint's policy, or with what an earlier life left in the run folder.

        :param calibration: which successes correct; candidates are arbitrated then
        :raises ValueError: if that belongs to another checkpoint
        """
        judge = WeightsJudge(checkpoint.metadata, checkpoint.tensors,
                             read_key(settings.key_file), settings.seed)
        self._state = RunState(settings.run_folder, robot, checkpoint.sha256)
        kept = self._state.load()
        self.weights = ActingWeights(
            judge, judge.first(checkpoint.tensors), settings.arbitrate)
        self._arbiter = None
        if settings.arbitrate:
            self._arbiter = Arbiter(np.random.default_rng(
                [settings.seed, ARBITER, kept.counts.episodes]), settings.evaluation_episodes)
        zeros = np.zeros(observation_size, np.float32)
        for tensors, version, name, controller in kept.candidates:
            if version:
                self.weights.follow(judge.judge(tensors, version, name, zeros, controller))
        self._begun = kept.begun  # a newer version of pi_sim says that the learner begins anew
        self._pi_sim, self._calibration = checkpoint.tensors, calibration
        known = kept.arbiter or {}
        if calibration is not None and kept.calibration:
            calibration.load_state(kept.calibration)
            self._recalibrate(admitted=CALIBRATED in known)
        if settings.arbitrate and known:
            self._arbiter.load_state({
                name: known[name] for name in known if name in self.weights.candidates})
        self._act_only = settings.act_only
        self.schedule = (ActingSchedule if settings.act_only else Schedule)(
            settings.evaluation_interval, settings.evaluation_episodes,
            settings.transition_limit, kept.counts)
        self._restored = self.weights.newest.version
        waits = self._restored and not settings.act_only
        self._waits_until = monotonic() + WEIGHTS_WAIT if waits else 0.0

    @property
    def now(self) -> Weights:
        """Return the weights that act."""
        return self.weights.now

    @property
    def waiting(self) -> bool:
        """Return whether newer weights than those of the earlier life may still come."""
        return (self.weights.newest.version <= self._restored
                and monotonic() < self._waits_until)

    @property
    def disk_error(self) -> str:
        """Return why counts and weights cannot be kept; empty if they are."""
        return self._state.error

    def swap(self, evaluation: bool | None) -> None:
        """Let newer weights act, if they may now: in the episode that goes on, if there is one."""
        self.weights.release(self._state.written)
        if not self._held(evaluation):
            self.weights.swap()

    def begin_episode(self, evaluation: bool) -> None:
        """Say who acts in the episode that begins, where there is a choice."""
        weights, schedule = self.weights, self.schedule
        if self._arbiter is not None:
            if not schedule.in_round:  # throughout a round, nobody learns
                weights.freeze(evaluation)
                self._begin_anew_if_told()
                self._arbiter.admit(weights.candidates)
            weights.act_with(self._choice(evaluation))
            weights.swap()
        weights.now.policy.reset()

    def _choice(self, evaluation):
        if self._act_only:
            return self._arbiter.best
        zero_shot = evaluation and self.schedule.counts.rounds == 0
        return PI_SIM if zero_shot else self._arbiter.choose(evaluation)

    def record(
        self, result: EpisodeResult, evidence: bool, observation: np.ndarray | None = None,
    ) -> None:
        """
        Learn who is good, if the outcome is `evidence` of who acted, and keep the counts.

        :param observation: at the end (observation,), where that was the end of the task
        """
        if self._act_only:
            return
        if self._arbiter is not None:
            success = result.success if evidence else None
            self._arbiter.record(result.candidate, success, result.evaluation)
            if result.evaluation and not self.schedule.in_round:
                if best := self._arbiter.crown():
                    self.weights.preserve(best, INCUMBENT)
        if self._calibration is not None:
            if result.success and observation is not None:
                self._calibration.record(observation)
            if not self.schedule.in_round:  # throughout a round, nobody learns
                self._recalibrate()
        self._keep()

    def offer(self, message: PolicyWeights) -> Future:
        """Have weights judged that may act later; once the future is done, `take` them."""
        return self.weights.offer(message)

    def take(self) -> str:
        """Take what has been judged; return why the last weights were refused, if some were."""
        refused = self.weights.refused
        if self.weights.take():
            self._keep()
        return self.weights.refusal if self.weights.refused > refused else ''

    def report(self) -> dict[str, object]:
        """Return what is thought of the candidates, and how often a plan was cut short."""
        cut = sum(getattr(weights.policy, 'cut', 0) for weights in self.weights.all)
        means = {} if self._arbiter is None else {
            f'success_of_{name}': f'{self._arbiter.mean(name):.2f}'
            for name in self._arbiter.candidates}
        return {'candidate': self.now.candidate, 'plans_cut': cut, **means, **self._correction()}

    def _begin_anew_if_told(self):
        """Where the learner has published pi_sim once more, forget what was learned since."""
        version = self.weights.version(PI_SIM)
        if version != self._begun:
            self._begun = version
            self._arbiter.begin_anew()
            self.weights.drop_before(version)
            self.weights.drop(INCUMBENT)
            self.weights.drop(CALIBRATED)
            if self._calibration is not None:
                self._calibration.forget()
            self._keep()

    def _recalibrate(self, admitted=False):
        """
        Believe what successes say of the calibration; let pi_sim act by that, once it differs.

        :param admitted: whether it has done so
        """
        self._calibration.update()
        if CALIBRATED not in self.weights.candidates and (
                admitted or self._calibration.significant):
            policy = CalibratedPolicy(self._pi_sim, self._calibration)
            self.weights.add(Weights(
                policy, self._pi_sim, self.weights.version(PI_SIM), CALIBRATED))

    def _correction(self):
        if self._calibration is None:
            return {}
        passed_over = {'implausible_successes': self._calibration.passed_over}
        if CALIBRATED not in self.weights.candidates:
            return passed_over
        return {'tool_displacement': ' '.join(
            f'{1000 * each:.1f}' for each in self._calibration.displacement), **passed_over}

    def _held(self, evaluation):
        """Return whether the weights must stay; `evaluation` is None between two episodes."""
        schedule = self.schedule
        if evaluation is not None:
            return evaluation
        zero_shot = schedule.phase == EVALUATION and schedule.counts.rounds == 0
        return zero_shot or schedule.in_round

    def _keep(self):
        """Write down what the next life needs."""
        arbiter = None if self._arbiter is None else self._arbiter.state()
        calibration = None if self._calibration is None else self._calibration.state()
        # pi_sim by the calibration is made of these two.
        learned = [weights for weights in self.weights.all if weights.candidate != CALIBRATED]
        self._state.keep(self.schedule.counts, learned, arbiter, calibration, self._begun)
