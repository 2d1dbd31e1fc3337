"""Executors: in which order callbacks run, and what a waiting coroutine keeps back."""

import time

import pytest
import rclpy
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.executors import SingleThreadedExecutor
from rclpy.task import Future
from rclpy_runs import node, PATIENCE
from std_msgs.msg import Int64
from std_srvs.srv import Trigger

__all__ = ['node']


@pytest.fixture
def executor(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    yield executor
    executor.shutdown()


def found(publisher):
    """Wait until somebody hears a publisher, without spinning."""
    end = time.monotonic() + PATIENCE
    while not publisher.get_subscription_count():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_callbacks_that_are_ready_run_in_the_order_of_their_kinds(node, executor):
    """Timers, subscriptions as created, guard conditions, clients, services."""
    told = []

    def serve(request, response):
        told.extend(['client'] * answer.done() + ['service'])
        return response

    # Created in another order than they run, and triggered in yet another.
    other = rclpy.create_node('other')
    other.create_service(Trigger, 'answered', lambda request, response: response)
    node.create_service(Trigger, 'asked', serve)
    answered, asked = (node.create_client(Trigger, name) for name in ('answered', 'asked'))
    guard = node.create_guard_condition(lambda: told.append('guard'))
    topics = [f'topic_{index}' for index in range(4)]
    for topic in topics:
        node.create_subscription(Int64, topic, lambda _, topic=topic: told.append(topic), 10)
    publishers = [other.create_publisher(Int64, topic, 10) for topic in reversed(topics)]
    assert answered.wait_for_service(10.0) and asked.wait_for_service(10.0)
    answer = answered.call_async(Trigger.Request())
    answers = SingleThreadedExecutor()
    answers.add_node(other)
    answers.spin_once(timeout_sec=10.0)  # the answer is on its way
    asked.call_async(Trigger.Request())
    guard.trigger()
    for publisher in publishers:
        found(publisher)
        publisher.publish(Int64())
    for index in range(2):
        node.create_timer(0.001, lambda index=index: told.append(f'timer_{index}'))
    time.sleep(0.1)  # until all is ready at the same time
    for _ in range(20):
        executor.spin_once(timeout_sec=0.0)
    first = [name for index, name in enumerate(told) if name not in told[:index]]
    assert first == ['timer_0', 'timer_1', *topics, 'guard', 'client', 'service']


def test_waiting_coroutine_occupies_its_exclusive_group(node, executor):
    wanted, told = Future(), []

    async def wait():
        timer.cancel()
        told.append('begins')
        await wanted
        told.append('ends')

    group, free = MutuallyExclusiveCallbackGroup(), ReentrantCallbackGroup()
    timer = node.create_timer(0.001, wait, group)
    node.create_timer(0.001, lambda: told.append('kept back'), group)
    node.create_subscription(Int64, 'kept', lambda _: told.append('message'), 10,
                             callback_group=group)
    publisher = node.create_publisher(Int64, 'kept', 10)
    found(publisher)
    while 'begins' not in told:
        executor.spin_once(timeout_sec=1.0)
    told.clear()
    publisher.publish(Int64())
    used = time.process_time()
    executor.spin_once(timeout_sec=0.3)
    assert not told
    assert time.process_time() - used < 0.15, 'it does not look again and again'
    node.create_timer(0.001, lambda: told.append('free'), free)
    while told.count('free') < 10:
        executor.spin_once(timeout_sec=1.0)
    assert set(told) == {'free'}
    wanted.set_result(None)
    while not {'ends', 'kept back', 'message'} <= set(told):
        executor.spin_once(timeout_sec=1.0)


def test_coroutine_that_awaits_an_answer_in_its_own_group_waits_for_ever(node, executor):
    """Clients need a reentrant group, or one of their own, as with rclpy."""
    other = rclpy.create_node('other')
    other.create_service(Trigger, 'inner', lambda request, response: response)
    executor.add_node(other)
    client = node.create_client(Trigger, 'inner')
    answers = []

    async def ask():
        timer.cancel()
        answers.append(await client.call_async(Trigger.Request()))

    ticks = []
    timer = node.create_timer(0.001, ask)
    assert client.wait_for_service(10.0)
    node.create_timer(0.01, lambda: ticks.append(1), ReentrantCallbackGroup())
    while len(ticks) < 20:
        executor.spin_once(timeout_sec=1.0)
    assert not answers
    node.destroy_timer(timer)


def test_callback_that_spins_occupies_its_exclusive_group(node, executor):
    told, wanted = [], Future()

    def spin():
        timer.cancel()
        executor.spin_until_future_complete(wanted, timeout_sec=10.0)
        told.append('ends')

    def release():
        told.append('free')
        wanted.set_result(None)

    timer = node.create_timer(0.001, spin)
    node.create_timer(0.01, lambda: told.append('kept back'))
    node.create_timer(0.1, release, ReentrantCallbackGroup())
    while not timer.is_canceled():
        told.clear()
        executor.spin_once(timeout_sec=1.0)
    assert told == ['free', 'ends']
    while 'kept back' not in told:
        executor.spin_once(timeout_sec=1.0)
