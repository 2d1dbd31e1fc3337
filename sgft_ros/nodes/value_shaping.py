"""Node value_shaping: what the frozen V_sim says about every real transition."""

from dataclasses import dataclass

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.potential import Potential
from sgft_ros.learning.replay import label
from sgft_ros.msg import ShapedTransition, Transition
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.compatibility import check_belongs
from sgft_ros.nodes.deduplicate import key_of, SeenTransitions
from sgft_ros.nodes.ending import spin_until_signal
from sgft_ros.nodes.parameters import declare_parameters, parameter
from sgft_ros.nodes.value_view import ValueView, ViewParameters

BATCH_DELAY = 0.005  # [s] that a transition waits for others to be evaluated with it
LARGEST_BATCH = 256
DRAIN = 0.3          # [s] after the end of the policies


@dataclass(frozen=True)
class ValueShapingParameters(ViewParameters):
    """Parameters of the node value_shaping."""

    value_checkpoint: str = parameter('', 'checkpoint of the frozen V_sim', required=True)
    policy_checkpoint: str = parameter(
        '', 'checkpoint of the policy that V_sim has to belong to; empty: not compared')


class ValueShaping(Node):
    """
    Publish every training transition once more, with V_sim and the shaped reward.

    Transitions that came before are dropped, those that V_sim cannot judge are refused.
    Evaluation transitions are shown in RViz but not handed on: they never enter the replay.
    """

    def __init__(self):
        """Load V_sim, which has to be the policy's, and join the topics; raise ValueError."""
        super().__init__('value_shaping')
        settings = declare_parameters(self, ValueShapingParameters)
        value = load_checkpoint(settings.value_checkpoint, 'value')
        if settings.policy_checkpoint:
            check_belongs(value, load_checkpoint(settings.policy_checkpoint, 'policy'))
        self._potential = Potential(value)
        self._seen = SeenTransitions()
        self._pending = []
        self._shaped = self._evaluation = self._repeated = self._refused = 0
        self._refusal = ''
        self._value_std = 0.0
        self._publisher = self.create_publisher(
            ShapedTransition, 'shaped_transitions', qos.TRANSITIONS)
        self._view = ValueView(self, settings, self._potential)
        self._batch_timer = self.create_timer(
            BATCH_DELAY, self._shape_pending, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._batch_timer.cancel()
        self._diagnostics = diagnostics.Diagnostics(self, 'shaping', self._report)
        self.create_subscription(
            Transition, 'transitions', self._on_transition, qos.TRANSITIONS)

    def _on_transition(self, transition):
        """Take a transition that is new and that V_sim can judge."""
        if not self._seen.add(key_of(transition)):
            self._repeated += 1
            return
        problem = self._problem(transition)
        if problem:
            self._refused += 1
            self._refusal = f'transition {key_of(transition)}: {problem}'
            self.get_logger().error(f'refused {self._refusal}', throttle_duration_sec=5.0)
            return
        self._pending.append(transition)
        if len(self._pending) >= LARGEST_BATCH:
            self._shape_pending()
        elif len(self._pending) == 1:
            self._batch_timer.reset()

    def _problem(self, transition):
        """Return why V_sim cannot judge this transition, or an empty string."""
        expected = self._potential.observation_size
        for name in ('observation', 'next_observation'):
            observation = np.asarray(getattr(transition, name))
            if observation.shape != (expected,):
                return f'{name}: expected {expected} numbers, got {observation.size}'
            if not np.isfinite(observation).all():
                return f'{name}: expected finite numbers, got {observation.tolist()}'
        if not np.isfinite(np.asarray(transition.action)).all():
            return f'action: expected finite numbers, got {list(transition.action)}'
        if not np.isfinite(transition.reward):
            return f'reward: expected a finite number, got {transition.reward}'
        return ''

    def _shape_pending(self):
        """Evaluate all that wait in one pass, publish and show them."""
        self._batch_timer.cancel()
        transitions, self._pending = self._pending, []
        if not transitions:
            return
        labels = label({
            'observation': np.array([t.observation for t in transitions], np.float32),
            'next_observation': np.array([t.next_observation for t in transitions], np.float32),
            'reward': np.array([t.reward for t in transitions], np.float32),
            'terminated': np.array([t.terminated for t in transitions], np.float32),
        }, self._potential)
        self._value_std = float(labels['value_std'].mean())
        for row, transition in enumerate(transitions):
            parts = {name: float(column[row]) for name, column in labels.items()}
            if transition.evaluation:
                self._evaluation += 1
            else:
                self._shaped += 1
                self._publisher.publish(ShapedTransition(
                    transition=transition, value_id=self._potential.value_id, **parts))
            self._view.add(transition, parts['shaped_reward'])

    def _report(self):
        level = diagnostics.ERROR if self._refused else diagnostics.OK
        return level, f'refused {self._refusal}' if self._refused else 'shaping', {
            'shaped': self._shaped,
            'evaluation': self._evaluation,
            'repeated': self._repeated,
            'refused': self._refused,
            'value_std': self._value_std,
            'value_id': self._potential.value_id,
        }


def main(args=None):
    """Run the node."""
    spin_until_signal(ValueShaping, args, DRAIN)


if __name__ == '__main__':
    main()
