"""Checkpoint files: safetensors with JSON metadata, written whole or not at all."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
import hashlib
import json
import os
from pathlib import Path

import numpy as np
from safetensors import safe_open, SafetensorError
from safetensors.numpy import save

FORMAT_VERSION = 1


class CheckpointError(ValueError):
    """A checkpoint file that cannot be used; says which, why, and what was expected."""


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint in memory: tensors by name, metadata as saved, SHA-256 of the file in hex."""

    path: Path
    tensors: Mapping[str, np.ndarray]
    metadata: Mapping[str, object]
    sha256: str


def write_atomically(path: Path, data: bytes) -> None:
    """
    Write a file under a temporary name, sync it, and rename it into place.

    :raises OSError: as the operating system says; the old file, if any, is then untouched
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        with open(temporary, 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_torn(folder: Path, name: str) -> None:
    """
    Remove what `write_atomically` left of a file when it was killed; for who alone writes it.

    What the disk does not let go stays.

    :param name: of the file, or a pattern of names as in `Path.glob`
    """
    for left in Path(folder).glob(f'.{name}.*.tmp'):
        with suppress(OSError):
            left.unlink()


def save_checkpoint(
    path: Path, kind: str, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, object],
) -> str:
    """
    Write a checkpoint and return the SHA-256 of the file in hex.

    `kind` says what it is (policy, value, learner, replay, ...); `metadata` must be JSON.
    """
    header = {'format_version': FORMAT_VERSION, 'kind': kind, **metadata}
    tensors = {name: np.asarray(value, order='C') for name, value in tensors.items()}
    data = save(tensors, metadata={'sgft': json.dumps(header)})
    write_atomically(path, data)
    return hashlib.sha256(data).hexdigest()


def load_checkpoint(path: Path, kind: str) -> Checkpoint:
    """
    Read a checkpoint of a kind.

    :raises CheckpointError: if the file is missing, broken, of another kind or of a newer format
    """
    path = Path(path)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with safe_open(path, 'numpy') as file:
            metadata = json.loads((file.metadata() or {}).get('sgft', '{}'))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise CheckpointError(f'checkpoint {path} does not exist') from None
    except (OSError, SafetensorError, TypeError, json.JSONDecodeError) as error:
        # TypeError: of numbers that NumPy does not have, as bfloat16
        raise CheckpointError(f'checkpoint {path} cannot be read: {error}') from error
    if not isinstance(metadata, dict):
        raise CheckpointError(
            f'checkpoint {path} cannot be read: expected metadata by name, got {metadata!r}')
    version = metadata.get('format_version')
    if version != FORMAT_VERSION:
        raise CheckpointError(
            f'checkpoint {path} has format version {version}, expected {FORMAT_VERSION}')
    if metadata.get('kind') != kind:
        raise CheckpointError(
            f'checkpoint {path} is of kind {metadata.get("kind")!r}, expected {kind!r}')
    return Checkpoint(path, tensors, metadata, digest)
