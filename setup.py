"""Install with pip. On ROS 2, colcon goes by package.xml and CMakeLists.txt instead."""

from pathlib import Path
from xml.etree import ElementTree

from setuptools import setup

MANIFEST = ElementTree.parse('package.xml')
NAME = MANIFEST.findtext('name')
VERSION = MANIFEST.findtext('version')
SHARE = Path('share', NAME)


def data_files():
    """Return what CMakeLists.txt installs to the share directory, in the form of setuptools."""
    files = {
        Path('share', 'ament_index', 'resource_index', 'packages'): [f'resource/{NAME}'],
        SHARE: ['package.xml'],
    }
    for folder in ('config', 'launch', 'msg', 'resource'):
        for path in sorted(Path(folder).rglob('*')):
            if path.is_file():
                files.setdefault(SHARE / path.parent, []).append(str(path))
    return [(str(directory), names) for directory, names in files.items()]


setup(version=VERSION, data_files=data_files())
