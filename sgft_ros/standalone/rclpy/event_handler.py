"""Events of publishers and subscriptions: matches, incompatible QoS, missed deadlines."""

from dataclasses import dataclass, fields

from rclpy._rclpy_pybind11 import UnsupportedEventTypeError
from rclpy.logging import get_logger
from rclpy.qos import QoSPolicyKind
from rmw_standalone import endpoints


@dataclass
class QoSOfferedDeadlineMissedInfo:
    """Messages were not published in time."""

    total_count: int
    total_count_change: int


QoSRequestedDeadlineMissedInfo = QoSOfferedDeadlineMissedInfo
QoSLivelinessLostInfo = QoSOfferedDeadlineMissedInfo
QoSMessageLostInfo = QoSOfferedDeadlineMissedInfo


@dataclass
class QoSLivelinessChangedInfo:
    """Publishers showed that they are alive, or did not."""

    alive_count: int
    not_alive_count: int
    alive_count_change: int
    not_alive_count_change: int


@dataclass
class QoSPublisherMatchedInfo:
    """Endpoints on the other side came or went."""

    total_count: int
    total_count_change: int
    current_count: int
    current_count_change: int


QoSSubscriptionMatchedInfo = QoSPublisherMatchedInfo


@dataclass
class QoSRequestedIncompatibleQoSInfo:
    """Endpoints on the other side want or offer something else."""

    total_count: int
    total_count_change: int
    last_policy_kind: QoSPolicyKind


QoSOfferedIncompatibleQoSInfo = QoSRequestedIncompatibleQoSInfo


class _EventCallbacks:
    """Callbacks by event; None where there is none."""

    side, other, direction, doing = '', '', '', ''
    statuses = {}  # event -> bit of its status, class of its info

    def __init__(self, *, incompatible_type=None, use_default_callbacks=True, **callbacks):
        if incompatible_type is not None:
            raise UnsupportedEventTypeError(
                f'{self.side} event incompatible_type is not supported; choose from: '
                f'{", ".join(self.statuses)}')
        unknown = callbacks.keys() - self.statuses
        if unknown:
            raise TypeError(f'unknown {self.side} event {sorted(unknown)}; choose from: '
                            f'{", ".join(self.statuses)}')
        self.incompatible_type = None
        self.use_default_callbacks = use_default_callbacks
        for event in self.statuses:
            setattr(self, event, callbacks.get(event))

    def _watch(self, endpoint, topic_name, callback_group, logger_name):
        """Return Events, or None if there is nothing to call."""
        callbacks = {event: callback for event in self.statuses
                     if (callback := getattr(self, event)) is not None}
        if self.use_default_callbacks and 'incompatible_qos' not in callbacks:
            def warn(info):
                get_logger(logger_name).warning(
                    f"New {self.other} discovered on topic '{topic_name}', {self.direction} "
                    f'incompatible QoS. No messages will be {self.doing} it. '
                    f'Last incompatible policy: {info.last_policy_kind.name}')
            callbacks['incompatible_qos'] = warn
        if not callbacks:
            return None
        return Events(endpoint, callback_group, {
            bit: (callbacks[event], info)
            for event, (bit, info) in self.statuses.items() if event in callbacks})


class PublisherEventCallbacks(_EventCallbacks):
    """Callbacks for deadline, liveliness, incompatible_qos and matched."""

    side, other, direction, doing = 'publisher', 'subscription', 'requesting', 'sent to'
    statuses = {
        'deadline': (endpoints.OFFERED_DEADLINE_MISSED, QoSOfferedDeadlineMissedInfo),
        'liveliness': (endpoints.LIVELINESS_LOST, QoSLivelinessLostInfo),
        'incompatible_qos': (
            endpoints.OFFERED_INCOMPATIBLE_QOS, QoSOfferedIncompatibleQoSInfo),
        'matched': (endpoints.PUBLICATION_MATCHED, QoSPublisherMatchedInfo),
    }


class SubscriptionEventCallbacks(_EventCallbacks):
    """Callbacks for deadline, liveliness, incompatible_qos, message_lost and matched."""

    side, other, direction, doing = 'subscription', 'publisher', 'offering', 'received from'
    statuses = {
        'deadline': (endpoints.REQUESTED_DEADLINE_MISSED, QoSRequestedDeadlineMissedInfo),
        'liveliness': (endpoints.LIVELINESS_CHANGED, QoSLivelinessChangedInfo),
        'incompatible_qos': (
            endpoints.REQUESTED_INCOMPATIBLE_QOS, QoSRequestedIncompatibleQoSInfo),
        'message_lost': (endpoints.SAMPLE_LOST, QoSMessageLostInfo),
        'matched': (endpoints.SUBSCRIPTION_MATCHED, QoSSubscriptionMatchedInfo),
    }


class Events:
    """The events of one endpoint, as the executor sees them."""

    def __init__(self, endpoint, callback_group, callbacks):
        """Take callbacks and classes of their info, by status."""
        self.destroyed = False
        self.callback_group = callback_group
        self._endpoint = endpoint
        self._callbacks = callbacks
        endpoint.watch(sum(callbacks))

    def _waits_for(self):
        return self._endpoint.entity

    def _work(self):
        changed = 0 if self.destroyed else self._endpoint.changed()
        for bit, (callback, kind) in self._callbacks.items():
            if changed & bit:
                return callback, (_info(kind, self._endpoint.take_status(bit)),)
        return None


def _info(kind, status):
    values = {}
    for field in fields(kind):
        if field.name == 'last_policy_kind':
            values[field.name] = QoSPolicyKind[endpoints.policy_name(status.last_policy_id)]
        else:
            values[field.name] = getattr(status, field.name)
    return kind(**values)
