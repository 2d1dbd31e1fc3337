"""Signals, exit codes, and shutting down from anywhere, without leftovers."""

import signal
import threading
import time

import pytest
import rclpy
from rclpy._rclpy_pybind11 import RCLError
from rclpy.exceptions import NotInitializedException
from rclpy.executors import SingleThreadedExecutor
from rclpy.task import Future
from rclpy_runs import collect, finished, initialised, node, run, running, until
from std_msgs.msg import String

__all__ = ['node']

# As the nodes of this package end.
POLITE = """
from std_msgs.msg import String
try:
    with initialised():
        node = rclpy.create_node('polite')
        node.create_timer(1000.0, print)
        ready = node.create_guard_condition(lambda: print('ready', flush=True))
        ready.trigger()
        rclpy.spin(node)
except (KeyboardInterrupt, ExternalShutdownException) as reason:
    print(type(reason).__name__, rclpy.ok())
"""
OWN_HANDLER = """
from rclpy_runs import until
from rclpy.signals import SignalHandlerOptions
from std_msgs.msg import String
ended = rclpy.task.Future()
signal.signal(signal.SIGTERM, lambda *_: ended.set_result('handled'))
with initialised(signal_handler_options=SignalHandlerOptions.NO):
    node = rclpy.create_node('own')
    publisher = node.create_publisher(String, 'last', 1)
    until(node, publisher.get_subscription_count)
    print('ready', flush=True)
    rclpy.spin_until_future_complete(node, ended)
    publisher.publish(String(data=ended.result()))
    publisher.wait_for_all_acked()
"""


@pytest.mark.parametrize(('number', 'reason'), [
    (signal.SIGINT, 'KeyboardInterrupt False'),
    (signal.SIGTERM, 'ExternalShutdownException False')])
def test_signal_ends_an_idle_node_at_once(domain_id, number, reason):
    with running(POLITE) as process:
        assert process.stdout.readline() == 'ready\n'
        begin = time.monotonic()
        process.send_signal(number)
        code, out, err = finished(process)
        # spin returns without an error if the signal came before it waited again.
        assert code == 0 and out.strip() in (reason, ''), err
        assert time.monotonic() - begin < 15.0, 'it waited for its timer'


def test_signal_kills_a_node_that_does_not_care(domain_id):
    program = """
rclpy.init()
node = rclpy.create_node('rude')
spinning = node.create_guard_condition(lambda: print('ready', flush=True))
spinning.trigger()
rclpy.spin(node)
"""
    with running(program) as process:
        assert process.stdout.readline() == 'ready\n'
        process.send_signal(signal.SIGINT)
        code, _, err = finished(process)
    assert code == -signal.SIGINT and 'KeyboardInterrupt' in err, err


def test_handler_of_ones_own_runs_while_nothing_else_happens(node):
    got = collect(node, String, 'last', 1)
    with running(OWN_HANDLER) as process:
        assert process.stdout.readline() == 'ready\n'
        process.send_signal(signal.SIGTERM)
        until(node, lambda: got)
        code, _, err = finished(process)
    assert code == 0, err
    assert got[0].data == 'handled'


def test_shutdown_in_another_thread_wakes_the_spinning_one(domain_id):
    rclpy.init(args=[])
    node = rclpy.create_node('tester')
    other = threading.Timer(0.1, rclpy.shutdown)
    other.start()
    rclpy.spin(node)
    other.join()  # the executor ends first, then the context
    assert not rclpy.ok()


def test_shutdown_in_a_callback_lets_spin_return(domain_id):
    rclpy.init(args=[])
    node = rclpy.create_node('tester')
    node.create_timer(0.01, rclpy.shutdown)
    rclpy.spin(node)
    assert not rclpy.ok()


def test_after_shutdown_nothing_works_and_all_can_begin_anew(domain_id):
    for _ in range(3):
        with initialised(args=[]):
            node = rclpy.create_node('tester')
            publisher = node.create_publisher(String, 'text', 1)
            publisher.publish(String())
        with pytest.raises(RCLError):
            publisher.publish(String())
        with pytest.raises(NotInitializedException):
            rclpy.create_node('late')
        with pytest.raises(RuntimeError):
            rclpy.shutdown()
        node.destroy_node()


def test_init_twice_is_refused(node):
    with pytest.raises(RuntimeError):
        rclpy.init(args=[])


@pytest.mark.skipif(rclpy.get_rmw_implementation_identifier() != 'rmw_standalone',
                    reason='rclpy of ROS 2 aborts there')
def test_what_is_left_open_is_closed_at_exit(domain_id):
    code, out, err = run("""
import threading
from std_msgs.msg import String
rclpy.init()
node = rclpy.create_node('leaving')
publisher = node.create_publisher(String, 'text', 10)
node.create_subscription(String, 'text', print, 10)
threading.Thread(target=rclpy.spin, args=(node,), daemon=True).start()
for _ in range(100):
    publisher.publish(String(data='x'))
sys.exit(3)
""")
    assert code == 3, err
    assert 'Segmentation' not in err and 'Fatal Python error' not in err


def test_guard_condition_wakes_from_another_thread(node):
    calls = []
    guard = node.create_guard_condition(lambda: calls.append(threading.current_thread()))
    thread = threading.Timer(0.05, guard.trigger)
    thread.start()
    until(node, lambda: calls)
    assert calls == [threading.current_thread()]
    rclpy.spin_once(node, timeout_sec=0.05)
    assert len(calls) == 1


def test_future_set_in_another_thread_ends_the_wait(node):
    future = Future()
    threading.Timer(0.05, future.set_result, args=(7,)).start()
    begin = time.monotonic()
    rclpy.spin_until_future_complete(node, future, timeout_sec=10.0)
    assert future.result() == 7 and time.monotonic() - begin < 5.0


def test_spin_gives_up_when_the_time_is_up(node):
    begin = time.monotonic()
    rclpy.spin_until_future_complete(node, Future(), timeout_sec=0.1)
    rclpy.spin_once(node, timeout_sec=0.1)
    assert 0.15 < time.monotonic() - begin < 5.0


def test_idle_node_costs_nothing(node):
    begin = time.process_time()
    rclpy.spin_until_future_complete(node, Future(), timeout_sec=1.0)
    assert time.process_time() - begin < 0.1


def test_executor_may_be_told_to_stop(node):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    threading.Timer(0.05, executor.shutdown).start()
    executor.spin()
    assert rclpy.ok()
