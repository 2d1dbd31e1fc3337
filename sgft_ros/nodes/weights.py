"""Make PolicyWeights messages, and judge those that come: whole or not at all."""

from array import array
from collections.abc import Mapping
import hashlib
import hmac
import json
from pathlib import Path
import struct
from typing import NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save
from sgft_ros.learning.arbiter import PI_SIM
from sgft_ros.learning.controllers import Controller, GAUSSIAN, make_controller, PLANNERS
from sgft_ros.learning.inference import mlp_sizes
from sgft_ros.msg import PolicyWeights

KEY_SIZE = 16  # bytes that a key has at least


class WeightsRefused(ValueError):
    """Weights that must not act; the message says why."""


class Weights(NamedTuple):
    """A controller that may act."""

    policy: Controller
    tensors: Mapping[str, np.ndarray]
    version: int     # 0 is the checkpoint's
    candidate: str   # which of the learner's controllers this is
    controller: Mapping[str, object] = {'kind': GAUSSIAN}  # see sgft_ros.learning.controllers


def architecture(metadata: Mapping[str, object], tensors: Mapping[str, np.ndarray]) -> dict:
    """Return what two policies must have in common to take each other's weights, as JSON types."""
    _, sizes = mlp_sizes(tensors)
    return {
        'kind': GAUSSIAN,
        'sizes': list(sizes),
        'observation_names': list(metadata['observation_names']),
        'action_names': list(metadata['action_names']),
    }


def read_key(path: str | Path) -> bytes | None:
    """
    Return the secret of signatures: every byte of the file, or None for the empty path.

    :raises ValueError: if the file cannot be read or is too short for a secret
    """
    if not str(path):
        return None
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f'key file {path} cannot be read: {error.strerror}') from error
    if len(key) < KEY_SIZE:
        raise ValueError(f'key file {path}: expected at least {KEY_SIZE} bytes, got {len(key)}')
    return key


def make_weights_message(
    version: int, learner_step: int, architecture: dict, candidate: str,
    tensors: Mapping[str, np.ndarray], key: bytes | None, run: int = 0,
) -> PolicyWeights:
    """
    Return a PolicyWeights message, signed if there is a key; its stamp is left to the caller.

    :param run: whose transitions they were learned from; 0 if from none yet
    :raises ValueError: naming the tensor that is not finite
    """
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise ValueError(f'tensor {name!r}: expected finite numbers only')
    data = save({name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()})
    message = PolicyWeights(
        version=version, learner_step=learner_step, run=run,
        architecture=json.dumps(architecture, sort_keys=True), candidate=candidate,
        tensors=array('B', data), sha256=_octets(hashlib.sha256(data).digest()))
    if key:
        message.signature = _octets(_sign(message, data, key))
    return message


