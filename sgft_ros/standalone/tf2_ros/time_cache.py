"""The transforms of one frame to its parent, over time."""

from bisect import bisect_left

from tf2_ros.exceptions import ExtrapolationException
from tf2_ros.rigid_transform import interpolate


def seconds(stamp: int) -> str:
    """Return a stamp [ns] as tf2 prints it, in seconds."""
    return f'{stamp // 10**9}.{stamp % 10**9 // 1000:06d}'


class StaticCache:
    """The one transform of a static frame: valid at any time."""

    is_static = True
    latest = None  # bounds no common time

    def __init__(self, authority: str):
        self.authority = authority
        self.parent = None
        self._transform = None

    def insert(self, stamp: int, parent: str, transform: tuple) -> bool:
        """Take a new value; return True."""
        self.parent, self._transform = parent, transform
        return True

    def at(self, stamp: int) -> tuple[str, tuple]:
        """Return parent and transform."""
        return self.parent, self._transform


class TimeCache:
    """The transforms of the last `duration` [ns], in the order of their stamps [ns]."""

    is_static = False

    def __init__(self, authority: str, duration: int):
        self.authority = authority
        self.latest = 0
        self.parent = None  # at the latest stamp
        self._duration = duration
        self._stamps = []
        self._values = []  # (parent, transform), where the stamp is

    @property
    def oldest(self) -> int:
        return self._stamps[0]

    def __len__(self) -> int:
        return len(self._stamps)

    def insert(self, stamp: int, parent: str, transform: tuple) -> bool:
        """Take a value; return False if it is older than what is kept."""
        stamps, values = self._stamps, self._values
        if not stamps or stamp > stamps[-1]:
            stamps.append(stamp)
            values.append((parent, transform))
        elif stamp < stamps[-1] - self._duration:
            return False
        else:
            index = bisect_left(stamps, stamp)
            if stamps[index] == stamp:
                values[index] = (parent, transform)
            else:
                stamps.insert(index, stamp)
                values.insert(index, (parent, transform))
        self.latest = stamps[-1]
        self.parent = values[-1][0]
        if stamps[0] < self.latest - self._duration:
            stale = bisect_left(stamps, self.latest - self._duration)
            del stamps[:stale], values[:stale]
        return True

    def at(self, stamp: int) -> tuple[str, tuple]:
        """
        Return parent and transform at a stamp, interpolated between its neighbours.

        :raises ExtrapolationException: if the stamp is not within those kept
        """
        stamps, values = self._stamps, self._values
        if stamp == self.latest:
            return values[-1]
        index = bisect_left(stamps, stamp)
        if 0 < index < len(stamps) or (index == 0 and stamps[0] == stamp):
            if stamps[index] == stamp:
                return values[index]
            before, after = values[index - 1], values[index]
            if before[0] != after[0]:
                return before  # between two parents there is no way: the old one holds
            start = stamps[index - 1]
            ratio = (stamp - start) / (stamps[index] - start)
            return before[0], interpolate(before[1], after[1], ratio)
        if len(stamps) == 1:
            raise ExtrapolationException(
                f'Lookup would require extrapolation at time {seconds(stamp)}, but only time '
                f'{seconds(self.latest)} is in the buffer')
        if index:
            raise ExtrapolationException(
                'Lookup would require extrapolation into the future.  Requested time '
                f'{seconds(stamp)} but the latest data is at time {seconds(self.latest)}')
        raise ExtrapolationException(
            'Lookup would require extrapolation into the past.  Requested time '
            f'{seconds(stamp)} but the earliest data is at time {seconds(stamps[0])}')
