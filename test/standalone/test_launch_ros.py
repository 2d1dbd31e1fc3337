"""Nodes in launch files: executables, names, parameters, remappings."""

import json
import os
from pathlib import Path
import subprocess
import sys

from launch_runs import Launcher, STANDALONE
import pytest
import yaml

# Prints its arguments and the content of its parameter files as one line of JSON.
PROBE = """
import json, os, sys
def main():
    files = [sys.argv[i + 1] for i, word in enumerate(sys.argv) if word == '--params-file']
    print(json.dumps({'args': sys.argv[1:], 'files': [open(file).read() for file in files],
                      'env': dict(os.environ)}), flush=True)
if __name__ == '__main__':
    main()
"""


@pytest.fixture
def launcher(tmp_path):
    """Return a launcher beside a package `probes` with the executables `probe` and `program`."""
    package = tmp_path / 'probes'
    package.mkdir()
    (package / '__init__.py').write_text('')
    (package / 'probe.py').write_text(PROBE)
    (tmp_path / 'package.xml').write_text('<package><name>probes</name></package>')
    (tmp_path / 'setup.cfg').write_text(
        '[options.entry_points]\nprobes.executables =\n    probe = probes.probe:main\n')
    program = tmp_path / 'lib' / 'probes' / 'program'
    program.parent.mkdir(parents=True)
    program.write_text(f'#!{sys.executable}\n{PROBE}')
    program.chmod(0o755)
    launcher = Launcher(tmp_path)
    yield launcher
    launcher.close()


def probe(launcher, body, *arguments):
    """Run a description with nodes and return what each has seen, by process name."""
    run = launcher.run(body, *arguments)
    seen = {}
    for line in run.lines:
        name, _, text = line.partition('] ')
        if text.startswith('{'):
            seen[name.strip('[')] = json.loads(text)
    run.seen = seen
    return run


def node_of(launcher, **kwargs):
    """Run one node and return what it has seen."""
    arguments = ', '.join(f'{name}={value}' for name, value in kwargs.items())
    run = probe(launcher, f"""
        DeclareLaunchArgument('rate', default_value='20.0'),
        Node(package='probes', executable='probe', output='screen', {arguments})""")
    assert run.process.returncode == 0, run.output
    return run.seen['probe-1']


def parameters_of(launcher, parameters, **kwargs):
    files = node_of(launcher, parameters=parameters, **kwargs)['files']
    return [yaml.safe_load(text) for text in files]


def test_executable_may_be_a_module_or_a_program(launcher):
    run = probe(launcher, """
        Node(package='probes', executable='probe', arguments=['a b'], output='screen'),
        Node(package='probes', executable='program', arguments=['a b'], output='screen'),
        Node(executable='echo', arguments=['x'], output='screen')""")
    assert run.process.returncode == 0, run.output
    assert run.seen['probe-1']['args'] == run.seen['program-2']['args'] == ['a b', '--ros-args']
    assert '[echo-3] x --ros-args' in run.lines


def test_process_of_a_module_is_readable(launcher):
    (launcher.directory / 'probes' / 'probe.py').write_text(
        "print('CMD', open('/proc/self/cmdline').read().replace('\\0', ' '))")
    run = launcher.run("Node(package='probes', executable='probe', output='screen')")
    run.wait_for(r'\[probe-1\] CMD .*python.* -m probes.probe --ros-args')


def test_unknown_executable_and_package_are_named_with_the_choices(launcher):
    run = launcher.run("Node(package='probes', executable='prob')")
    assert run.process.returncode == 1
    run.wait_for("'prob' not found in package 'probes'; choose from: probe, program")
    run = launcher.run("Node(package='prbes', executable='probe')")
    assert run.process.returncode == 1
    run.wait_for("package 'prbes' not found")


def test_name_namespace_and_remappings_become_ros_arguments(launcher):
    seen = node_of(
        launcher, name="'n'", namespace="'ns'", remappings="[('a', 'b'), ('c', ['/d', '/e'])]",
        ros_arguments="['--log-level', 'debug']", arguments="['-x']")
    assert seen['args'] == [
        '-x', '--ros-args', '--log-level', 'debug', '--ros-args', '-r', '__node:=n',
        '-r', '__ns:=/ns', '-r', 'a:=b', '-r', 'c:=/d/e']


