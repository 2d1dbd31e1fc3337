"""Node learner: fine-tunes the policy on what the replay buffer holds, and publishes it."""

from concurrent.futures import TimeoutError as JobTimeout
import os
import secrets

from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.task import Future
from sgft_ros.learning.algorithms import ALGORITHMS
from sgft_ros.learning.checkpoint import CheckpointError, load_checkpoint
from sgft_ros.learning.device import find_device
from sgft_ros.learning.fine_tuning_config import AUTO, possible
from sgft_ros.learning.portfolio import checkpoint_kinds, make_tuner
from sgft_ros.learning.potential import Potential
from sgft_ros.learning.replay import columns_of, KIND, label
from sgft_ros.msg import PolicyWeights, SampleBatch, SampleRequest
from sgft_ros.nodes import qos
from sgft_ros.nodes.compatibility import check_belongs
from sgft_ros.nodes.ending import (
    begin,
    CONFIGURATION_ERROR,
    initialised,
    interruptible,
    spin_until,
)
from sgft_ros.nodes.learner_files import LearnerFiles
from sgft_ros.nodes.learner_parameters import LearnerParameters
from sgft_ros.nodes.learner_report import LearnerReport
from sgft_ros.nodes.learner_run import OtherRun
from sgft_ros.nodes.parameters import declare_parameters
from sgft_ros.nodes.sample_credits import SampleCredits
from sgft_ros.nodes.trainer import Schedule, Trainer
from sgft_ros.nodes.tuning_files import unheeded_prior_ratios
from sgft_ros.nodes.weights import architecture, make_weights_message, read_key
from std_srvs.srv import SetBool, Trigger
import torch

JOB_TIMEOUT = 20.0  # [s] that a service waits for the trainer


class LearnerNode(Node):
    """Move messages between the graph and the trainer, which works in a thread of its own."""

    def __init__(self):
        """Resume from the run folder or begin with pi_sim; raise ValueError for what cannot be."""
        super().__init__('learner')
        self._settings = settings = declare_parameters(self, LearnerParameters)
        os.nice(settings.niceness)  # of this thread and those that it starts, not those of DDS
        self._key = read_key(settings.key_file)
        policy = load_checkpoint(settings.policy_checkpoint, 'policy')
        self._architecture = architecture(policy.metadata, policy.tensors)
        tunings = self._possible(settings.fine_tuning())
        if settings.algorithm == AUTO and (unheeded := unheeded_prior_ratios(
                tunings, settings.task_file, settings.prior_ratio)):
            self.get_logger().warning(unheeded)
        self._tuner = _tuner(settings, tunings, policy)
        device = find_device(settings.device)
        if device.type != 'cpu':
            self.get_logger().info(
                f'updates are computed on {torch.cuda.get_device_name(device)}')
        sizes = self._architecture['sizes']
        self._credits = SampleCredits(
            secrets.randbits(63), sizes[0], sizes[-1] // 2, credits=settings.credits,
            batches=settings.request_batches, batch_size=max(
                tuning.batch_size for tuning in tunings.values()),
            prior_ratio=settings.prior_ratio, successive=self._tuner.successive,
            timeout=settings.request_timeout, poll_period=settings.poll_period)
        self._files = LearnerFiles(settings.run_folder, {
            'algorithm': '+'.join(tunings), 'horizon': self._horizon,
            'task': policy.metadata['task'], 'architecture': self._architecture,
            'policy': policy.sha256})
        checkpoint = self._resume()
        self._weights = self.create_publisher(PolicyWeights, 'policy_weights', qos.WEIGHTS)
        self._requests = self.create_publisher(SampleRequest, 'sample_requests', qos.SAMPLES)
        self._trainer = Trainer(
            self._tuner, self._credits, self._files,
            Schedule(settings.publish_interval, settings.checkpoint_period),
            _warm_start_columns(settings, self._tuner, policy), seed=settings.seed,
            send=self._send, publish=self._publish, policy=policy,
            warmed_up=checkpoint is not None and bool(checkpoint.metadata['warmed_up']),
            paused=_was_paused(checkpoint),
            run=0 if checkpoint is None else checkpoint.metadata['run'])
        self.ended = Future()
        self._report = LearnerReport(
            self, settings, self._horizon,
            max(tuning.updates_per_transition for tuning in tunings.values()),
            self._trainer, self._credits, self._files)
        self._join_topics()

    def _possible(self, tunings):
        """Return the candidates for which the simulator left enough; one alone must have it."""
        there = [kind for kind, path in _paths(self._settings).items() if path]
        rest, lacking = possible(tunings, there)
        if not rest or not lacking:
            return tunings
        self.get_logger().warning('left out, for want of checkpoints: ' + ', '.join(
            f'{name} ({", ".join(kinds)})' for name, kinds in lacking.items()))
        return rest

    @property
    def _horizon(self):
        algorithm = ALGORITHMS.get(self._settings.algorithm)
        return self._settings.horizon if algorithm and algorithm.horizon else 0

    def _resume(self):
        """Take up the newest checkpoint of the run folder, if there is one; return it."""
        checkpoint = self._files.newest()
        for damage in self._files.damaged:
            self.get_logger().error(f'left out: {damage}')
        if checkpoint is not None:
            try:
                self._tuner.load_state(
                    {name: torch.from_numpy(value) for name, value in checkpoint.tensors.items()})
            except ValueError as error:
                raise CheckpointError(f'{checkpoint.path}: {error}') from None
            # The version file may have been lost, the checkpoint not.
            self._files.version = max(self._files.version, int(checkpoint.metadata['version']))
            paused = '; paused, as it was' if _was_paused(checkpoint) else ''
            self.get_logger().info(
                f'resumed after {self._tuner.updates} updates from {checkpoint.path}{paused}')
        return checkpoint

    def _join_topics(self):
        self.create_service(Trigger, '~/checkpoint', self._on_checkpoint)
        self.create_service(Trigger, '~/reset', self._on_reset)
        self.create_service(SetBool, '~/pause', self._on_pause)
        self.create_subscription(
            SampleBatch, 'sample_batches', self._trainer.receive, qos.SAMPLES)

    def start(self):
        """Begin to train; `ended` tells when the trainer has ended, with its error if any."""
        self._trainer.ended.add_done_callback(self._on_end)
        self._trainer.start()

    def close(self):
        """Save a last checkpoint and let go of the files; needs no ROS."""
        if self._trainer.is_alive():
            self._trainer.stop()
            self._trainer.join()
        self._files.close()
        self._report.close()

    def _on_end(self, ended):
        error = ended.exception()
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)

    def _send(self, request):
        self._publish_while_ok(self._requests, request)

    def _publish(self, version, updates, candidate):
        message = make_weights_message(
            version, updates, {**self._architecture, **candidate.controller}, candidate.name,
            candidate.tensors, self._key, self._trainer.own_run.number)
        message.header.stamp = self.get_clock().now().to_msg()
        self._publish_while_ok(self._weights, message)

    def _publish_while_ok(self, publisher, message):
        """Publish from the trainer's thread; after the shutdown of ROS nobody listens."""
        try:
            publisher.publish(message)
        except Exception:
            if self.context.ok():
                raise

    def _on_checkpoint(self, request, response):
        return self._answer(response, self._trainer.checkpoint, str)

    def _on_reset(self, request, response):
        return self._answer(
            response, self._trainer.reset,
            lambda version: f'back to pi_sim, published as version {version}; replay kept'
                            f'{self._unsaved()}')

    def _on_pause(self, request, response):
        return self._answer(
            response, lambda: self._trainer.set_paused(request.data),
            lambda _: ('paused' if request.data else 'resumed') + self._unsaved())

    def _unsaved(self):
        """Return what to say of a change that a learner started again would not know of."""
        error = self._trainer.disk_error
        return f'; not saved: {error}' if error else ''

    def _answer(self, response, job, text):
        """Have the trainer do a job between two updates, a few milliseconds from now."""
        try:
            result = self._trainer.submit(job).result(JOB_TIMEOUT)
        except JobTimeout:
            response.message = f'the trainer did not answer within {JOB_TIMEOUT:g} s'
        except (OSError, ValueError) as error:
            response.message = str(error)
        else:
            response.success, response.message = True, text(result)
        self.get_logger().info(response.message)
        return response


