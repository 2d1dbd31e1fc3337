"""Publishers, subscriptions, services, clients, timers and guard conditions of a node."""

from secrets import token_bytes

from rclpy._rclpy_pybind11 import RCLError
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.client import Client
from rclpy.event_handler import PublisherEventCallbacks, SubscriptionEventCallbacks
from rclpy.exceptions import NotInitializedException
from rclpy.guard_condition import GuardCondition
from rclpy.publisher import Publisher
from rclpy.qos import endpoint_qos, qos_profile_services_default, QoSProfile
from rclpy.service import Service
from rclpy.subscription import Subscription, wants_info
from rclpy.timer import Rate, Timer
from rmw_standalone import DDSError, names
from rmw_standalone.discovery import NodeEntities as Announcement
from rosidl_standalone.typesupport import dds_type_name, is_message, is_service, type_hash


class NodeEntities:
    """What Node can create and destroy; may be called from any thread."""

    def _init_entities(self):
        self._publishers, self._subscriptions = [], []
        self._services, self._clients = [], []
        self._timers, self._guards = [], []
        self._revision = 0  # counts the changes of what has work when DDS says so
        self._announcing = False

    publishers = property(lambda self: iter(list(self._publishers)), doc='Iterate over all.')
    subscriptions = property(lambda self: iter(list(self._subscriptions)), doc='Iterate.')
    services = property(lambda self: iter(list(self._services)), doc='Iterate over all.')
    clients = property(lambda self: iter(list(self._clients)), doc='Iterate over all.')
    timers = property(lambda self: iter(list(self._timers)), doc='Iterate over all.')
    guards = property(lambda self: iter(list(self._guards)), doc='Iterate over all.')

    def create_publisher(
        self, msg_type, topic, qos_profile, *, callback_group=None, event_callbacks=None,
        qos_overriding_options=None, publisher_class=Publisher,
    ):
        """Return a Publisher; `qos_profile` is a QoSProfile or a depth."""
        _refuse(qos_overriding_options=qos_overriding_options)
        profile = _profile(qos_profile)
        name = self.resolve_topic_name(topic)
        dds_name = name if profile.avoid_ros_namespace_conventions else names.topic(name)
        _check_message(msg_type)
        with self._lock:
            writer = self._create(lambda participant: participant.create_writer(
                dds_name, dds_type_name(msg_type), endpoint_qos(profile), _hash(msg_type)))
            publisher = publisher_class(
                writer, msg_type, name, profile, self.context, self._group(callback_group))
            self._publishers.append(publisher)
            self._watch(publisher, writer, event_callbacks or PublisherEventCallbacks(), topic)
            self._changed()
        return publisher

    def create_subscription(
        self, msg_type, topic, callback, qos_profile, *, callback_group=None,
        event_callbacks=None, qos_overriding_options=None, raw=False,
        content_filter_options=None,
    ):
        """Return a Subscription; with `raw` the callback gets the serialised bytes."""
        _refuse(qos_overriding_options=qos_overriding_options,
                content_filter_options=content_filter_options)
        wants_info(callback, topic)  # before there is anything to undo
        profile = _profile(qos_profile)
        name = self.resolve_topic_name(topic)
        dds_name = name if profile.avoid_ros_namespace_conventions else names.topic(name)
        _check_message(msg_type)
        with self._lock:
            reader = self._create(lambda participant: participant.create_reader(
                dds_name, dds_type_name(msg_type), endpoint_qos(profile), _hash(msg_type)))
            subscription = Subscription(
                reader, msg_type, name, callback, self._group(callback_group), profile, raw,
                self.get_logger())
            self._subscriptions.append(subscription)
            self._watch(
                subscription, reader, event_callbacks or SubscriptionEventCallbacks(), topic)
            self._changed(subscription)
        return subscription

    def create_service(
        self, srv_type, srv_name, callback, *, qos_profile=qos_profile_services_default,
        callback_group=None,
    ):
        """Return a Service, which answers with `callback(request, response)`."""
        name = self.resolve_service_name(srv_name)
        with self._lock:
            reader, writer = self._create_pair(
                srv_type, name, qos_profile, 'serviceid', srv_type.Request, srv_type.Response)
            service = Service(
                reader, writer, srv_type, name, callback, self._group(callback_group),
                qos_profile, self)
            self._services.append(service)
            self._changed(service)
        return service

    def create_client(
        self, srv_type, srv_name, *, qos_profile=qos_profile_services_default,
        callback_group=None,
    ):
        """Return a Client."""
        name = self.resolve_service_name(srv_name)
        with self._lock:
            reader, writer = self._create_pair(
                srv_type, name, qos_profile, 'clientid', srv_type.Response, srv_type.Request)
            client = Client(writer, reader, srv_type, name, qos_profile,
                            self._group(callback_group), self)
            self._clients.append(client)
            self._changed(client)
        return client

    def create_timer(
        self, timer_period_sec, callback, callback_group=None, clock=None, autostart=True,
    ):
        """Return a Timer, on the node's clock unless another is given."""
        timer = Timer(
            callback, self._group(callback_group), int(float(timer_period_sec) * 1e9),
            self.get_clock() if clock is None else clock, self._wake_executor, autostart)
        self._timers.append(timer)
        timer.callback_group.add_entity(timer)
        self._wake_executor()
        return timer

    def create_guard_condition(self, callback, callback_group=None):
        """Return a GuardCondition."""
        guard = GuardCondition(
            callback, self._group(callback_group), self.context, self._wake_executor)
        self._guards.append(guard)
        guard.callback_group.add_entity(guard)
        return guard

    def create_rate(self, frequency, clock=None):
        """Return a Rate of so many Hertz."""
        if frequency <= 0:
            raise ValueError('frequency must be > 0')
        timer = self.create_timer(1.0 / frequency, None, ReentrantCallbackGroup(), clock)
        return Rate(timer, self)

    def add_waitable(self, waitable):
        """Refuse: waitables of one's own are not supported."""
        raise NotImplementedError('add_waitable is not supported without ROS 2')

    def destroy_publisher(self, publisher):
        """End a publisher; return whether it was one of this node."""
        return self._destroy(publisher, self._publishers)

    def destroy_subscription(self, subscription):
        """End a subscription; return whether it was one of this node."""
        return self._destroy(subscription, self._subscriptions)

    def destroy_service(self, service):
        """End a service; return whether it was one of this node."""
        return self._destroy(service, self._services)

    def destroy_client(self, client):
        """End a client; return whether it was one of this node."""
        return self._destroy(client, self._clients)

    def destroy_timer(self, timer):
        """End a timer; return whether it was one of this node."""
        return self._destroy(timer, self._timers)

    def destroy_guard_condition(self, guard):
        """End a guard condition; return whether it was one of this node."""
        return self._destroy(guard, self._guards)

    def destroy_rate(self, rate):
        """End a rate."""
        rate.destroy()
        return True

    def _create(self, create):
        if self._destroyed:
            raise NotInitializedException(f'node {self._name!r} was destroyed')
        try:
            return create(self.context.participant)
        except DDSError as error:
            raise RCLError(str(error)) from None

    def _create_pair(self, srv_type, name, qos_profile, role, received, sent):
        """Return reader and writer of a client or server, marked as belonging together."""
        if not is_service(srv_type):
            raise TypeError(f'service {name!r}: expected a service class, got {srv_type!r}')
        topics = names.service(name)
        requests, replies = topics if role == 'serviceid' else reversed(topics)
        qos = endpoint_qos(_profile(qos_profile))
        mark = f'{role}={".".join(f"{byte:x}" for byte in token_bytes(16))};'
        reader = self._create(lambda participant: participant.create_reader(
            requests, dds_type_name(received), qos, mark + _hash(received)))
        writer = self._create(lambda participant: participant.create_writer(
            replies, dds_type_name(sent), qos, mark + _hash(sent)))
        return reader, writer

    def _group(self, group):
        return self.default_callback_group if group is None else group

    def _watch(self, owner, endpoint, callbacks, topic):
        events = callbacks._watch(
            endpoint, topic, owner.callback_group, self.get_logger().name)
        if events is not None:
            owner.event_handlers.append(events)

    def _changed(self, entity=None):
        if entity is not None:
            entity.callback_group.add_entity(entity)
        self._revision += 1
        self._wake_executor()
        if self._announcing:
            self.context._announce()

    def _destroy(self, entity, kind):
        with self._lock:
            if entity not in kind:
                return False
            kind.remove(entity)
            entity.destroy()
            if kind is not self._timers and kind is not self._guards:
                self._changed()
        return True

    def _kinds(self):
        return (self._publishers, self._subscriptions, self._services, self._clients,
                self._timers, self._guards)

    def _destroy_entities(self):
        for kind in self._kinds():
            for entity in list(kind):
                self._destroy(entity, kind)

    def _mark_destroyed(self):
        for kind in self._kinds():
            for entity in list(kind):
                entity.destroyed = True

    def _entities(self):
        """Return what others are told of the node."""
        # Without the lock: the thread that asks holds the one of the context, which a thread
        # that holds the one of a node may wait for.
        readers = [*self._subscriptions, *self._services, *self._clients]
        writers = [*self._publishers, *self._services, *self._clients]
        return Announcement(
            self.get_namespace(), self.get_name(),
            [entity._reader.gid for entity in readers],
            [entity._writer.gid for entity in writers])


def _profile(qos_profile):
    if isinstance(qos_profile, QoSProfile):
        return qos_profile
    if isinstance(qos_profile, int) and not isinstance(qos_profile, bool):
        if qos_profile < 0:
            raise ValueError('history depth must be greater than or equal to zero')
        return QoSProfile(depth=qos_profile)
    raise TypeError(f'Expected QoSProfile or int, but received {type(qos_profile)!r}')


def _check_message(msg_type):
    if not is_message(msg_type):
        raise TypeError(f'expected a message class, got {msg_type!r}')


def _hash(interface):
    return f'typehash={type_hash(interface)};'


def _refuse(**options):
    for name, value in options.items():
        if value is not None:
            raise NotImplementedError(f'{name} is not supported without ROS 2')