def test_invalid_names_are_refused(launcher):
    for body, error in (("name='a/b'", "invalid node name 'a/b'"),
                        ("namespace='a//b'", "invalid namespace '/a//b'")):
        run = launcher.run(f"Node(package='probes', executable='probe', {body})")
        assert run.process.returncode == 1
        run.wait_for(error)


def test_settings_of_a_group_apply_to_its_nodes_only(launcher):
    run = probe(launcher, """
        *(lambda ros, node: [
            GroupAction([
                ros.PushRosNamespace('robot1'), ros.SetRemap('x', 'y'),
                ros.SetParameter('use_sim_time', True), ros.SetParameter('text', 'true'),
                node(), node(namespace='arm'), node(namespace='/abs')]),
            node()])(
                __import__('launch_ros.actions').actions,
                lambda **kwargs: Node(package='probes', executable='probe', output='screen',
                                      **kwargs))""")
    assert run.process.returncode == 0, run.output
    rules = ['-p', 'use_sim_time:=true', '-p', "text:='true'", '-r', 'x:=y']
    for number, namespace in ((1, '/robot1'), (2, '/robot1/arm'), (3, '/abs')):
        assert run.seen[f'probe-{number}']['args'] == [
            '--ros-args', '-r', f'__ns:={namespace}', *rules]
    assert run.seen['probe-4']['args'] == ['--ros-args']


def test_parameters_keep_their_types(launcher):
    values = {
        'flag': True, 'count': 3, 'rate': 1e-05, 'word': 'true', 'number_word': '12',
        'empty': '', 'list': [1, 2], 'floats': [1.0, 2.0], 'words': ['a', '1'], 'whole': 2.0,
        'nested': {'inner': {'x': -1}}}
    content, = parameters_of(launcher, f'[{values!r}]')
    flat = {**values, 'nested.inner.x': -1}
    del flat['nested']
    assert content == {'/**': {'ros__parameters': flat}}
    read = content['/**']['ros__parameters']
    assert {name: type(value) for name, value in read.items()} \
        == {name: type(value) for name, value in flat.items()}


def test_parameters_of_a_named_node_are_for_it_alone(launcher):
    content, = parameters_of(launcher, "[{'a': 1}]", name="'n'", namespace="'ns'")
    assert content == {'/ns/n': {'ros__parameters': {'a': 1}}}
    content, = parameters_of(launcher, "[{'a': 1}]", name="'n'")
    assert content == {'/**': {'ros__parameters': {'a': 1}}}, 'the namespace is not known'


def test_substituted_parameters_have_the_type_that_yaml_or_the_file_says(launcher):
    content, = parameters_of(launcher, """[{
        'rate': LaunchConfiguration('rate'),
        'word': __import__('launch_ros.parameter_descriptions').parameter_descriptions
            .ParameterValue(LaunchConfiguration('rate'), value_type=str),
        'joined': ['r', LaunchConfiguration('rate')],
        'list': [[LaunchConfiguration('rate')], 1.5],
        ('na', 'me'): PythonExpression('1 == 1'),
        'whole': __import__('launch_ros.parameter_descriptions').parameter_descriptions
            .ParameterValue(LaunchConfiguration('one', default='1'), value_type=float)}]""")
    assert content['/**']['ros__parameters'] == {
        'rate': 20.0, 'word': '20.0', 'joined': 'r20.0', 'list': [20.0, 1.5], 'name': True,
        'whole': 1.0}


def test_files_and_dictionaries_are_passed_in_order(launcher):
    file = launcher.directory / 'given.yaml'
    file.write_text('/**: {ros__parameters: {a: 1}}')
    seen = node_of(launcher, parameters=f"[{{'a': 0}}, '{file}', {{'b': 2}}]")
    files = [seen['args'][i + 1] for i, word in enumerate(seen['args']) if '--params' in word]
    assert files[1] == str(file)
    assert all(Path(name).name.startswith('launch_params_') for name in (files[0], files[2]))
    assert [yaml.safe_load(text)['/**']['ros__parameters'] for text in seen['files']] \
        == [{'a': 0}, {'a': 1}, {'b': 2}]
    assert not os.path.exists(files[0]) and not os.path.exists(files[2]), 'left behind'
    assert file.exists()


