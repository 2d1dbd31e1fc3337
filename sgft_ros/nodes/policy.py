"""Node policy: observes, acts, judges and tells; takes new weights while the robot moves."""

import secrets
from time import monotonic, perf_counter

import numpy as np
from rclpy.logging import get_logger
from rclpy.node import Node
from sgft_ros.learning.arbiter import CALIBRATED
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import ExplorationNoise
from sgft_ros.learning.schedule import EVALUATION, FINISHED
from sgft_ros.msg import Action, EpisodeResult, Transition
from sgft_ros.nodes import diagnostics, policy_report, qos
from sgft_ros.nodes.actors import Actors
from sgft_ros.nodes.arrays import float_sequence
from sgft_ros.nodes.compatibility import check_compatible
from sgft_ros.nodes.ending import CONFIGURATION_ERROR, spin_until_signal
from sgft_ros.nodes.episode import Episode, Step
from sgft_ros.nodes.learner_watch import LearnerWatch
from sgft_ros.nodes.parameters import declare_parameters
from sgft_ros.nodes.policy_parameters import PolicyParameters
from sgft_ros.nodes.preparation import MOST_REFUSED, Preparation
from sgft_ros.nodes.sensors import Sensors
from sgft_ros.nodes.simulated_time import time_problem
from sgft_ros.nodes.supervision import Supervision
from sgft_ros.nodes.tick_record import TickRecord
from sgft_ros.nodes.tool_axes import ToolAxes
from sgft_ros.nodes.tool_calibration import make_calibration
from sgft_ros.nodes.weights_input import WeightsInput
from sgft_ros.robot import load_robot_contract, ObservationAssembler
from sgft_ros.tasks import get_task
from sgft_ros.tasks.outcome import failed, judge, OutcomeError
from std_srvs.srv import Trigger

MOST_PERIODS = 2        # control periods between two ticks after which the gate may have stopped
PLANNING_SHARE = 0.5    # of a control period, after which a planner begins no iteration
WAITING_FOR_LEARNER = 'waiting for the learner'
EXPLORATION = 0xE591    # keeps the noise apart from other random numbers of the seed


