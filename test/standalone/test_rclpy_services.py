"""Services across processes, restarts, and what goes wrong with them."""

import signal

import pytest
import rclpy
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import SingleThreadedExecutor
from rclpy_runs import call, node, running, until
from std_srvs.srv import SetBool, Trigger

__all__ = ['node']

SERVER = """
from std_srvs.srv import SetBool
with initialised():
    node = rclpy.create_node('server')
    def answer(request, response):
        response.success = request.data
        response.message = sys.argv[1]
        return response
    node.create_service(SetBool, 'switch', answer)
    rclpy.spin(node)
"""


def test_calls_cross_processes_also_after_the_server_was_killed(node):
    client = node.create_client(SetBool, 'switch')
    assert not client.service_is_ready()
    with running(SERVER, 'first') as server:
        response = call(node, client, SetBool.Request(data=True))
        assert (response.success, response.message) == (True, 'first')
        server.send_signal(signal.SIGKILL)
        server.wait()
    with running(SERVER, 'second'):
        asked = []

        def answered():
            # The dead one still counts as ready for a while, and nobody reads its requests.
            asked.append(client.call_async(SetBool.Request()))
            return any(future.done() for future in asked)

        until(node, answered)
        answers = [client.call_async(SetBool.Request(data=bool(i % 2))) for i in range(8)]
        until(node, lambda: all(answer.done() for answer in answers))
    assert [answer.result().success for answer in answers] == [bool(i % 2) for i in range(8)]
    assert {answer.result().message for answer in answers} == {'second'}


def test_each_of_many_clients_gets_its_own_answers(node):
    node.create_service(
        SetBool, 'switch', lambda request, response: SetBool.Response(success=request.data))
    clients = [node.create_client(SetBool, 'switch') for _ in range(5)]
    futures = [client.call_async(SetBool.Request(data=bool(i % 2)))
               for i, client in enumerate(clients)]
    until(node, lambda: all(future.done() for future in futures))
    assert [future.result().success for future in futures] == [bool(i % 2) for i in range(5)]


def test_wait_for_service_gives_up_in_time(node):
    assert not node.create_client(Trigger, 'nobody').wait_for_service(timeout_sec=0.1)


def test_forgotten_request_is_not_answered(node):
    node.create_service(Trigger, 'serve', lambda request, response: response)
    client = node.create_client(Trigger, 'serve')
    forgotten, kept = (client.call_async(Trigger.Request()) for _ in range(2))
    client.remove_pending_request(forgotten)
    until(node, kept.done)
    assert not forgotten.done()


def test_done_callback_hears_of_the_answer(node):
    node.create_service(Trigger, 'serve', lambda request, response: response)
    heard = []
    client = node.create_client(Trigger, 'serve')
    client.call_async(Trigger.Request()).add_done_callback(heard.append)
    until(node, lambda: heard)
    assert isinstance(heard[0].result(), Trigger.Response)


def test_coroutine_may_wait_for_a_service_within_a_service(node):
    group = ReentrantCallbackGroup()
    client = node.create_client(Trigger, 'inner', callback_group=group)
    node.create_service(
        Trigger, 'inner', lambda request, response: Trigger.Response(message='from within'),
        callback_group=group)

    async def ask(request, response):
        return await client.call_async(Trigger.Request())

    node.create_service(Trigger, 'outer', ask, callback_group=group)
    response = call(node, node.create_client(Trigger, 'outer'), Trigger.Request())
    assert response.message == 'from within'


def test_error_in_a_callback_ends_the_spinning(node):
    def fail(request, response):
        raise ValueError('on purpose')

    node.create_service(Trigger, 'fail', fail)
    client = node.create_client(Trigger, 'fail')
    assert client.wait_for_service(timeout_sec=10.0)
    future = client.call_async(Trigger.Request())
    with pytest.raises(ValueError, match='on purpose'):
        rclpy.spin_until_future_complete(node, future, timeout_sec=10.0)


def test_executor_runs_tasks_and_hands_on_their_errors(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    task = executor.create_task(lambda: 42)
    executor.spin_until_future_complete(task, timeout_sec=5.0)
    assert task.result() == 42

    async def fail():
        raise KeyError('task')

    task = executor.create_task(fail)
    with pytest.raises(KeyError):
        executor.spin_until_future_complete(task, timeout_sec=5.0)
    executor.shutdown()


def test_wrong_request_and_wrong_answer_raise(node):
    client = node.create_client(Trigger, 'serve')
    with pytest.raises(TypeError):
        client.call_async(SetBool.Request())
    node.create_service(Trigger, 'serve', lambda request, response: None)
    client.call_async(Trigger.Request())
    with pytest.raises(TypeError):
        until(node, lambda: False)
