"""Wait for one message of a topic."""

import threading

import rclpy
from rclpy.task import Future


def wait_for_message(msg_type, node, topic, *, qos_profile=1, time_to_wait=-1):
    """
    Return whether a message came within so many seconds, and the message.

    The node is spun here unless an executor spins it in another thread; negative waits for ever.
    """
    received = Future()
    subscription = node.create_subscription(
        msg_type, topic, lambda message: received.done() or received.set_result(message),
        qos_profile)
    timeout = None if time_to_wait < 0 else time_to_wait
    try:
        if node.executor is not None and node.executor._thread not in (
                None, threading.get_ident()):
            came = threading.Event()
            received._on_done(came.set)
            came.wait(timeout)
        else:
            rclpy.spin_until_future_complete(node, received, timeout_sec=timeout)
    finally:
        node.destroy_subscription(subscription)
    return received.done(), received.result()
