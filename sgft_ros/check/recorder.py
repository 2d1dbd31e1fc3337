"""From messages and transforms to signals, as the nodes read them: live and from a bag."""

from collections.abc import Mapping

from sgft_ros.check.facts import measurements, Signal
from sgft_ros.check.message_class import message_class, not_installed
from sgft_ros.nodes.sensors import LATEST
from sgft_ros.nodes.stamped_buffer import StampedBuffer
from sgft_ros.robot import RobotContract
from sgft_ros.robot.messages import has_any_joint, make_extractor, stamp_seconds
from tf2_ros import TransformException
import yaml

LONGEST_PERIOD = 0.1  # [s] between two looks, however slow the control loop is


class Recorder:
    """Take messages as they come, and look at each control tick what a node would act upon."""

    def __init__(self, contract: RobotContract):
        """Prepare a signal for each measurement; `buffer` has to be filled by the caller."""
        self.period = min(contract.control_period, LONGEST_PERIOD)  # between two ticks [s]
        self.buffer = StampedBuffer()
        self.signals: Mapping[str, Signal] = {}
        self.types: Mapping[str, str] = {}     # of the topics to hand to `take`
        self.classes: Mapping[str, type] = {}  # of those whose messages can be read here
        self._readers, self._transforms, self._newest = {}, [], {}
        for each in measurements(contract):
            signal = self.signals[each.name] = Signal()
            extract, source = make_extractor(each.source), each.source
            if source.kind == 'transform':
                self._transforms.append((each.name, signal, source, extract))
            # A topic has one type; the rules say so of a contract that names two.
            elif self.types.setdefault(source.topic, source.type) == source.type:
                self._readers.setdefault(source.topic, []).append(
                    (each.name, signal, source, extract))
        for topic, type_name in self.types.items():
            found = message_class(type_name)
            if found is not None:
                self.classes[topic] = found
                continue
            for _, signal, *_ in self._readers[topic]:
                signal.problem = not_installed(type_name)

    def take(self, topic: str, message: object, now: float) -> None:
        """Read a message of the type of the contract; at 0 nobody has told the time yet."""
        if now == 0.0:
            return
        header = getattr(message, 'header', None)
        stamp = now if header is None else stamp_seconds(header.stamp)
        for name, signal, source, extract in self._readers[topic]:
            if source.kind == 'joint_states':
                signal.joints += tuple(
                    joint for joint in message.name if joint not in signal.joints)
            if not has_any_joint(source, message):
                continue  # of another driver, as of a gripper
            signal.arrivals.append(now)
            if stamp == 0.0:
                signal.unstamped += 1
                continue
            try:
                self._newest[name] = extract(message), stamp
            except ValueError as error:
                signal.problem = str(error)

    def tick(self, now: float) -> None:
        """Note the newest values and their ages; at 0 nobody has told the time yet."""
        if now == 0.0:
            return
        for name, signal, source, extract in self._transforms:
            self._look_up(name, signal, source, extract, now)
        for name, (values, stamp) in self._newest.items():
            self.signals[name].values.append(values)
            self.signals[name].ages.append(now - stamp)

    def frames(self) -> dict[str, str]:
        """Return the parent of each tf frame that has one."""
        known = yaml.safe_load(self.buffer.all_frames_as_yaml()) or {}
        return {child: entry['parent'] for child, entry in dict(known).items()}

    def _look_up(self, name, signal, source, extract, now):
        try:
            found = self.buffer.lookup_transform(
                source.target_frame, source.source_frame, LATEST)
        except TransformException as error:
            signal.problem = str(error)
            return
        stamp = stamp_seconds(found.header.stamp)
        if stamp == 0.0:  # every frame on the way is static
            signal.unstamped += 1
            return
        if name not in self._newest or stamp != self._newest[name][1]:
            signal.arrivals.append(now)
        self._newest[name] = extract(found.transform), stamp