def test_file_may_hold_substitutions(launcher):
    file = launcher.directory / 'given.yaml'
    file.write_text('/**: {ros__parameters: {rate: $(var rate), x: $(env NOT_SET_X 7), '
                    "share: '$(find-pkg-share $(var package probes))'}}")
    content, = parameters_of(
        launcher, "[__import__('launch_ros.descriptions').descriptions.ParameterFile("
        f"'{file}', allow_substs=True)]")
    assert content['/**']['ros__parameters'] == {
        'rate': 20.0, 'x': 7, 'share': str(launcher.directory)}


@pytest.mark.parametrize(('parameters', 'error'), [
    ("[{'a': None}]", r"parameter 'a': expected bool, .* got None of type NoneType"),
    ("[{'a': __import__('numpy').float64(1.0)}]", "parameter 'a': expected .* of type float64"),
    ("[{'a': []}]", "parameter 'a': an empty list has no type"),
    ("[{'a': [1, 'x']}]", "parameter 'a': expected a list of values of one type"),
    ("{'a': 1}", 'parameters must be a list'),
    ("[{'a': LaunchConfiguration('none', default='{b: 1}')}]",
     r"parameter 'a': '\{b: 1\}' stands for .*value_type=str"),
])
def test_values_that_no_parameter_can_have_are_refused(launcher, parameters, error):
    run = launcher.run(f"Node(package='probes', executable='probe', parameters={parameters})")
    assert run.process.returncode == 1
    run.wait_for(error)


def test_two_nodes_of_one_name_are_warned_of(launcher):
    run = launcher.run("""*(Node(package='probes', executable='probe', name='n', namespace='/')
                            for _ in range(2))""")
    run.wait_for('there are now at least 2 nodes with the name /n')


@pytest.mark.parametrize('name', [
    'LifecycleNode', 'ComposableNodeContainer', 'LoadComposableNodes', 'SetUseSimTime'])
def test_what_is_not_supported_says_so_when_used(launcher, name):
    run = launcher.run(f"__import__('launch_ros.actions').actions.{name}(x=1)")
    assert run.process.returncode == 1
    run.wait_for(rf'launch_ros.actions.{name} needs ROS 2 and is not part of standalone')


def test_prefix_goes_before_the_executables_that_the_filter_matches(launcher):
    run = launcher.run("""
        Node(package='probes', executable='probe', output='screen'),
        ExecuteProcess(cmd=['echo', 'hello'], output='screen')""",
                       '--launch-prefix', 'echo prefixed', '--launch-prefix-filter', 'probe')
    run.wait_for(r'\[probe-1\] prefixed .*-m probes.probe')
    assert '[echo-2] hello' in run.lines


def run_verb(launcher, *arguments, **kwargs):
    environment = {**os.environ, 'PYTHONPATH': f'{STANDALONE}{os.pathsep}{launcher.directory}'}
    return subprocess.run(
        [sys.executable, '-m', 'ros2cli.run', *arguments], env=environment, text=True,
        capture_output=True, timeout=30, **kwargs)


def test_run_passes_arguments_and_exit_code(launcher):
    result = run_verb(launcher, 'probes', 'probe', '--ros-args', '-p', 'a:=1')
    assert result.returncode == 0
    assert json.loads(result.stdout)['args'] == ['--ros-args', '-p', 'a:=1']
    (launcher.directory / 'probes' / 'probe.py').write_text('import sys; sys.exit(7)')
    assert run_verb(launcher, 'probes', 'probe').returncode == 7
    assert run_verb(launcher, '--prefix', 'echo before', 'probes', 'program').stdout \
        .startswith('before ')


def test_run_names_what_it_does_not_find(launcher):
    result = run_verb(launcher, 'probes', 'prob')
    assert result.returncode == 1
    assert "'prob' not found in package 'probes'; choose from: probe, program" in result.stderr


def test_launch_file_is_found_in_its_package(launcher):
    (launcher.directory / 'launch').mkdir()
    launcher.write("LogInfo(msg=['here ', ThisLaunchFileDir()])", 'launch/here.launch.py')
    environment = {**os.environ, 'PYTHONPATH': f'{STANDALONE}{os.pathsep}{launcher.directory}',
                   'ROS_LOG_DIR': str(launcher.log)}
    for name, code, text in (
            ('here.launch.py', 0, f'here {launcher.directory}/launch'),
            ('her.launch.py', 1, 'choose from: here.launch.py')):
        result = subprocess.run(
            [sys.executable, '-m', 'ros2cli.launch', 'probes', name], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30)
        assert result.returncode == code and text in result.stdout
