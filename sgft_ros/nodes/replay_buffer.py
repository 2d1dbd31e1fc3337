"""Node replay_buffer: keeps the shaped transitions and answers the learner with minibatches."""

from dataclasses import dataclass
import itertools

import numpy as np
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.potential import Potential
from sgft_ros.learning.replay import columns_of, KIND, label
from sgft_ros.msg import SampleBatch, SampleRequest, ShapedTransition
from sgft_ros.nodes import diagnostics, qos
from sgft_ros.nodes.arrays import float_sequence
from sgft_ros.nodes.compatibility import check_belongs
from sgft_ros.nodes.deduplicate import key_of
from sgft_ros.nodes.ending import spin_until_signal
from sgft_ros.nodes.parameters import declare_parameters, parameter
from sgft_ros.nodes.transition_store import TransitionStore
from std_msgs.msg import UInt64
from std_srvs.srv import Trigger

SYNC_PERIOD = 1.0  # [s]
DRAIN = 0.6  # [s] after the signal: value_shaping drains for 0.3 s
LARGEST_ANSWER = 1 << 24  # numbers in one SampleBatch: 64 MiB


@dataclass(frozen=True)
class ReplayBufferParameters:
    """Parameters of the node replay_buffer."""

    capacity: int = parameter(
        1_000_000, 'transitions that are kept; then the newest replaces the oldest', minimum=1,
        maximum=100_000_000)
    prior_data: str = parameter(
        '', 'safetensors file of transitions that prior_ratio of a request draws from')
    value_checkpoint: str = parameter(
        '', 'checkpoint of V_sim that shapes prior_data; empty if the file holds shaped rewards')
    policy_checkpoint: str = parameter(
        '', 'checkpoint of the policy that prior_data and V_sim have to belong to; empty: they '
            'are compared with each other alone')
    run_folder: str = parameter(
        '', 'folder for the journal and the archives; empty keeps transitions in memory only')
    seed: int = parameter(0, 'seed of the sampling', minimum=0, maximum=2**31 - 1)


