"""Keep the record of a running run: from messages to episodes.jsonl and summary.json."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
import sys
import time

from sgft_ros.learning.checkpoint import remove_torn
from sgft_ros.report.episodes import Episode, EpisodeLog
from sgft_ros.report.record import Round, RunRecord, TransitionCounter
from sgft_ros.report.shaped_returns import ShapedReturns, Step
from sgft_ros.report.summary import read_summary, SUMMARY_FILE, write_summary

SHAPED_WAIT = 5.0  # [s] that an episode waits for the shaped rewards of its last steps


class RunBook:
    """Write down every episode once, as soon as its shaped rewards are known."""

    def __init__(self, folder: Path, title: str, goal_success: float, transition_limit: int):
        """Begin the record of a run, or take it up where the folder holds one."""
        self.record = RunRecord(goal_success, transition_limit)
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        remove_torn(self._folder, SUMMARY_FILE)
        self._title = title
        before = self._earlier_summary()
        self._started = before.get('started') or datetime.now(timezone.utc).isoformat()
        self._begun = time.monotonic() - before.get('duration', 0.0)
        self._counter = TransitionCounter()
        self._shaped = ShapedReturns()
        self._versions = {}  # robot -> newest version that acted
        self._waiting = {}  # key -> (episode, version before it, deadline on the steady clock)
        self._disk_errors = {}  # what is written -> the error that was told
        self._log = EpisodeLog(self._folder)
        for episode in self._log.read():
            self._counter.at(episode)
            self.record.add(episode)
            self._acted(episode)
            # A summary may be older than the last episodes.
            self._begun = min(self._begun, time.monotonic() - episode.elapsed)
            if not episode.evaluation:
                self._shaped.skip(episode.key, episode.steps)

    @property
    def transitions(self) -> int:
        """Return the training transitions of the run, those of the current episode included."""
        return max(self.record.transitions, len(self._shaped))

    def elapsed(self) -> float:
        """Return how long the run has run, without the time before it was taken up again [s]."""
        return time.monotonic() - self._begun

    def on_episode(self, message) -> list[Round]:
        """Take an EpisodeResult; return the evaluation rounds that are now complete."""
        episode = _episode(message)
        if episode.key in self.record or episode.key in self._waiting:
            return []
        episode = replace(
            episode, transitions=self._counter.at(episode), elapsed=round(self.elapsed(), 3))
        # Results come in their order, but may overtake the shaped rewards of earlier episodes.
        before = self._versions.get(episode.robot)
        self._acted(episode)
        if episode.evaluation:
            if before is not None and episode.policy_version > before:
                episode = replace(
                    episode, swaps=((episode.transitions, episode.policy_version),))
            return self._enter(episode)
        self._waiting[episode.key] = episode, before, time.monotonic() + SHAPED_WAIT
        return self.settle()

    def on_transition(self, shaped) -> list[Round]:
        """Take a ShapedTransition; return the evaluation rounds that are now complete."""
        transition = shaped.transition
        if transition.evaluation:
            return []
        key = transition.robot, transition.session, transition.episode
        self._shaped.add(key, Step(
            transition.step, shaped.shaped_reward, transition.policy_version))
        return self.settle() if key in self._waiting else []

    def settle(self) -> list[Round]:
        """Enter the episodes whose shaped rewards are complete or will not come any more."""
        now = time.monotonic()
        ready = [key for key, (episode, _, deadline) in self._waiting.items()
                 if now > deadline or self._shaped.complete(key, episode.steps)]
        return self._enter_training(ready)

    def flush(self) -> None:
        """Enter all episodes that still wait."""
        self._enter_training(list(self._waiting))

    def write_summary(
        self, outcome: str, learner: Mapping, control_loops: Mapping[str, Mapping],
        errors: Mapping[str, str],
    ) -> dict:
        """
        Bring summary.json up to date; return what it says.

        `control_loops` are by robot, `errors` by node.
        Lines of episodes that wait for the disk are tried again.
        """
        summary = {
            'format_version': 1,
            'title': self._title,
            'outcome': outcome,
            'started': self._started,
            'duration': round(self.elapsed(), 3),
            **self.record.summary(),
            'transitions': self.transitions,
            'learner': dict(learner),
            'control_loop': dict(next(iter(control_loops.values()), {})),
            'errors': dict(errors),
        }
        if robots := summary.get('robots'):
            del summary['control_loop']
            for robot, part in robots.items():
                part['control_loop'] = dict(control_loops.get(robot, {}))
        self._try('episodes', self._log.write_waiting)
        self._try('summary', write_summary, self._folder, summary)
        return summary

    def _enter_training(self, keys):
        rounds = []
        for key in keys:
            episode, before, _ = self._waiting.pop(key)
            total, swaps = self._shaped.take(key, episode.steps, before)
            begun = episode.transitions - episode.steps
            rounds += self._enter(replace(
                episode, shaped_return=total,
                swaps=tuple((begun + step, version) for step, version in swaps)))
        return rounds

    def _enter(self, episode):
        completed = self.record.add(episode)
        self._try('episodes', self._log.append, episode)
        return [] if completed is None else [completed]

    def _acted(self, episode):
        before = self._versions.get(episode.robot, 0)
        self._versions[episode.robot] = max(before, episode.policy_version)

    def _try(self, what, write, *arguments):
        """Write; where the disk refuses, say so once and go on without."""
        try:
            write(*arguments)
            self._disk_errors.pop(what, None)
        except OSError as error:
            if str(error) not in self._disk_errors.values():
                print(f'cannot write to {self._folder}: {error}', file=sys.stderr, flush=True)
            self._disk_errors[what] = str(error)

    def _earlier_summary(self):
        """Return what an earlier monitor of the run wrote down last, {} if there was none."""
        try:
            return read_summary(self._folder)
        except (OSError, ValueError):
            return {}


def _episode(message) -> Episode:
    return Episode(
        robot=message.robot, session=message.session, episode=message.episode,
        success=message.success, terminated=message.terminated, truncated=message.truncated,
        evaluation=message.evaluation, evaluation_round=message.evaluation_round,
        evaluation_episodes=message.evaluation_episodes, steps=message.steps,
        human_steps=message.human_steps,
        episode_return=float(message.episode_return), policy_version=message.policy_version,
        candidate=message.candidate, policy_transitions=message.transitions)