class WeightsJudge:
    """Turns messages into policies that may act; knows what the checkpoint's policy looks like."""

    def __init__(
        self, metadata: Mapping[str, object], tensors: Mapping[str, np.ndarray],
        key: bytes | None = None, seed: int = 0,
    ):
        """
        `metadata` and `tensors` are those of the policy's checkpoint.

        :param seed: of the run, beside the version that of what a planner draws
        """
        self._architecture = architecture(metadata, tensors)
        self._sizes = self._architecture['sizes']
        self._shapes = {name: value.shape for name, value in tensors.items()}
        self._pi_sim = tensors
        self._key, self._seed = key, seed

    def accept(self, message: PolicyWeights, observation: np.ndarray) -> Weights:
        """
        Return the weights of a message, tried on an `observation` (observation,).

        :raises WeightsRefused: if anything is wrong with them
        """
        data = memoryview(message.tensors).tobytes()
        self._check_origin(message, data)
        controller = self._controller(message.architecture)
        tensors = _unpack(data)
        if message.candidate == PI_SIM:
            self._check_pi_sim(tensors)
        return self.judge(tensors, message.version, message.candidate, observation, controller)

    def first(self, tensors: Mapping[str, np.ndarray]) -> Weights:
        """Return the checkpoint's tensors as weights that may act: pi_sim, version 0."""
        return self.judge(tensors, 0, PI_SIM, np.zeros(self._sizes[0], np.float32))

    def judge(
        self, tensors: Mapping[str, np.ndarray], version: int, candidate: str,
        observation: np.ndarray, controller: Mapping[str, object] | None = None,
    ) -> Weights:
        """
        Return tensors as weights that may act, tried on an `observation` (observation,).

        :param controller: what they make, a policy if None
        :raises WeightsRefused: if names, shapes, types or numbers are wrong
        """
        controller = controller or {'kind': GAUSSIAN}
        if controller['kind'] == GAUSSIAN:
            self._check_shapes(tensors)
        self._check_numbers(tensors)
        try:
            # Finite numbers may still overflow.
            with np.errstate(all='ignore'):
                policy = make_controller(controller, tensors, (self._seed, version))
                output = policy.act(observation) if controller['kind'] in PLANNERS else (
                    np.concatenate(policy.distribution(observation)))
        except (ArithmeticError, KeyError, IndexError, TypeError, ValueError) as error:
            raise WeightsRefused(f'no {controller["kind"]} can be made: {error!r}') from None
        if not np.isfinite(output).all():
            raise WeightsRefused('the first forward pass is not finite')
        actions = len(self._architecture['action_names'])
        if policy.action_size != actions:
            raise WeightsRefused(f'actions: expected {actions} numbers, got {policy.action_size}')
        policy.reset()
        return Weights(policy, tensors, version, candidate, controller)

    def _check_origin(self, message, data):
        if not hmac.compare_digest(hashlib.sha256(data).digest(), bytes(message.sha256)):
            raise WeightsRefused('SHA-256 does not belong to these tensors')
        if self._key is None:
            return
        expected = _sign(message, data, self._key)
        if not hmac.compare_digest(expected, bytes(message.signature)):
            raise WeightsRefused('signature was not made with the configured key')

    def _controller(self, text):
        """Return what kind of controller an architecture describes; refuse what does not fit."""
        try:
            came = json.loads(text)
        except json.JSONDecodeError as error:
            raise WeightsRefused(f'architecture is not JSON: {error}') from None
        if not isinstance(came, dict):
            raise WeightsRefused(f'architecture: expected an object, got {came!r}')
        own = self._architecture
        if came.get('kind') in PLANNERS:
            own = came | {name: own[name] for name in own if name != 'kind'}
        for name in own | came:
            expected, value = own.get(name), came.get(name)
            if value != expected:
                raise WeightsRefused(f'architecture, {name}: expected {expected}, got {value}')
        return {name: value for name, value in came.items()
                if name == 'kind' or name not in self._architecture}

    def _check_pi_sim(self, tensors):
        """Refuse another policy under the name at which everything learned is forgotten."""
        same = tensors.keys() == self._pi_sim.keys() and all(
            np.array_equal(value, self._pi_sim[name]) for name, value in tensors.items())
        if not same:
            raise WeightsRefused(
                f"candidate {PI_SIM!r}: expected the tensors of the policy's checkpoint, got "
                "others; start learner and policy with the same one")

    def _check_shapes(self, tensors):
        if tensors.keys() != self._shapes.keys():
            raise WeightsRefused(
                f'tensors: expected {sorted(self._shapes)}, got {sorted(tensors)}')
        for name, value in tensors.items():
            if value.shape != self._shapes[name]:
                raise WeightsRefused(
                    f'tensor {name!r}: expected shape {self._shapes[name]}, got {value.shape}')

    def _check_numbers(self, tensors):
        for name, value in tensors.items():
            if value.dtype != np.float32:
                raise WeightsRefused(f'tensor {name!r}: expected float32, got {value.dtype}')
            if not np.isfinite(value).all():
                raise WeightsRefused(f'tensor {name!r} is not finite')


def _unpack(data):
    try:
        return load(data)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise WeightsRefused(f'tensors cannot be read: {error}') from None


def _sign(message, data, key):
    """Return HMAC-SHA256 of all but header and hash; lengths keep the parts apart."""
    texts = [text.encode() for text in (message.candidate, message.architecture)]
    numbers = message.version, message.learner_step, message.run, *map(len, texts)
    return hmac.digest(key, struct.pack('<5Q', *numbers) + b''.join(texts) + data, 'sha256')


def _octets(data):
    return np.frombuffer(data, np.uint8).copy()
