"""`sgft benchmark` in processes of its own: whole, killed, interrupted and gone on with."""

import contextlib
import json
import os
from pathlib import Path
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from sgft_ros.benchmark.command import main
from sgft_ros.benchmark.results import Results, RESULTS_FILE
from sgft_ros.learning.checkpoint import load_checkpoint, save_checkpoint
from sgft_ros.nodes.folder_lock import hold
from shipped import CHECKPOINT, result

ROBOTS = Path(__file__).resolve().parents[2] / 'config' / 'robots'
SHORT = ('--transitions', '150', '--evaluation-episodes', '1')
METHODS = ('--methods', 'sac', 'pbrs:warm_start_updates=5')
LONG = ('--methods', 'sac', '--worlds', '0-3', '--transitions', '1000000', '--workers', '2')


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, '-m', 'sgft_ros.benchmark.command', *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def workers(process, command=b'spawn_main'):
    """Return the ids of the processes that a benchmark has started, its workers if not told."""
    found = []
    for folder in Path('/proc').iterdir():
        try:
            fields = (folder / 'stat').read_text().rsplit(')', 1)[1].split()
            line = (folder / 'cmdline').read_bytes()
        except (OSError, IndexError):
            continue
        if int(fields[1]) == process.pid and command in line:
            found.append(int(folder.name))
    return found


def until_workers_run(process, count=2):
    deadline = time.monotonic() + 60.0
    while len(workers(process)) < count:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1.0)  # into a trial, or at least into its imports
    return workers(process)


def until_gone(pids, timeout=30.0):
    deadline = time.monotonic() + timeout
    while any(Path('/proc', str(pid)).exists() for pid in pids):
        assert time.monotonic() < deadline, pids
        time.sleep(0.05)


def test_runs_every_method_in_every_world_once_and_goes_on_where_it_was(tmp_path):
    arguments = (*METHODS, *SHORT, '--output', str(tmp_path))
    process = start(*arguments, '--worlds', '4')
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert '2 trials, 0 of them done before' in output
    before = (tmp_path / RESULTS_FILE).read_text()
    process = start(*arguments, '--worlds', '4,5')
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert '4 trials, 2 of them done before' in output
    assert (tmp_path / RESULTS_FILE).read_text().startswith(before)
    done = {(result['method'], result['world']) for result in Results(tmp_path).all}
    assert done == {(method, world) for method in METHODS[1:] for world in (4, 5)}
    assert {'report.md', 'curves.png'} <= {path.name for path in tmp_path.iterdir()}


def test_a_killed_worker_ends_the_command_with_a_reason_and_leaves_nothing_running(tmp_path):
    process = start(*LONG, '--output', str(tmp_path))
    pids = until_workers_run(process)
    os.kill(pids[0], signal.SIGKILL)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert 'a worker process died' in output and 'Traceback' not in output
    until_gone(pids)


def test_a_kill_of_the_command_leaves_nothing_running(tmp_path):
    process = start(*LONG, '--output', str(tmp_path))
    pids = until_workers_run(process) + workers(process, b'resource_tracker')
    assert len(pids) == 3
    process.kill()
    try:
        until_gone(pids, 120.0)  # a worker that still imports hears of it when it has
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_there_is_and_leaves_nothing_running(tmp_path, number):
    process = start(*LONG, '--output', str(tmp_path))
    pids = until_workers_run(process)
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert 'interrupted; 0 results are kept' in output and 'Traceback' not in output
    until_gone(pids)


@pytest.mark.parametrize('arguments, message', [
    (['--methods', 'td3'], "unknown algorithm 'td3'"),
    (['--checkpoints', '/nowhere'], 'checkpoint /nowhere/policy.safetensors does not exist'),
    (['--pretraining-seeds', '0,77'], 'pretraining seed 77 are shipped; choose from: 0'),
    (['--checkpoints', str(CHECKPOINT.parent / 'hammer')],
     "hammer/policy.safetensors does not fit robot 'simulated_arm' and task 'peg_insert': task is "
     'hammer in the checkpoint, peg_insert here; observation_names is '),
    (['--robot', 'ur7'], 'ur7'),
    (['--tasks', 'walker_walk', '--values', 'displaced'],
     "'displaced': task 'walker_walk' has no robot that sees a goal; choose from: simulator"),
    (['--report-only'], 'holds no result'),
    (['--gaps', '1e9'], 'gap 1e+09, world 0: '),
])
def test_what_cannot_be_run_is_named_before_anything_starts(tmp_path, arguments, message, capsys):
    assert main([*arguments, '--output', str(tmp_path)]) == 1
    assert message in capsys.readouterr().err


