"""One episode on the robot: the step that is going on, and the transitions that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from rclpy.time import Time
from sgft_ros.msg import EpisodeResult, Transition
from sgft_ros.nodes.arrays import float_sequence


class Step(NamedTuple):
    """An observation, and the action that it led to."""

    observation: np.ndarray  # (observation,) float32
    stamps: Mapping[str, int]  # by term, when it was measured [ns]
    action: np.ndarray       # (action,) float32, as the policy wants it
    stamp: object            # builtin_interfaces Time of the tick
    time: float              # of the same tick [s]
    sequence: int            # of the action
    version: int             # of the weights
    candidate: str


@dataclass
class Episode:
    """What has happened since the last reset."""

    number: int               # within the session
    evaluation: bool
    periods: int = 0          # control periods since the first action
    transitions: int = 0      # that were published
    episode_return: float = 0.0
    refused: int = 0          # actions in a row that the gate turned into a stop
    human_steps: int = 0      # in which a human acted
    step: Step | None = field(default=None)

    def transition(self, following, stamps, executed, outcome, truncated) -> Transition:
        """
        Return the Transition of the step that ends now; the caller says whose it is.

        `following` (observation,) was measured at the end of the step, its terms at `stamps` [ns];
        `executed` is the gate's Action.
        """
        step = self.step
        transition = Transition(
            episode=self.number, step=self.periods - 1,
            observation=float_sequence(step.observation), action=float_sequence(executed.action),
            next_observation=float_sequence(following), reward=outcome.reward,
            terminated=outcome.terminated, truncated=truncated, clipped=executed.clipped,
            stopped=executed.stopped, source=executed.source, evaluation=self.evaluation,
            policy_version=step.version,
            terms=list(step.stamps), stamps=_messages(step.stamps),
            next_stamps=_messages(stamps))
        transition.header.stamp = step.stamp
        return transition

    def result(self, outcome, truncated) -> EpisodeResult:
        """Return the EpisodeResult, of no `outcome` if cut off; the caller says whose it is."""
        return EpisodeResult(
            episode=self.number, success=outcome is not None and bool(outcome.success),
            terminated=outcome is not None and outcome.terminated, truncated=truncated,
            evaluation=self.evaluation, steps=self.transitions, human_steps=self.human_steps,
            episode_return=self.episode_return, policy_version=self.step.version,
            candidate=self.step.candidate)


def _messages(stamps):
    """Return times [ns] as the messages of a field."""
    return [Time(nanoseconds=stamp).to_msg() for stamp in stamps.values()]
