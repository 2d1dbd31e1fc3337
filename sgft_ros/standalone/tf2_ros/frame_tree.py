"""The tree of frames and the way between two of them."""

from tf2_ros.exceptions import (
    ConnectivityException,
    ExtrapolationException,
    InvalidArgumentException,
    LookupException,
)
from tf2_ros.rigid_transform import compose, IDENTITY, inverse
from tf2_ros.time_cache import seconds, StaticCache, TimeCache

LATEST = 0  # the stamp that asks for the latest time known to all frames on the way


class FrameTree:
    """
    Frames by name, each with its transforms to its parent. Stamps are in nanoseconds.

    Not for several threads at a time: `Buffer` holds the lock.
    """

    def __init__(self, duration: int):
        """Keep the transforms of `duration` [ns]."""
        self.duration = duration
        self.caches = {}     # by child frame
        self._names = set()  # of children and parents

    def clear(self):
        """Forget all but the static transforms."""
        self.caches = {name: cache for name, cache in self.caches.items() if cache.is_static}
        self._names = {*self.caches, *(cache.parent for cache in self.caches.values())}

    def insert(self, child, parent, stamp, transform, authority, is_static) -> bool:
        """Take a transform; return False if it is older than what is kept."""
        cache = self.caches.get(child)
        if cache is None or cache.is_static != is_static:
            cache = (StaticCache(authority) if is_static else TimeCache(authority, self.duration))
            self.caches[child] = cache
            self._names.add(child)
        self._names.add(parent)
        cache.authority = authority
        return cache.insert(stamp, parent, transform)

    def lookup(self, target: str, source: str, stamp: int) -> tuple[int, tuple]:
        """
        Return the stamp and the transform that takes coordinates in `source` to `target`.

        :raises TransformException: if it is not known
        """
        self._validate(target, 'lookupTransform argument target_frame')
        self._validate(source, 'lookupTransform argument source_frame')
        if target == source:
            if stamp == LATEST and target in self.caches:
                stamp = self.caches[target].latest or 0
            return stamp, IDENTITY
        if stamp == LATEST:
            stamp = self._latest_common_time(target, source)
        try:
            return stamp, self._between(target, source, stamp)
        except ExtrapolationException as error:
            raise ExtrapolationException(
                f'{error}, when looking up transform from frame [{source}] to frame [{target}]'
            ) from None

    def latest_common_time(self, target: str, source: str) -> int:
        """Return the latest stamp at which all frames on the way are known; 0: all are static."""
        self._validate(target, 'getLatestCommonTime argument target_frame')
        self._validate(source, 'getLatestCommonTime argument source_frame')
        return self._latest_common_time(target, source)

    def _latest_common_time(self, target, source):
        chain = self._ancestors(source, target)
        passed = set(chain)
        latest = []
        for frame in self._ancestors(target, None):
            if frame in passed:
                break
            cache = self.caches.get(frame)
            if cache is None:
                raise ConnectivityException(_unconnected(target, source))
            if cache.latest is not None:
                latest.append(cache.latest)
        for name in chain:
            if name == frame:
                break
            cache = self.caches[name]
            if cache.latest is not None:
                latest.append(cache.latest)
        return min(latest) if latest else 0

    def _ancestors(self, frame, end):
        """Return `frame`, its parent and so on, to `end` or to the root."""
        chain = [frame]
        caches = self.caches
        while frame != end and frame in caches:
            frame = caches[frame].parent
            if len(chain) > len(caches):
                raise self._loop()
            chain.append(frame)
        return chain

    def _between(self, target, source, stamp):
        upward, missing = self._upward(source, target, stamp)
        if target in upward:
            return upward[target]
        frame, transform = target, IDENTITY
        passed = set()
        while frame not in upward:
            if frame in passed:
                raise self._loop()
            passed.add(frame)
            cache = self.caches.get(frame)
            if cache is None:
                raise missing or ConnectivityException(_unconnected(target, source))
            try:
                frame, edge = cache.at(stamp)
            except ExtrapolationException as error:
                raise missing or error from None
            transform = edge if transform is IDENTITY else compose(edge, transform)
        if frame == source:
            return inverse(transform)
        return compose(inverse(transform), upward[frame])

    def _upward(self, frame, end, stamp):
        """
        Return the transforms from `frame` to each of its ancestors, as far as they are known.

        The second value is the error that ended the way, if one did: frames above the common
        ancestor need not be known at this time.
        """
        transforms = {frame: IDENTITY}
        transform = IDENTITY
        caches = self.caches
        while frame != end:
            cache = caches.get(frame)
            if cache is None:
                break
            try:
                frame, edge = cache.at(stamp)
            except ExtrapolationException as error:
                return transforms, error
            if frame in transforms:
                raise self._loop()
            transform = edge if transform is IDENTITY else compose(edge, transform)
            transforms[frame] = transform
        return transforms, None

    def _validate(self, frame, argument):
        if frame in self._names:
            return
        if not isinstance(frame, str) or not frame:
            raise InvalidArgumentException(
                f'Invalid argument passed to {argument} in tf2 frame_ids cannot be empty')
        if frame.startswith('/'):
            raise InvalidArgumentException(
                f'Invalid argument "{frame}" passed to {argument} in tf2 frame_ids cannot start '
                "with a '/'")
        raise LookupException(f'"{frame}" passed to {argument} does not exist. ')

    def _loop(self):
        return LookupException(
            f'The tf tree is invalid because it contains a loop.\n{self.as_string()}')

    def as_string(self) -> str:
        """Return a line for each frame that has a parent."""
        return ''.join(f'Frame {child} exists with parent {cache.parent}.\n'
                       for child, cache in self.caches.items())

    def as_yaml(self) -> str:
        """Return the frames as YAML, in the form of tf2."""
        return ''.join(_yaml(child, cache) for child, cache in self.caches.items()) or '{}'


def _unconnected(target, source):
    return (f"Could not find a connection between '{target}' and '{source}' because they are not "
            'part of the same tree.Tf has two or more unconnected trees.')


def _yaml(child, cache):
    newest = oldest = 0
    rate = 10000.0
    if not cache.is_static:
        newest, oldest = cache.latest, cache.oldest
        rate = len(cache) / max((newest - oldest) * 1e-9, 0.0001)
    return (f"{child}: \n  parent: '{cache.parent}'\n  broadcaster: '{cache.authority}'\n"
            f'  rate: {rate:.3f}\n  most_recent_transform: {seconds(newest)}\n'
            f'  oldest_transform: {seconds(oldest)}\n'
            f'  buffer_length: {(newest - oldest) * 1e-9:.3f}\n')
