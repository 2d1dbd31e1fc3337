"""What the episodes of a run add up to: evaluation rounds, and whether it has reached its end."""

from collections import Counter
from dataclasses import asdict, dataclass, field
import math

from sgft_ros.report.episodes import Episode

MILESTONES = (0.5, 0.8, 0.9)  # evaluation success whose first time a summary names
WILSON_Z = 1.96  # two-sided 95 %


@dataclass(frozen=True)
class Round:
    """A complete evaluation round."""

    robot: str
    round: int  # of the robot
    transitions: int  # training transitions of the run before it
    successes: int
    episodes: int
    success: float  # 0...1
    low: float  # Wilson interval, 95 %
    high: float
    mean_return: float
    policy_version: int  # of the last episode
    acted: dict[str, int]  # candidate -> episodes, the most first
    elapsed: float  # that the run had run, pauses between launches left out [s]


def wilson_interval(successes: int, trials: int, z: float = WILSON_Z) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion (Wilson, JASA 1927)."""
    share = successes / trials
    shrink = 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z / shrink * math.sqrt(share * (1.0 - share) / trials + z * z / (4 * trials**2))
    return max(0.0, centre - half), min(1.0, centre + half)


class TransitionCounter:
    """Count the transitions of a run over robots and over restarts of their policies."""

    def __init__(self):
        """Begin at zero."""
        self._begun = {}  # (robot, session) -> transitions of the robot before that session
        self._totals = {}  # robot -> transitions

    def at(self, episode: Episode) -> int:
        """Return the transitions of the run at the end of an episode."""
        robot, before = episode.robot, self._totals.get(episode.robot, 0)
        own = 0 if episode.evaluation else episode.steps
        # A restarted policy that did not carry its count on begins again below the known total.
        carried_on = episode.policy_transitions - own >= before
        begun = self._begun.setdefault((robot, episode.session), 0 if carried_on else before)
        self._totals[robot] = max(before, begun + episode.policy_transitions)
        return sum(self._totals.values())


@dataclass
class RunRecord:
    """The episodes of a run and the evaluation rounds that they make."""

    goal_success: float
    transition_limit: int
    episodes: list[Episode] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self):
        """Begin with nothing known."""
        self._keys = set()
        self._open_rounds = {}

    def __contains__(self, key: tuple[str, int, int]) -> bool:
        """Return whether the episode of this key was added."""
        return key in self._keys

    def add(self, episode: Episode) -> Round | None:
        """Add an episode unless it is known; return the evaluation round that it completes."""
        if episode.key in self._keys:
            return None
        self._keys.add(episode.key)
        self.episodes.append(episode)
        if not episode.evaluation:
            return None
        # A round that the death of its policy interrupts stays open and counts for nothing.
        key = episode.robot, episode.session, episode.evaluation_round
        members = self._open_rounds.setdefault(key, [])
        members.append(episode)
        if len(members) != episode.evaluation_episodes:
            return None
        self.rounds.append(_round(members))
        return self.rounds[-1]

    @property
    def robots(self) -> list[str]:
        """Return the names of the robots that made the episodes."""
        return sorted({episode.robot for episode in self.episodes})

    def of(self, robot: str) -> 'RunRecord':
        """Return what one robot made; transitions before a round stay those of all robots."""
        return RunRecord(
            self.goal_success, self.transition_limit,
            [episode for episode in self.episodes if episode.robot == robot],
            [evaluation for evaluation in self.rounds if evaluation.robot == robot])

    @property
    def steps(self) -> int:
        """Return the steps of the training episodes."""
        return sum(episode.steps for episode in self.episodes if not episode.evaluation)

    @property
    def transitions(self) -> int:
        """Return the training transitions of the run, as far as episodes have ended."""
        return max((episode.transitions for episode in self.episodes), default=0)

    @property
    def zero_shot(self) -> Round | None:
        """Return the evaluation of the policy before any real transition, if there is one."""
        if self.rounds and self.rounds[0].round == 0:
            return self.rounds[0]
        return None

    @property
    def outcome(self) -> str:
        """Return why the run is over, or an empty string."""
        before = {}  # robot -> success of its last round
        for evaluation in self.rounds:
            if min(before.get(evaluation.robot, -1.0), evaluation.success) >= self.goal_success:
                return 'goal reached'
            before[evaluation.robot] = evaluation.success
        if any(evaluation.transitions >= self.transition_limit for evaluation in self.rounds):
            return 'transition limit'
        return ''

    def summary(self) -> dict:
        """Return what summary.json says of episodes and evaluations, by robot if of several."""
        robots = self.robots
        return {
            'goal_success': self.goal_success,
            'transition_limit': self.transition_limit,
            'transitions': self.transitions,
            **self._counts(),
            **(self._evaluations() if len(robots) < 2 else {
                'robots': {robot: self.of(robot)._summary_of_robot() for robot in robots}}),
            'rounds': [asdict(evaluation) for evaluation in self.rounds],
        }

    def _summary_of_robot(self):
        return {'transitions': self.steps, **self._counts(), **self._evaluations()}

    def _counts(self):
        training = sum(not episode.evaluation for episode in self.episodes)
        return {'training_episodes': training,
                'evaluation_episodes': len(self.episodes) - training}

    def _evaluations(self):
        zero_shot = self.zero_shot
        lowest = min((evaluation.success for evaluation in self.rounds), default=None)
        return {
            'zero_shot': asdict(zero_shot) if zero_shot else None,
            'final': asdict(self.rounds[-1]) if self.rounds else None,
            'best_success': max((r.success for r in self.rounds), default=None),
            'lowest_against_zero_shot': lowest - zero_shot.success if zero_shot else None,
            'first_reached': {f'{share:g}': self._first_reached(share) for share in MILESTONES},
        }

    def _first_reached(self, share):
        for evaluation in self.rounds:
            if evaluation.success >= share:
                return {'transitions': evaluation.transitions, 'elapsed': evaluation.elapsed}
        return None


def _round(members):
    successes = sum(episode.success for episode in members)
    low, high = wilson_interval(successes, len(members))
    last = members[-1]
    return Round(
        robot=last.robot, round=last.evaluation_round, transitions=last.transitions,
        successes=successes, episodes=len(members), success=successes / len(members),
        low=low, high=high,
        mean_return=sum(episode.episode_return for episode in members) / len(members),
        policy_version=last.policy_version,
        acted=dict(Counter(member.candidate for member in members).most_common()),
        elapsed=last.elapsed)
