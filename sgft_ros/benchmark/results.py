"""
The file results.jsonl: one line of JSON for each trial that has ended, in the order of their ends.

Keys of a line: `format_version`; method, task, checkpoint, gap, world, seed, value, robot (what
the trial was); policy_sha256 (of pi_sim), other_sha256 (of what else the method reads of the
checkpoint, by the name of the file), file_sha256 (of task and contract, where these are files of
the user's, by path); settings, protocol (by name); rounds (transitions before each evaluation, its
score, successes, episodes, steps, mean_return, and candidates, episodes by who acted);
training (transitions, success, return, candidate after each training episode); updates;
diverged, problem (how often a learner went back to its last good weights, and why); duration [s].
"""

from collections.abc import Mapping
import json
import os
from pathlib import Path

RESULTS_FILE = 'results.jsonl'
FORMAT_VERSION = 1
IDENTITY = ('method', 'task', 'policy_sha256', 'gap', 'world', 'seed', 'value', 'robot')
ROW = ('task', 'gap', 'value', 'method', 'robot')  # results that differ in none are pooled


def identity(result: Mapping[str, object]) -> tuple:
    """Return what tells a trial from every other."""
    return tuple(result[name] for name in IDENTITY)


class Results:
    """What has been measured in a folder; grows by whole lines, and a crash costs the last one."""

    def __init__(self, folder: Path):
        """
        Read what there is.

        A last line without its end counts for nothing, and :meth:`add` cuts it off.

        :raises ValueError: if a line is of another format
        :raises OSError: if the folder cannot be read
        """
        self.path = Path(folder) / RESULTS_FILE
        content = self.path.read_bytes() if self.path.exists() else b''
        whole = content[:content.rfind(b'\n') + 1]
        self._torn_at = len(whole) if len(whole) < len(content) else None  # [bytes]
        self.all = [self._parsed(number, line)
                    for number, line in enumerate(whole.splitlines(), 1)]

    def add(self, result: Mapping[str, object]) -> None:
        """
        Append a result and see it to the disk; the folder is made if there is none.

        Who adds holds the folder.

        :raises OSError: if the disk refuses
        """
        line = json.dumps({'format_version': FORMAT_VERSION, **result}) + '\n'
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, 'ab') as file:
            if self._torn_at is not None:
                file.truncate(self._torn_at)
                self._torn_at = None
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self.all.append(json.loads(line))

    def find(self, wanted: Mapping[str, object]) -> Mapping[str, object] | None:
        """
        Return the result of the trial that `wanted` describes, None if there is none.

        :raises ValueError: if it, or one that would be pooled with it, was measured with other
            settings, another protocol or another file of the same path, or if an earlier version
            did not record with which files
        """
        for result in self.all:
            if all(result[name] == wanted[name] for name in ROW):
                self._compare(result, wanted, ('file_sha256', 'settings', 'protocol'))
        for result in self.all:
            if identity(result) != identity(wanted):
                continue
            if result.get('other_sha256', wanted['other_sha256']) == wanted['other_sha256']:
                self._compare(result, wanted, ('other_sha256',))
                return result
        return None

    def _compare(self, result, wanted, parts):
        for part in parts:
            now, then = json.loads(json.dumps(wanted[part])), result.get(part, {})
            for name in sorted(set(now) | set(then)):
                if now.get(name) != then.get(name):
                    raise ValueError(
                        f'{self.path}: method {result["method"]!r} was measured with {name} = '
                        f'{then.get(name)!r}, now it is {now.get(name)!r}; choose another '
                        'output folder, or remove its lines')

    def _parsed(self, number, line):
        try:
            result = json.loads(line)
            version = result['format_version']
            identity(result)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{self.path}, line {number}: is no result: {error!r}') from None
        if version != FORMAT_VERSION:
            raise ValueError(f'{self.path}, line {number}: has format version {version}, expected '
                             f'{FORMAT_VERSION}')
        return result
