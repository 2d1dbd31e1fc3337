"""A node ends the same way wherever the signal that shuts its context down comes."""

import gc
from pathlib import Path
import signal
import subprocess
import sys

from data_path import node_process, running_probe
import pytest
import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from sgft_ros.nodes.ending import begin, initialised, spin_until

TIMEOUT = 30.0  # [s]


class Failing(Node):
    """Fails while it is made or in its first callback, with the context shut down or not."""

    def __init__(self, in_callback, shutdown):
        super().__init__('failing')
        self._shutdown = shutdown
        if in_callback:
            self.create_timer(0.001, self._fail)
        else:
            self._fail()

    def _fail(self):
        if self._shutdown:
            rclpy.shutdown()
        raise ValueError('too early')


@pytest.mark.parametrize('in_callback', [False, True])
def test_what_fails_after_the_shutdown_is_the_shutdown(domain_id, in_callback):
    with initialised(), pytest.raises(ExternalShutdownException):
        spin_until(begin(lambda: Failing(in_callback, shutdown=True)), Future())


def test_what_fails_in_a_callback_is_told_in_full(domain_id):
    with initialised(), pytest.raises(ValueError, match='too early'):
        spin_until(begin(lambda: Failing(in_callback=True, shutdown=False)), Future())


def test_a_node_that_cannot_begin_ends_with_its_reason_and_exit_code(domain_id, capfd):
    with initialised(), pytest.raises(SystemExit) as ended:
        begin(lambda: Failing(in_callback=False, shutdown=False), exit_code=2)
    assert ended.value.code == 2
    said = capfd.readouterr().err
    assert said.count('\n') == 1 and said.endswith(': too early\n')


def test_no_callback_waits_until_all_that_was_imported_is_searched_for_garbage(domain_id):
    gc.unfreeze()
    with initialised():
        node = begin(lambda: Node('begun'))
        assert not any(each is node or each is pytest for each in gc.get_objects())
    assert any(each is node for each in gc.get_objects())  # or it stays in the graph of ROS 2


def test_who_has_ended_is_gone_from_the_graph_at_once(domain_id):
    with running_probe() as probe:
        with node_process('simulated_robot'):
            probe.until(lambda: 'simulated_robot' in probe.node.get_node_names())
        probe.until(lambda: 'simulated_robot' not in probe.node.get_node_names(), timeout=5.0)


@pytest.mark.parametrize(('program', 'library'), [  # which is loaded in the midst of the imports
    (['sgft_ros.nodes.learner'], 'libtorch'),
    (['sgft_ros.cli', 'bag', 'record', '--all', '-o', 'bag'], 'libddsc')])
def test_what_is_interrupted_while_it_imports_ends_in_peace(domain_id, tmp_path, program, library):
    command = [sys.executable, '-m', *program]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    maps = Path('/proc', str(process.pid), 'maps')
    while library not in maps.read_text():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=TIMEOUT)
    assert process.returncode in (0, 128 + signal.SIGINT)
    assert 'Traceback' not in said


def test_an_interrupt_in_code_that_a_text_holds_does_not_take_the_exit_code_away(tmp_path):
    # As dataclasses make their methods: what is interrupted while it imports is often there.
    (tmp_path / 'interrupted.py').write_text(
        'import sys\nfrom sgft_ros.cli import _call\n'
        "sys.exit(_call(lambda: exec('raise KeyboardInterrupt')))\n")
    done = subprocess.run([sys.executable, '-m', 'interrupted'], cwd=tmp_path)
    assert done.returncode == 128 + signal.SIGINT


def test_spins_until_the_future_is_done(domain_id):
    with initialised():
        node, future = Node('counting'), Future()
        node.create_timer(0.001, lambda: future.set_result(1))
        spin_until(node, future)
        assert future.result() == 1
