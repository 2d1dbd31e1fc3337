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
from sgft_ros.learning.inference import GaussianPolicy, mlp_sizes
from sgft_ros.msg import PolicyWeights

KIND = 'gaussian_mlp'
KEY_SIZE = 16  # bytes that a key has at least


class WeightsRefused(ValueError):
    """Weights that must not act; the message says why."""


class Weights(NamedTuple):
    """A policy that may act."""

    policy: GaussianPolicy
    tensors: Mapping[str, np.ndarray]
    version: int     # 0 is the checkpoint's
    candidate: str   # which of the learner's controllers this is


def architecture(metadata: Mapping[str, object], tensors: Mapping[str, np.ndarray]) -> dict:
    """Return what two policies must have in common to take each other's weights, as JSON types."""
    _, sizes = mlp_sizes(tensors)
    return {
        'kind': KIND,
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
    tensors: Mapping[str, np.ndarray], key: bytes | None,
) -> PolicyWeights:
    """
    Return a PolicyWeights message, signed if there is a key; its stamp is left to the caller.

    :raises ValueError: naming the tensor that is not finite
    """
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise ValueError(f'tensor {name!r}: expected finite numbers only')
    data = save({name: np.ascontiguousarray(value, np.float32) for name, value in tensors.items()})
    text = json.dumps(architecture, sort_keys=True)
    return PolicyWeights(
        version=version, learner_step=learner_step, architecture=text, candidate=candidate,
        tensors=array('B', data), sha256=_octets(hashlib.sha256(data).digest()),
        signature=_octets(_sign(version, text, data, key) if key else bytes(32)))


class WeightsJudge:
    """Turns messages into policies that may act; knows what the checkpoint's policy looks like."""

    def __init__(
        self, metadata: Mapping[str, object], tensors: Mapping[str, np.ndarray],
        key: bytes | None = None,
    ):
        """`metadata` and `tensors` are those of the policy's checkpoint."""
        self._architecture = architecture(metadata, tensors)
        self._shapes = {name: value.shape for name, value in tensors.items()}
        self._key = key

    def accept(
        self, message: PolicyWeights, newer_than: int, observation: np.ndarray,
    ) -> Weights:
        """
        Return the weights of a message, tried on an `observation` (observation,).

        :raises WeightsRefused: if anything is wrong with them
        """
        if message.version <= newer_than:
            raise WeightsRefused(f'version {message.version} is not newer than {newer_than}')
        data = memoryview(message.tensors).tobytes()
        self._check_origin(message, data)
        self._check_architecture(message.architecture)
        return self.judge(_unpack(data), message.version, message.candidate, observation)

    def judge(
        self, tensors: Mapping[str, np.ndarray], version: int, candidate: str,
        observation: np.ndarray,
    ) -> Weights:
        """
        Return tensors as weights that may act, tried on an `observation` (observation,).

        :raises WeightsRefused: if names, shapes, types or numbers are wrong
        """
        self._check_tensors(tensors)
        policy = GaussianPolicy(tensors)
        # Finite numbers may still overflow.
        with np.errstate(all='ignore'):
            output = np.concatenate(policy.distribution(observation))
        if not np.isfinite(output).all():
            raise WeightsRefused('the first forward pass is not finite')
        return Weights(policy, tensors, version, candidate)

    def _check_origin(self, message, data):
        if not hmac.compare_digest(hashlib.sha256(data).digest(), bytes(message.sha256)):
            raise WeightsRefused('SHA-256 does not belong to these tensors')
        if self._key is None:
            return
        expected = _sign(message.version, message.architecture, data, self._key)
        if not hmac.compare_digest(expected, bytes(message.signature)):
            raise WeightsRefused('signature was not made with the configured key')

    def _check_architecture(self, text):
        try:
            came = json.loads(text)
        except json.JSONDecodeError as error:
            raise WeightsRefused(f'architecture is not JSON: {error}') from None
        if came == self._architecture:
            return
        if not isinstance(came, dict):
            raise WeightsRefused(f'architecture: expected an object, got {came!r}')
        for name in self._architecture | came:
            expected, value = self._architecture.get(name), came.get(name)
            if value != expected:
                raise WeightsRefused(f'architecture, {name}: expected {expected}, got {value}')

    def _check_tensors(self, tensors):
        if tensors.keys() != self._shapes.keys():
            raise WeightsRefused(
                f'tensors: expected {sorted(self._shapes)}, got {sorted(tensors)}')
        for name, value in tensors.items():
            if value.shape != self._shapes[name]:
                raise WeightsRefused(
                    f'tensor {name!r}: expected shape {self._shapes[name]}, got {value.shape}')
            if value.dtype != np.float32:
                raise WeightsRefused(f'tensor {name!r}: expected float32, got {value.dtype}')
            if not np.isfinite(value).all():
                raise WeightsRefused(f'tensor {name!r} is not finite')


def _unpack(data):
    try:
        return load(data)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise WeightsRefused(f'tensors cannot be read: {error}') from None


def _sign(version, text, data, key):
    """Return HMAC-SHA256 of the parts; lengths keep them apart."""
    encoded = text.encode()
    parts = struct.pack('<QQ', version, len(encoded)) + encoded + data
    return hmac.digest(key, parts, 'sha256')


def _octets(data):
    return np.frombuffer(data, np.uint8).copy()