class Policy(Node):
    """
    Run one episode after the other, one action per control period.

    A transition is complete one period after its action: what the gate executed, what the sensors
    say then, what the task says of it. Where any of these is missing there is no transition.
    """

    def __init__(self):
        """Load and compare robot, task and policy; join the topics."""
        super().__init__('policy')
        settings = declare_parameters(self, PolicyParameters)
        contract = load_robot_contract(settings.robot)
        self._task = get_task(settings.task)
        self._period = contract.control_period
        self._robot = (
            settings.robot_name or self.get_namespace().strip('/') or contract.name)
        self._session = secrets.randbits(63)
        checkpoint = load_checkpoint(settings.checkpoint, 'policy')
        check_compatible(checkpoint, contract, self._task)
        self._calibration = None
        if settings.arbitrate and settings.simulation_data:
            data = load_checkpoint(settings.simulation_data, 'replay')
            check_compatible(data, contract, self._task)
            self._calibration = make_calibration(
                data.tensors, contract, settings.calibration_error, self.get_logger().info)
        self._actors = Actors(
            settings, checkpoint, self._robot, contract.observation_size, self._calibration)
        self._schedule = self._actors.schedule
        self._assembler = ObservationAssembler(contract)
        self._last_action_terms = contract.last_action_terms
        self._least_std = settings.exploration_std
        self._budget = PLANNING_SHARE * self._period / settings.rate_factor
        self._exploration = ExplorationNoise(
            contract.action_size, settings.exploration_correlation, np.random.default_rng(
                [settings.seed, EXPLORATION, self._schedule.counts.episodes]))
        self._action_size = contract.action_size

        self._episode = None
        self._executed = None  # the newest answer of the gate
        self._overdue = False  # a tick waits for it
        self._actions = self._transitions = self._episodes = 0
        self._dropped = self._aborted = 0
        self._reset_wanted = False
        self._ticks = TickRecord()
        self._last_abort = self._lag = ''
        self._ended = monotonic()  # when the last episode did [s]

        self._weights = None if settings.act_only else WeightsInput(self, self._actors)
        self._sensors = Sensors(self, contract)
        self._tool_axes = ToolAxes(contract, self._sensors.lookup)
        self._learner = LearnerWatch(self, settings.most_behind)
        self._supervision = Supervision(self, contract, self._learner)
        self._action_publisher = self.create_publisher(Action, 'action', qos.ACTION)
        self._preparation = Preparation(self, contract, self._sensors, self._send)
        self._transition_publisher = self.create_publisher(
            Transition, 'transitions', qos.TRANSITIONS)
        self._result_publisher = self.create_publisher(
            EpisodeResult, 'episode_results', qos.EPISODE_RESULTS)
        self.create_subscription(Action, 'executed_action', self._on_executed, qos.ACTION)
        self.create_service(Trigger, '~/reset', self._on_reset)
        self.create_service(Trigger, '~/ready', self._preparation.on_ready)
        self._diagnostics = diagnostics.Diagnostics(self, 'control loop', self._report)
        self._timer = self.create_timer(self._period, self._tick)

    def _tick(self):
        """Finish the last step, begin the next one."""
        begin = perf_counter()
        self._actors.swap(None if self._episode is None else self._episode.evaluation)
        now = self.get_clock().now()
        seconds = now.nanoseconds * 1e-9
        lateness = self._period - 1e-9 * self._timer.time_until_next_call()
        if self._episode is None and not self._begin_episode():
            return
        step = self._episode.step
        if step is not None:
            elapsed = seconds - step.time
            if elapsed < 0.0:
                self._abort(f'the clock went back by {-elapsed:.3f} s')
                return
            if elapsed < 0.5 * self._period:
                return  # the tick before was late, this one is not
            if not self._answered(step):
                return
        self._sensors.update(now.nanoseconds - max(0, round(1e9 * lateness)))
        problems = self._sensors.problems()
        if problems:
            self._abort('; '.join(problems))
            return
        executed = np.zeros(self._action_size, np.float32) if step is None else np.asarray(
            self._executed.action, np.float32)
        raw = self._sensors.values | dict.fromkeys(self._last_action_terms, executed)
        observation = self._assembler.assemble(raw)
        stamps = self._sensors.stamps
        if step is not None and self._finish_step(raw, observation, stamps, seconds):
            return
        self._act(observation, stamps, now, seconds)
        self._ticks.add(lateness, perf_counter() - begin)

    def _answered(self, step):
        """
        Return whether the gate has told what it made of the action.

        A tick that it has not waits for it, at most until the next one.
        """
        if self._executed is not None and self._executed.sequence == step.sequence:
            return True
        if self._overdue:
            self._abort('the safety gate did not answer')
        else:
            self._overdue = True
        return False

    def _begin_episode(self):
        """Return whether the robot is ready for an episode, which has then begun."""
        if self._schedule.phase == FINISHED or self._actors.waiting:
            return False
        evaluation = self._schedule.phase == EVALUATION
        if not self._schedule.in_round:  # throughout a round nobody learns
            self._lag = self._learner.problem(evaluation, self._ended)
            if self._lag:
                return False
        if not self._preparation.advance():
            return False
        self._episode = Episode(self._episodes, evaluation)
        self._actors.begin_episode(evaluation)
        self._episodes += 1
        self._reset_wanted = self._overdue = False
        self._supervision.begin_episode()
        self._exploration.reset()
        return True

    def _act(self, observation, stamps, now, seconds):
        """Choose an action, publish it, and remember what it was an answer to."""
        weights, episode = self._actors.now, self._episode
        noise = None if episode.evaluation else self._exploration.sample()
        if weights.candidate == CALIBRATED:
            self._tool_axes.turn(self._calibration)
        action = weights.policy.act(observation, noise, self._least_std, self._budget)
        sent = self._send(action, now, weights.version)
        episode.step = Step(observation, stamps, action, sent.header.stamp, seconds,
                            sent.sequence, weights.version, weights.candidate)
        self._actors.weights.observation = observation
        self._overdue = False

    def _send(self, action, now=None, version=0):
        """Publish an action for the safety gate; return the message."""
        message = Action(
            sequence=self._actions, action=float_sequence(action), policy_version=version)
        message.header.stamp = (now or self.get_clock().now()).to_msg()
        self._action_publisher.publish(message)
        self._actions += 1
        return message

    def _finish_step(self, raw, observation, stamps, seconds):
        """Publish the transition that is complete now; return whether the episode is over."""
        episode, executed = self._episode, self._executed
        periods = round((seconds - episode.step.time) / self._period)
        episode.periods += periods
        self._ticks.missed += periods - 1
        if periods > MOST_PERIODS:
            self._abort(f'no tick for {periods} control periods')
            return True
        outcome = self._judge(raw)
        late = episode.periods >= self._task.max_steps
        truncated = not outcome.terminated and (
            late or self._reset_wanted or self._supervision.abort)
        # In two periods an action leads elsewhere than in one: the values of what follows would be
        # learnt wrong. Behind the end of a task nothing follows, and its reward must not be lost.
        if periods == 1 or outcome.terminated:
            self._publish(
                episode.transition(observation, stamps, executed, outcome, truncated))
            episode.transitions += 1
        else:
            self._dropped += 1
        episode.episode_return += outcome.reward
        if outcome.terminated or truncated:
            self._end_episode(outcome, truncated, cut_off=not (late or outcome.terminated),
                              observation=observation if outcome.terminated else None)
            return True
        return self._gate_is_disarmed(executed)

    def _judge(self, raw):
        """Return the task's outcome of a step, or the human's, who knows better."""
        verdict = self._supervision.verdict
        if verdict is None:
            try:
                return judge(self._task, raw)
            except OutcomeError:
                raise
            except Exception as error:  # whatever the task raises belongs to its author
                raise failed(self._task, error) from error
        self.get_logger().info(f'episode {self._episode.number}: a human says '
                               f'{"success" if verdict.success else "failure"}')
        return verdict

    def _gate_is_disarmed(self, executed):
        """Abort the episode if the gate has refused several actions in a row."""
        episode = self._episode
        episode.refused = episode.refused + 1 if executed.stopped else 0
        if episode.refused < MOST_REFUSED:
            return False
        self._abort('the safety gate stops the robot')
        return True

    def _publish(self, transition):
        transition.robot = self._robot
        transition.session = self._session
        transition.sequence = self._transitions
        self._transition_publisher.publish(transition)
        self._transitions += 1

    def _abort(self, reason):
        """End the episode as truncated because something is wrong."""
        episode = self._episode
        self._aborted += 1
        self._last_abort = reason
        self.get_logger().warning(
            f'episode {episode.number} cut off: {reason}', throttle_duration_sec=1.0)
        self._end_episode(None, True, cut_off=True)

    def _end_episode(self, outcome, truncated, cut_off, observation=None):
        """Stop the robot; tell how the episode went and keep the counts, if it counts."""
        episode, self._episode = self._episode, None
        # What somebody or something cut off, or a human helped in, says nothing of who acted. An
        # evaluation is repeated then.
        evidence = not (cut_off or episode.human_steps)
        counts = evidence or not episode.evaluation
        self._ended = monotonic()
        schedule = self._schedule
        evaluation_round = schedule.counts.rounds
        if counts:
            schedule.end_episode(episode.evaluation, episode.transitions)
        self._preparation.stop(then_reset=schedule.phase != FINISHED)
        if not counts or episode.step is None:
            return
        result = episode.result(outcome, truncated)
        result.robot, result.session = self._robot, self._session
        result.transitions = schedule.counts.transitions
        if episode.evaluation:
            result.evaluation_round = evaluation_round
            result.evaluation_episodes = schedule.round_episodes
        result.header.stamp = self.get_clock().now().to_msg()
        self._result_publisher.publish(result)
        self._actors.record(result, evidence, observation)

    def _on_executed(self, message):
        self._executed = message
        if self._episode is None:
            self._preparation.on_executed(message.stopped)
        step = None if self._episode is None else self._episode.step
        if step is None or message.sequence != step.sequence:
            return
        self._episode.human_steps += message.source == Action.HUMAN
        if self._overdue:
            self._tick()

    def _on_reset(self, _, response):
        """Let the episode end with its step that is going on, or say what the next waits for."""
        step, problem = self._preparing()
        finished = self._schedule.phase == FINISHED
        if self._episode is not None:
            self._reset_wanted = response.success = True
            response.message = f'episode {self._episode.number} ends, a new one follows'
        elif finished or problem:
            response.success = False
            response.message = (
                'the run is finished: no episode follows' if finished else
                'the next episode waits: ' + '; '.join(dict.fromkeys((step, problem))))
        else:
            response.success = True
            response.message = f'the robot is on its way to a new episode: {step}'
        return response

    def _preparing(self):
        """Return what precedes the next episode, and what that hangs on, empty for nothing."""
        return ((WAITING_FOR_LEARNER, self._lag) if self._lag else
                (self._preparation.step, time_problem(self) or self._preparation.problem))

    def _report(self):
        acting, actors = self._episode is not None, self._actors
        phase = 'waiting' if actors.waiting else self._schedule.phase
        step, problem = self._preparing()
        return policy_report.report(
            self._robot, phase, 'acting' if acting else step,
            ('' if acting or phase == FINISHED else problem) or (
                self._weights.problem if self._weights else ''),
            actors.weights, self._schedule.counts, self._ticks, actors.disk_error, {
                'dropped_transitions': self._dropped, 'aborted_episodes': self._aborted,
                'last_abort': self._last_abort, **actors.report()})


def main(args=None):
    """Run the node; end for good where the task fails, which it would again after a new start."""
    try:
        spin_until_signal(Policy, args)
    except OutcomeError as error:
        get_logger('policy').fatal(str(error))
        raise SystemExit(CONFIGURATION_ERROR) from None


if __name__ == '__main__':
    main()