def _was_paused(checkpoint):
    return checkpoint is not None and bool(checkpoint.metadata.get('paused', False))


def _paths(settings):
    """Return the paths of checkpoints by kind; of those that are not there an empty text."""
    return {'policy': settings.policy_checkpoint, 'value': settings.value_checkpoint,
            'learner': settings.simulation_checkpoint,
            'dynamics': settings.dynamics_checkpoint, 'replay': settings.warm_start_data}


def _tuner(settings, tunings, policy):
    """Return what learns, from the checkpoints that it needs."""
    paths = _paths(settings)
    others = {kind: load_checkpoint(paths[kind], kind)
              for kind in checkpoint_kinds(tunings) - {'policy'} if paths[kind]}
    for checkpoint in others.values():
        check_belongs(checkpoint, policy)
    return make_tuner(
        tunings, {'policy': policy, **others}, settings.seed, settings.prior_ratio)


def _warm_start_columns(settings, tuner, policy):
    """Return simulation data shaped by V_sim, or None where no warm start is due."""
    if not tuner.needs_warm_start:
        return None
    for name in ('warm_start_data', 'value_checkpoint'):
        if not getattr(settings, name):
            raise ValueError(f"parameter '{name}' must be set for a warm start; without one set "
                             "'warm_start_updates' to 0")
    data = load_checkpoint(settings.warm_start_data, KIND)
    value = load_checkpoint(settings.value_checkpoint, 'value')
    for checkpoint in (data, value):
        check_belongs(checkpoint, policy)
    columns = columns_of(data)
    return columns | label(columns, Potential(value))


def _look_why_it_ended(node):
    """Raise what ended the training, if anything did."""
    try:
        if node.ended.done():
            node.ended.result()
    except OtherRun as error:
        node.get_logger().fatal(str(error))
        raise SystemExit(CONFIGURATION_ERROR) from None


def main(args=None):
    """Run the node; save a checkpoint before it ends."""
    torch.set_num_threads(1)  # small networks: more threads only take the processor from others
    node = None
    try:
        with interruptible(), initialised(args):
            node = begin(LearnerNode, CONFIGURATION_ERROR)
            node.start()
            spin_until(node, node.ended)
            _look_why_it_ended(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        if node is not None:
            node.close()


if __name__ == '__main__':
    main()