class ReplayBufferNode(Node):
    """Store each shaped transition once, survive any crash, answer each request once."""

    def __init__(self):
        """Restore what the run folder holds and join the topics."""
        super().__init__('replay_buffer')
        settings = declare_parameters(self, ReplayBufferParameters)
        self._store = TransitionStore(
            settings.capacity, settings.run_folder, _prior_data(settings))
        # A later life draws other rows than the one before.
        self._generator = np.random.default_rng([settings.seed, self._store.inserted])
        self._answered = self._refused = 0
        self._refusal = self._told_error = ''
        self._greet(settings)
        self._batches = self.create_publisher(SampleBatch, 'sample_batches', qos.SAMPLES)
        self._run = self.create_publisher(UInt64, '~/run', qos.LATEST)
        self._told_run = None
        self._tell_run()
        self.create_service(Trigger, '~/clear', self._clear)
        self._sync_timer = self.create_timer(
            SYNC_PERIOD, self._sync, clock=Clock(clock_type=ClockType.STEADY_TIME))
        self._diagnostics = diagnostics.Diagnostics(self, 'storage', self._report)
        self.create_subscription(
            ShapedTransition, 'shaped_transitions', self._on_transition, qos.TRANSITIONS)
        self.create_subscription(
            SampleRequest, 'sample_requests', self._on_request, qos.SAMPLES)

    def close(self):
        """Bring to the disk what it takes, and say what it does not; needs no ROS."""
        self._store.close()
        if self._store.disk_error:
            self.get_logger().error(f'{self._store.disk_error}; {self._store.unsaved} '
                                    'transitions are lost')

    def _greet(self, settings):
        logger = self.get_logger()
        if not settings.run_folder:
            logger.warning('run_folder is not set: transitions are kept in memory only')
        elif self._store.inserted:
            logger.info(f'restored {len(self._store)} transitions from {settings.run_folder}')
        if self._store.damage:
            logger.warning(f'left out {self._store.damage} unreadable bytes of the journal')

    def _on_transition(self, shaped):
        try:
            self._store.insert(shaped)
        except ValueError as error:
            self._refuse(f'transition {key_of(shaped.transition)}: {error}')
        self._tell_run()
        self._tell_disk_error()

    def _tell_run(self):
        """Say of which run the transitions are, at the start and with the first of them."""
        if self._store.run != self._told_run:
            self._told_run = self._store.run
            self._run.publish(UInt64(data=self._told_run))

    def _on_request(self, request):
        """Answer with minibatches; stay silent while empty, the learner asks again."""
        if not len(self._store):
            return
        try:
            self._check_size(request)
            drawn = self._store.sample(
                request.batches, request.batch_size, request.prior_ratio, self._generator,
                max(1, request.successive))
        except ValueError as error:
            self._refuse(f'request {request.id}: {error}')
            return
        shape = (*drawn['observation'].shape, drawn['action'].shape[-1])
        self._batches.publish(SampleBatch(
            learner=request.learner, id=request.id, run=self._store.run, stored=len(self._store),
            inserted=self._store.inserted, rewarded=self._store.rewarded,
            shape=np.array(shape, np.uint32),
            **{name: float_sequence(column) for name, column in drawn.items()}))
        self._answered += 1

    def _check_size(self, request):
        numbers = request.batches * request.batch_size * self._store.row_size
        if numbers > LARGEST_ANSWER:
            raise ValueError(f'{request.batches} minibatches of {request.batch_size} are '
                             f'{numbers} numbers, at most {LARGEST_ANSWER} fit in one answer')

    def _clear(self, request, response):
        count = len(self._store)
        try:
            path = self._store.clear()
        except (OSError, ValueError) as error:
            response.success, response.message = False, str(error)
        else:
            response.success = True
            response.message = f'archived {count} transitions in {path}'
        self.get_logger().info(f'clear: {response.message}')
        return response

    def _sync(self):
        self._store.sync()
        self._tell_disk_error()

    def _tell_disk_error(self):
        """Say once that the disk refuses, and once that it takes again."""
        error = self._store.disk_error
        if error == self._told_error:
            return
        self._told_error = error
        if error:
            self.get_logger().error(f'{error}; going on in memory')
        else:
            self.get_logger().info('the disk takes transitions again, none is missing')

    def _refuse(self, reason):
        self._refused += 1
        self._refusal = reason
        self.get_logger().error(f'refused {reason}', throttle_duration_sec=5.0)

    def _report(self):
        error = self._store.disk_error
        level, message = diagnostics.OK, 'storing'
        if self._refused:
            level, message = diagnostics.ERROR, f'refused {self._refusal}'
        if error:
            level, message = diagnostics.ERROR, error
        return level, message, {
            'stored': len(self._store),
            'inserted': self._store.inserted,
            'rewarded': self._store.rewarded,
            'repeated': self._store.repeated,
            'unsaved': self._store.unsaved,
            'refused': self._refused,
            'prior': self._store.prior_size,
            'answered': self._answered,
        }


def _prior_data(settings):
    """Return the columns of the prior data, shaped by V_sim, or None; all of one training."""
    if not settings.prior_data:
        return None
    data = load_checkpoint(settings.prior_data, KIND)
    others = [load_checkpoint(path, kind) for path, kind in (
        (settings.policy_checkpoint, 'policy'), (settings.value_checkpoint, 'value')) if path]
    for first, second in itertools.combinations([*others, data], 2):
        check_belongs(second, first)
    columns = columns_of(data)
    if settings.value_checkpoint:
        columns |= label(columns, Potential(others[-1]))
    return columns


def main(args=None):
    """Run the node."""
    spin_until_signal(ReplayBufferNode, args, DRAIN).close()


if __name__ == '__main__':
    main()
