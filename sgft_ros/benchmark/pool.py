"""Trials on all cores, one process each; what ends is handed back as it ends."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
import multiprocessing
import multiprocessing.connection
import os
import queue
import signal
import threading

from sgft_ros.benchmark.methods import Method
from sgft_ros.benchmark.oracle import run_oracle
from sgft_ros.benchmark.trial import of_world, Protocol, run_trial, Trial
from sgft_ros.simulation.pretraining import PretrainingConfig
import torch

POLL = 0.2  # [s] between two looks at how far the trials have come
THREADS = ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS')
_progress = None  # of a worker: the queue that its trials tell their progress


class WorkerLost(RuntimeError):
    """A worker process died, killed from outside or for lack of memory."""


def perform(
    jobs: Sequence[tuple[Trial, Method | PretrainingConfig, Protocol]], workers: int,
    tell: Callable[[int, int], None],
) -> Iterator[tuple[int, dict[str, object]]]:
    """
    Run the jobs; yield the index and the result of each as it ends.

    :param tell: hears the index of a job and how many transitions it has behind it
    :raises ValueError: if a trial cannot be, naming its world
    :raises WorkerLost: if a worker process died; what was yielded before is whole
    """
    for name in THREADS:  # before NumPy is imported there; networks this small lose with more
        os.environ.setdefault(name, '1')
    context = multiprocessing.get_context('spawn')
    progress = context.Queue()
    executor = ProcessPoolExecutor(workers, context, _begin, (progress,))
    try:
        waiting = {executor.submit(_run, index, *job): index for index, job in enumerate(jobs)}
        while waiting:
            done, _ = wait(waiting, POLL, FIRST_COMPLETED)
            for index, transitions in _told(progress):
                tell(index, transitions)
            for future in done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool:
        raise WorkerLost('a worker process died, killed from outside or for lack of memory; '
                         'what had ended is kept, run the command again for the rest') from None
    finally:
        for process in list((executor._processes or {}).values()):
            process.terminate()
        executor.shutdown(cancel_futures=True)  # waits, or its thread races with Python's exit


def _begin(progress):
    global _progress
    _progress = progress
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    torch.set_num_threads(1)


def _end_with_parent():
    """End this process when its parent has, however that went: nobody else would."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def _run(index, trial, how, protocol):
    run = run_oracle if isinstance(how, PretrainingConfig) else run_trial
    try:
        return run(trial, how, protocol, lambda transitions: _progress.put((index, transitions)))
    except ValueError as error:
        raise of_world(trial, error) from error


def _told(progress):
    while True:
        try:
            yield progress.get_nowait()
        except queue.Empty:
            return
