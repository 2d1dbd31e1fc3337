"""The buffer of transforms that applications ask."""

from threading import Condition
from time import monotonic

from geometry_msgs.msg import TransformStamped
from rclpy.clock import JumpThreshold
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.task import Future
from rclpy.time import Time
from tf2_ros.exceptions import InvalidArgumentException, TransformException
from tf2_ros.frame_tree import FrameTree
from tf2_ros.refusals import refusal_of
from tf2_ros.rigid_transform import compose

WARNING_PERIOD = 10.0  # [s] between two warnings of one kind about one frame
# Another time has begun: what was known before would be newer than all that comes.
BEGUN_ANEW = JumpThreshold(
    min_forward=None, min_backward=Duration(seconds=-1), on_clock_change=True)


class Buffer:
    """Keep transforms for a while and answer what lies between two frames at a time."""

    def __init__(self, cache_time: Duration | None = None, node=None):
        """
        Keep the transforms of `cache_time`, by default 10 s.

        :param node: what warns about refused transforms, without it the logger 'tf2' does; where
            its clock goes back, all but the static transforms are forgotten
        """
        duration = 10 * 10**9 if cache_time is None else cache_time.nanoseconds
        self._tree = FrameTree(duration)
        self._changed = Condition()
        self._waiting = []  # (future, condition that completes it)
        self._warned = {}
        self._logger = get_logger('tf2') if node is None else node.get_logger()
        if node is not None:
            node.get_clock().create_jump_callback(
                BEGUN_ANEW, post_callback=lambda _: self.clear())

    def set_transform(self, transform: TransformStamped, authority: str):
        """Take a transform that holds at its stamp; `authority` says from whom it is."""
        self._insert(transform, authority, is_static=False)

    def set_transform_static(self, transform: TransformStamped, authority: str):
        """Take a transform that holds at all times."""
        self._insert(transform, authority, is_static=True)

    def lookup_transform(self, target_frame: str, source_frame: str, time,
                         timeout: Duration | None = None) -> TransformStamped:
        """
        Return the transform that takes coordinates in `source_frame` to `target_frame`.

        :param time: of the transform; Time() means the latest time known to all frames
        :param timeout: how long to wait for it; another thread has to spin meanwhile
        :raises TransformException: if it is not known
        """
        if timeout is not None and timeout.nanoseconds > 0:
            self.can_transform(target_frame, source_frame, time, timeout)
        with self._changed:
            stamp, found = self._tree.lookup(target_frame, source_frame, _nanoseconds(time))
        return _message(target_frame, source_frame, stamp, found)

    def lookup_transform_full(self, target_frame: str, target_time, source_frame: str, source_time,
                              fixed_frame: str, timeout: Duration | None = None):
        """
        Return the transform from `source_frame` at one time to `target_frame` at another.

        :param fixed_frame: frame that did not move between the two times
        :raises TransformException: if it is not known
        """
        if timeout is not None and timeout.nanoseconds > 0:
            self.can_transform_full(
                target_frame, target_time, source_frame, source_time, fixed_frame, timeout)
        with self._changed:
            stamp, to_target = self._tree.lookup(
                target_frame, fixed_frame, _nanoseconds(target_time))
            _, to_fixed = self._tree.lookup(fixed_frame, source_frame, _nanoseconds(source_time))
        return _message(target_frame, source_frame, stamp, compose(to_target, to_fixed))

    def can_transform(self, target_frame: str, source_frame: str, time,
                      timeout: Duration | None = None, return_debug_tuple: bool = False):
        """Return whether `lookup_transform` will succeed, after waiting for at most `timeout`."""
        stamp = _nanoseconds(time)
        return self._can(
            lambda: self._tree.lookup(target_frame, source_frame, stamp), timeout,
            return_debug_tuple)

    def can_transform_full(self, target_frame: str, target_time, source_frame: str, source_time,
                           fixed_frame: str, timeout: Duration | None = None,
                           return_debug_tuple: bool = False):
        """Return whether `lookup_transform_full` will succeed, after waiting for `timeout`."""
        target_stamp, source_stamp = _nanoseconds(target_time), _nanoseconds(source_time)

        def lookup():
            self._tree.lookup(target_frame, fixed_frame, target_stamp)
            self._tree.lookup(fixed_frame, source_frame, source_stamp)

        return self._can(lookup, timeout, return_debug_tuple)

    def wait_for_transform_async(self, target_frame: str, source_frame: str, time) -> Future:
        """Return a future that completes with True once the transform is known."""
        stamp = _nanoseconds(time)
        return self._wait(lambda: self._tree.lookup(target_frame, source_frame, stamp))

    async def lookup_transform_async(self, target_frame: str, source_frame: str, time):
        """Return the transform once it is known."""
        await self.wait_for_transform_async(target_frame, source_frame, time)
        return self.lookup_transform(target_frame, source_frame, time)

    def get_latest_common_time(self, target_frame: str, source_frame: str) -> Time:
        """Return the latest time at which all frames on the way are known."""
        with self._changed:
            return Time(nanoseconds=self._tree.latest_common_time(target_frame, source_frame))

    def clear(self):
        """Forget all but the static transforms."""
        with self._changed:
            self._tree.clear()

    def all_frames_as_string(self) -> str:
        """Return a line for each frame that has a parent."""
        with self._changed:
            return self._tree.as_string()

    def all_frames_as_yaml(self) -> str:
        """Return all frames with parent, broadcaster and rate, as YAML."""
        with self._changed:
            return self._tree.as_yaml()

    def _insert(self, message, authority, is_static):
        parent = message.header.frame_id.removeprefix('/')
        child = message.child_frame_id.removeprefix('/')
        stamp = message.header.stamp.sec * 10**9 + message.header.stamp.nanosec
        t, r = message.transform.translation, message.transform.rotation
        transform = (t.x, t.y, t.z, r.x, r.y, r.z, r.w)
        refusal = refusal_of(child, parent, authority, transform)
        if refusal is not None:
            self._warn(child, *refusal)
            return
        with self._changed:
            if self._tree.insert(child, parent, stamp, transform, authority, is_static):
                done = self._take_completed()
                self._changed.notify_all()
            else:
                done = ()
                self._warn(
                    child, 'TF_OLD_DATA', f'ignoring data from the past for frame {child} at time '
                    f'{stamp * 1e-9:.6f} according to authority {authority}')
        for future in done:  # outside of the lock: it may run callbacks
            future.set_result(True)

    def _warn(self, child, kind, text):
        now = monotonic()
        if now - self._warned.get((child, kind), -WARNING_PERIOD) >= WARNING_PERIOD:
            self._warned[child, kind] = now
            self._logger.warning(f'{kind}: {text}')

    def _can(self, lookup, timeout, return_debug_tuple):
        deadline = monotonic() + (0.0 if timeout is None else timeout.nanoseconds * 1e-9)
        with self._changed:
            error = _error_of(lookup)
            while error is not None:
                left = deadline - monotonic()
                if left <= 0.0:
                    break
                self._changed.wait(left)
                error = _error_of(lookup)
        if return_debug_tuple:
            return error is None, '' if error is None else str(error)
        return error is None

    def _wait(self, lookup):
        future = Future()
        with self._changed:
            known = _error_of(lookup) is None
            if not known:
                self._waiting.append((future, lookup))
        if known:
            future.set_result(True)
        return future

    def _take_completed(self):
        if not self._waiting:
            return ()
        self._waiting = [(future, lookup) for future, lookup in self._waiting
                         if not future.cancelled()]
        done = [entry for entry in self._waiting if _error_of(entry[1]) is None]
        self._waiting = [entry for entry in self._waiting if entry not in done]
        return [future for future, _ in done]


def _error_of(lookup):
    try:
        lookup()
    except TransformException as error:
        return error
    return None


def _nanoseconds(time) -> int:
    """Return the nanoseconds of an rclpy or a builtin_interfaces Time."""
    nanoseconds = getattr(time, 'nanoseconds', None)
    if nanoseconds is not None:
        return nanoseconds
    try:
        return time.sec * 10**9 + time.nanosec
    except AttributeError:
        raise InvalidArgumentException(
            f'expected rclpy.time.Time or builtin_interfaces.msg.Time, got {time!r}') from None


def _message(target, source, stamp, transform) -> TransformStamped:
    message = TransformStamped()
    header, body = message.header, message.transform
    header.frame_id = target
    header.stamp.sec, header.stamp.nanosec = divmod(stamp, 10**9)
    message.child_frame_id = source
    translation, rotation = body.translation, body.rotation
    translation.x, translation.y, translation.z, qx, qy, qz, qw = transform
    rotation.x, rotation.y, rotation.z, rotation.w = qx, qy, qz, qw
    return message
