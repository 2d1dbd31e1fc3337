"""docs/interfaces.md says everything that nodes and launch file can be told, and by what name."""

import ast
import dataclasses
from pathlib import Path
import re
import runpy

from ament_index_python.packages import get_package_share_directory
import pytest
import sgft_ros
from sgft_ros.nodes.parameter_checks import OTHERS, PARAMETERS

# Beside the tests, not in the share folder: an installed package has no docs.
DOCUMENT = Path(__file__).parents[2] / 'docs' / 'interfaces.md'
SHARE = Path(get_package_share_directory('sgft_ros'))
NODES = Path(sgft_ros.__file__).parent / 'nodes'
ENDPOINTS = {'create_publisher', 'create_subscription', 'create_service', 'create_client'}
CELL = re.compile(r'(?<!\\)\|')


@dataclasses.dataclass(frozen=True)
class Endpoint:
    type: str
    name: str
    file: str


def rows(heading):
    """Return the cells of each table row between a heading and the next one of any level."""
    text = DOCUMENT.read_text(encoding='utf-8')
    section = re.search(rf'^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)', text, re.M | re.S)
    assert section, f'{DOCUMENT.name} has no section {heading!r}'
    lines = [line for line in section[1].splitlines() if line.startswith('|')]
    return [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in lines[2:]]


def first_cells(heading):
    return {cells[0]: cells for cells in rows(heading)}


def text_of_default(field):
    """Return how a default is written: as `-p name:=value` takes it."""
    if field.metadata['required']:
        return 'required'
    default = field.default
    if isinstance(default, bool):
        return f'`{str(default).lower()}`'
    if isinstance(default, tuple):
        default = list(default)
    return f'`{default}`' if default != '' else "`''`"


def parsed(path):
    return ast.parse(path.read_text(encoding='utf-8'))


def calls(tree, names):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute) and node.func.attr in names]


def endpoints(names=ENDPOINTS):
    """Return the topics and services that nodes create under a name that is in the code."""
    found = set()
    for path in sorted(NODES.glob('*.py')):
        tree = parsed(path)
        constants = {
            target.id: node.value.value for node in tree.body if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant) for target in node.targets
            if isinstance(target, ast.Name)}
        for call in calls(tree, names):
            kind, name = call.args[:2]
            name = constants.get(name.id) if isinstance(name, ast.Name) else (
                name.value if isinstance(name, ast.Constant) else None)
            if name is not None:
                # A node's own name is that of its file.
                found.add(Endpoint(kind.id, name.replace('~', path.stem), path.name))
    return found


@pytest.mark.parametrize('node', PARAMETERS)
def test_every_parameter_is_documented_with_the_default_that_it_has(node):
    documented = {name: cells[1] for name, cells in first_cells(node).items()}
    expected = {f'`{field.name}`': text_of_default(field)
                for field in dataclasses.fields(PARAMETERS[node])}
    declared = {f'`{call.args[0].value}`' for call in
                calls(parsed(NODES / f'{node}.py'), {'declare_parameter'})}
    assert declared == {f'`{name}`' for name in OTHERS.get(node, {})}
    assert documented.keys() == expected.keys() | declared
    assert {name: documented[name] for name in expected} == expected


def test_no_node_with_parameters_is_left_out():
    subclasses = {node.name for path in NODES.glob('*.py') for node in parsed(path).body
                  if isinstance(node, ast.ClassDef) and node.name.endswith('Parameters')}
    inherited = {base.__name__ for settings in PARAMETERS.values()
                 for base in settings.__mro__}
    assert subclasses <= inherited


def test_every_launch_argument_is_documented_with_its_default():
    arguments = runpy.run_path(str(SHARE / 'launch' / 'finetune.launch.py'))['ARGUMENTS']
    documented = {name: cells[1] for name, cells in first_cells('Launch arguments').items()}
    assert documented == {
        f'`{name}`': f'`{default}`' if default else ''
        for name, (default, *_) in arguments.items()}


def test_every_topic_is_documented_with_its_type():
    documented = first_cells('Topics') | first_cells('Topics of the robot')
    created = endpoints({'create_publisher', 'create_subscription'})
    assert len(created) > 15
    for endpoint in created:
        cells = documented.get(f'`{endpoint.name}`')
        assert cells, f'topic {endpoint.name!r} of {endpoint.file} is not in {DOCUMENT.name}'
        # The message of /clock is imported as something else, as rclpy has a Clock too.
        expected = endpoint.type.removesuffix('Message')
        assert cells[1].split('/')[-1] == expected, f'{endpoint.name}: type'


def test_every_service_is_documented_with_its_type():
    documented = first_cells('Services')
    created = endpoints({'create_service', 'create_client'})
    assert len(created) >= 7
    for endpoint in created:
        cells = documented.get(f'`{endpoint.name}`')
        assert cells, f'service {endpoint.name!r} of {endpoint.file} is not in {DOCUMENT.name}'
        assert cells[1] == f'std_srvs/{endpoint.type}', f'{endpoint.name}: type'
    assert documented.keys() == {f'`{endpoint.name}`' for endpoint in created}


def test_every_message_of_the_package_belongs_to_a_documented_topic():
    types = {cells[1] for cells in rows('Topics')}
    messages = {path.stem for path in (SHARE / 'msg').glob('*.msg')}
    assert len(messages) >= 8 and messages <= types


def test_every_key_in_diagnostics_is_documented():
    keys = {key.value for path in NODES.glob('*.py') for function in ast.walk(parsed(path))
            if isinstance(function, ast.FunctionDef) and 'report' in function.name
            for node in ast.walk(function) if isinstance(node, ast.Dict)
            for key in node.keys if isinstance(key, ast.Constant)}
    documented = {key for cells in rows('Diagnostics') for key in re.findall('`(.*?)`', cells[2])}
    assert len(keys) > 30
    assert keys <= documented
