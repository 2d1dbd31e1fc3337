"""Remember which transitions were seen, whatever the order and number of their deliveries."""

from bisect import bisect_right


class SeenTransitions:
    """
    A set of keys (robot, session, sequence), kept as intervals of sequences.

    Sequences count up, so that a session of any length takes one interval once its history has
    arrived completely.
    """

    def __init__(self):
        """Begin with nothing seen."""
        self._intervals = {}  # (robot, session) -> sorted, disjoint [first, last] pairs
        self._count = 0

    def __len__(self):
        """Return the number of keys."""
        return self._count

    def __contains__(self, key):
        """Return whether a key was added."""
        robot, session, sequence = key
        intervals = self._intervals.get((robot, session), ())
        index = bisect_right(intervals, sequence, key=lambda interval: interval[0]) - 1
        return index >= 0 and sequence <= intervals[index][1]

    @property
    def first_session(self):
        """Return the session of the first key, 0 where nothing was seen."""
        return next((session for _, session in self._intervals), 0)

    def add(self, key):
        """Add a key; return whether it is new."""
        if key in self:
            return False
        robot, session, sequence = key
        self._insert(self._intervals.setdefault((robot, session), []), sequence, sequence)
        self._count += 1
        return True

    def to_json(self):
        """Return the keys as a list of `[robot, session, [[first, last], ...]]`."""
        return [[robot, session, [list(interval) for interval in intervals]]
                for (robot, session), intervals in self._intervals.items()]

    def update_from_json(self, content):
        """Add all keys that `to_json` returned."""
        for robot, session, intervals in content:
            for first, last in intervals:
                for sequence in range(first, last + 1):
                    self.add((robot, session, sequence))

    @staticmethod
    def _insert(intervals, first, last):
        """Insert [first, last], which overlaps nothing, and join it with its neighbours."""
        index = bisect_right(intervals, first, key=lambda interval: interval[0])
        if index < len(intervals) and intervals[index][0] == last + 1:
            last = intervals.pop(index)[1]
        if index > 0 and intervals[index - 1][1] == first - 1:
            intervals[index - 1][1] = last
        else:
            intervals.insert(index, [first, last])


def key_of(transition):
    """Return the key of a Transition message."""
    return transition.robot, transition.session, transition.sequence
