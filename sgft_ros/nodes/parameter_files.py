"""The files in config/tasks, algorithms and drivers: ROS parameters by node."""

from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from sgft_ros.robot.yaml_section import suggest
import yaml

ROBOT_SIDE = ('safety_gate', 'simulated_robot', 'policy')
LEARNING_SIDE = ('value_shaping', 'replay_buffer', 'learner', 'monitor')
NODES = ROBOT_SIDE + LEARNING_SIDE


class _Loader(yaml.SafeLoader):
    """YAML whose sections of one name add up, as for a node that is handed the file by ROS."""

    def construct_mapping(self, node, deep=False):
        sections, pairs = {}, []
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.MappingNode):
                first = sections.setdefault(key.value, value)
                if first is not value:
                    first.value += value.value
                    continue
            pairs.append((key, value))
        node.value = pairs
        return super().construct_mapping(node, deep)


def read_parameter_file(what: str, name: str) -> dict[str, dict]:
    """
    Return the parameters by node that a task, an algorithm or a simulated driver comes with.

    :param what: 'task', 'algorithm' or 'driver'
    :param name: of a file in config/<what>s, or the path of a .yaml file
    :raises ValueError: if there is no such file, or it is not made as a ROS parameter file
    """
    path = find_parameter_file(what, name)
    try:
        with path.open(encoding='utf-8') as file:  # whose name the errors tell
            content = yaml.load(file, Loader=_Loader)
    except OSError as error:
        raise ValueError(f'{path}: cannot be read: {error.strerror}') from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f'{path}: is no valid YAML: {error}') from None
    if not isinstance(content, dict):
        raise ValueError(f'{path}: expected parameters by node, got {content!r}')
    for node, section in content.items():
        if node not in NODES:
            raise ValueError(f'{path}: unknown node {node!r}; choose from: {", ".join(NODES)}')
        if not isinstance(section, dict) or list(section) != ['ros__parameters']:
            raise ValueError(f'{path}, {node}: expected ros__parameters, got {section!r}')
        content[node] = section['ros__parameters'] or {}
        if not isinstance(content[node], dict):
            raise ValueError(
                f'{path}, {node}: expected parameters by name, got {content[node]!r}')
    return content


def find_parameter_file(what: str, name: str) -> Path:
    """
    Return the path of the file that `read_parameter_file` reads.

    :raises ValueError: if there is no such file
    """
    path = Path(name)
    if path.suffix in ('.yaml', '.yml') or path.is_absolute():
        if not path.is_file():
            raise ValueError(f'the parameter file of the {what}, {path}, '
                             f'{"is no file" if path.exists() else "does not exist"}')
        return path
    folder = Path(get_package_share_directory('sgft_ros')) / 'config' / f'{what}s'
    path = folder / f'{name}.yaml'
    if not path.is_file():
        choices = suggest(name, (file.stem for file in folder.glob('*.yaml')))
        raise ValueError(f'unknown {what} {name!r}{choices}, or the path of a .yaml file')
    return path
