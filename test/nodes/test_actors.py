"""Who acts in which episode, with which weights, whatever disk and robot do meanwhile."""

import os
from threading import Semaphore
import time

from data_path import TIMEOUT
from policies import metadata, OBSERVATION, random_tensors, save_policy
import pytest
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.nodes import weights
from sgft_ros.nodes.actors import Actors
from sgft_ros.nodes.policy_parameters import PolicyParameters


class SlowDisk:
    """Lets a file be synced when the test says so."""

    def __init__(self, monkeypatch):
        self._begun, self._go = Semaphore(0), Semaphore(0)
        monkeypatch.setattr(os, 'fsync', self._sync)

    def _sync(self, _):
        self._begun.release()
        assert self._go.acquire(timeout=TIMEOUT)

    def until_busy(self):
        """Wait until a file is to be synced."""
        assert self._begun.acquire(timeout=TIMEOUT)

    def finish(self):
        """Let one file be synced."""
        self._go.release()


@pytest.fixture
def actors(tmp_path):
    checkpoint = load_checkpoint(
        save_policy(tmp_path / 'policy.safetensors', random_tensors()), 'policy')
    settings = PolicyParameters(
        'simulated_arm', 'peg_insert', '', run_folder=str(tmp_path / 'run'))
    actors = Actors(settings, checkpoint, 'arm', OBSERVATION)
    for _ in range(settings.evaluation_episodes):  # pi_sim alone makes the first round
        actors.schedule.end_episode(True, 1)
    return actors


def offer(actors, version):
    tensors = random_tensors(version)
    assert not actors.offer(weights.make_weights_message(
        version, 0, weights.architecture(metadata(), tensors), 'sgft', tensors, None))


def acting(actors):
    """Return the version that acts at the next tick of a training episode."""
    actors.swap(False)
    return actors.now.version


def test_what_a_slow_disk_has_taken_acts_while_the_newest_alone_waits(actors, monkeypatch):
    disk = SlowDisk(monkeypatch)
    offer(actors, 1)
    disk.until_busy()
    for version in range(2, 10):
        offer(actors, version)
    assert acting(actors) == 0
    disk.finish()
    disk.until_busy()
    assert acting(actors) == 1
    offer(actors, 10)
    disk.finish()
    disk.until_busy()
    assert acting(actors) == 9  # and none of those between was written
    disk.finish()
    end = time.monotonic() + TIMEOUT
    while acting(actors) != 10:
        assert time.monotonic() < end
