"""run.yaml, how a run began: its arguments, what its policy was trained for, versions."""

from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
import os
from pathlib import Path
import platform
from xml.etree import ElementTree

import yaml

RUN_FILE = 'run.yaml'
PACKAGE = 'sgft_ros'
LIBRARIES = ('numpy', 'torch', 'safetensors', 'mujoco', 'cyclonedds', 'rosbags')


def record(
    arguments: Mapping[str, str], trained: Mapping[str, object], share: Path,
) -> dict[str, object]:
    """
    Return what run.yaml holds of a run that begins now.

    :param trained: what its policy was trained for, as far as the checkpoint tells
    :param share: folder of the package's data
    """
    return {'started': datetime.now().astimezone().isoformat(timespec='seconds'),
            'arguments': dict(arguments), 'trained': dict(trained), 'versions': _versions(share)}


def recorded_arguments(path: Path) -> dict[str, str]:
    """
    Return the arguments that a run.yaml holds.

    :raises ValueError: if it cannot be read or holds none
    """
    arguments = _read(path).get('arguments')
    if not isinstance(arguments, dict):
        raise ValueError(
            f'{path}: expected the arguments of a run, as the launch file writes them')
    return {name: str(value) for name, value in arguments.items()}


def recorded_training(folder: Path) -> dict[str, object]:
    """
    Return what the policy of the run in a folder was trained for; empty if it does not tell.

    :raises ValueError: if its run.yaml cannot be read
    """
    path = folder / RUN_FILE
    found = _read(path).get('trained') if path.is_file() else None
    return dict(found) if isinstance(found, dict) else {}


def _read(path):
    try:
        content = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f'{path} is no valid YAML: {error}') from None
    return content if isinstance(content, dict) else {}


def _versions(share):
    versions = {PACKAGE: ElementTree.parse(share / 'package.xml').findtext('version'),
                'python': platform.python_version(),
                'ros': os.environ.get('ROS_DISTRO', 'none: standalone')}
    for library in LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            versions[library] = 'not installed'
    return versions
