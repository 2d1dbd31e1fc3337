"""Episodes of a run and the file that holds them."""

from collections import deque
from dataclasses import asdict, dataclass
import json
import os
from pathlib import Path
import sys

from sgft_ros.whole_writes import write_whole

EPISODES_FILE = 'episodes.jsonl'


@dataclass(frozen=True)
class Episode:
    """One episode, as a line of episodes.jsonl holds it."""

    robot: str
    session: int
    episode: int
    success: bool
    terminated: bool
    truncated: bool
    evaluation: bool
    evaluation_round: int
    evaluation_episodes: int
    steps: int
    episode_return: float  # sum of raw rewards
    policy_version: int
    candidate: str
    policy_transitions: int  # training transitions as the policy counts them
    transitions: int = 0  # training transitions of the whole run, this episode included
    human_steps: int = 0  # in which a human acted
    elapsed: float = 0.0  # that the run had run, pauses between launches left out [s]
    shaped_return: float | None = None  # sum of shaped rewards; None where not all are known
    swaps: tuple[tuple[int, int], ...] = ()  # (transitions of the run, new policy version)

    @property
    def key(self) -> tuple[str, int, int]:
        """Return what tells this episode from every other one."""
        return self.robot, self.session, self.episode


class EpisodeLog:
    """
    The file episodes.jsonl: one line per episode, in the order of their ends.

    Lines that find the disk full wait in memory and are written as soon as there is room.
    """

    def __init__(self, folder: Path):
        """Open the file of a run folder for appending; a torn last line is cut off."""
        self._path = Path(folder) / EPISODES_FILE
        self._waiting = deque()
        self._file = open(self._path, 'a+b', buffering=0)
        self._file.seek(0)
        content = self._file.read()
        self._end = content.rfind(b'\n') + 1
        if self._end < len(content):
            os.ftruncate(self._file.fileno(), self._end)

    def append(self, episode: Episode) -> None:
        """
        Write one line, after those that wait, and hand it to the kernel.

        :raises OSError: if the disk refuses; the line waits then
        """
        self._waiting.append(json.dumps(asdict(episode)).encode() + b'\n')
        self.write_waiting()

    def write_waiting(self) -> None:
        """
        Write the lines that wait, each whole or not at all.

        :raises OSError: if the disk refuses; those that it did not take go on waiting
        """
        while self._waiting:
            self._end = write_whole(self._file.fileno(), self._waiting[0], self._end)
            self._waiting.popleft()

    def read(self) -> list[Episode]:
        """Return the episodes of the file."""
        return read_episodes(self._path)

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_episodes(path: Path) -> list[Episode]:
    """
    Return the episodes of a file; a torn last line is left out.

    Other lines that are not episodes, as a power cut leaves them, are left out too, and told.

    :raises OSError: if there is no such file
    """
    lines = Path(path).read_bytes().split(b'\n')[:-1]
    episodes = []
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            swaps = tuple(tuple(swap) for swap in entry.pop('swaps'))
            episodes.append(Episode(**entry, swaps=swaps))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            print(f'{path}:{number}: left out, not an episode: {error}', file=sys.stderr,
                  flush=True)
    return episodes