def test_a_folder_in_which_another_benchmark_measures_is_refused(tmp_path, capsys):
    Results(tmp_path).add(result())
    descriptor = hold(tmp_path, 'benchmark')
    try:
        arguments = [*METHODS, *SHORT, '--worlds', '0', '--output', str(tmp_path)]
        assert main(arguments) == 1
        assert (f'benchmark: {tmp_path} is in use by another benchmark, process {os.getpid()}'
                in capsys.readouterr().err)
        assert main(['--report-only', '--output', str(tmp_path)]) == 0
    finally:
        os.close(descriptor)
    assert len(Results(tmp_path).all) == 1


@pytest.mark.parametrize('arguments', [['--report-only'], ['--methods', 'td3']])
def test_what_measures_nothing_makes_no_folder(tmp_path, arguments):
    assert main([*arguments, '--output', str(tmp_path / 'nothere')]) == 1
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_can_be_no_folder_is_named(tmp_path, capsys):
    (tmp_path / 'file').touch()
    assert main(['--output', str(tmp_path / 'file')]) == 1
    assert (f'--output: {tmp_path / "file"} is no folder in which files can be made'
            in capsys.readouterr().err)


@pytest.mark.parametrize('arguments, message', [
    (['--worlds', 'abc'], "argument --worlds: expected numbers as in 0-3,7, got 'abc'"),
    (['--worlds', '1,5-2'], "argument --worlds: expected numbers as in 0-3,7, got '1,5-2'"),
    (['--seeds', '-3'], 'argument --seeds: expected'),
    (['--workers', 'two'], "argument --workers: expected a whole number >= 1, got 'two'"),
    (['--gaps', 'wide'], "argument --gaps: expected a number >= 0, got 'wide'"),
])
def test_an_argument_that_cannot_be_is_named_with_what_was_expected(arguments, message, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2 and message in capsys.readouterr().err


def test_a_robot_of_another_rate_is_refused_before_anything_starts(tmp_path, capsys):
    robot = tmp_path / 'slow.yaml'
    robot.write_text((ROBOTS / 'simulated_arm.yaml').read_text().replace(
        'control_rate: 20', 'control_rate: 10'))
    arguments = [*METHODS, *SHORT, '--worlds', '0', '--output', str(tmp_path)]
    assert main([*arguments, '--robot', str(robot)]) == 1
    said = capsys.readouterr()
    assert 'control_rate is 20.0 in the checkpoint, 10.0 here' in said.err
    assert 'trials' not in said.out and not (tmp_path / RESULTS_FILE).exists()


def test_a_result_is_of_the_value_function_that_the_method_read(tmp_path, capsys):
    checkpoint = shutil.copytree(CHECKPOINT, tmp_path / 'checkpoint')
    arguments = ['--methods', 'sac', '--worlds', '100', *SHORT, '--output', str(tmp_path),
                 '--checkpoints', str(checkpoint), '--workers', '1']
    assert main(arguments) == 0
    value = load_checkpoint(checkpoint / 'value.safetensors', 'value')
    tensors = {name: np.zeros_like(tensor) for name, tensor in value.tensors.items()}
    save_checkpoint(value.path, 'value', tensors, value.metadata)
    assert main(arguments) == 0
    assert capsys.readouterr().out.count('1 trials, 0 of them done before') == 2
    assert main(arguments) == 0
    assert '1 trials, 1 of them done before' in capsys.readouterr().out


def test_a_contract_that_has_changed_does_not_mix_with_old_results(tmp_path, capsys):
    robot = shutil.copy(ROBOTS / 'simulated_arm.yaml', tmp_path / 'mine.yaml')
    arguments = ['--methods', 'sac', *SHORT, '--output', str(tmp_path), '--robot', str(robot)]
    assert main([*arguments, '--worlds', '0']) == 0
    robot.write_text(robot.read_text() + '# slower\n')
    assert main([*arguments, '--worlds', '1']) == 1
    assert 'mine.yaml = ' in capsys.readouterr().err


def test_changed_settings_do_not_mix_with_old_results(tmp_path, capsys):
    arguments = ['--methods', 'sac', '--worlds', '0', *SHORT, '--output', str(tmp_path)]
    assert main(arguments) == 0
    result = json.loads((tmp_path / RESULTS_FILE).read_text())
    assert result['protocol']['transition_limit'] == 150
    assert main([*arguments[:-4], '--evaluation-episodes', '2', *arguments[-2:]]) == 1
    assert 'evaluation_episodes = 1, now it is 2' in capsys.readouterr().err
