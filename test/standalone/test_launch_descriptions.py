"""Launch descriptions: arguments, conditions, groups, includes, events, errors."""

from launch_runs import Launcher
import pytest


@pytest.fixture
def launcher(tmp_path):
    launcher = Launcher(tmp_path)
    yield launcher
    launcher.close()


ARGUMENTS = """
    DeclareLaunchArgument('robot', default_value='arm', description='which robot',
                          choices=['arm', 'leg']),
    DeclareLaunchArgument('name', default_value=['the_', LaunchConfiguration('robot')]),
    DeclareLaunchArgument('extra', default_value='0', condition=IfCondition('false')),
    LogInfo(msg=['name is ', LaunchConfiguration('name')]),
    """


def test_arguments_have_defaults_that_may_depend_on_others(launcher):
    assert '[INFO] [launch.user]: name is the_arm' in launcher.run(ARGUMENTS).lines
    run = launcher.run(ARGUMENTS, 'robot:=arm', 'robot:=leg')
    assert '[INFO] [launch.user]: name is the_leg' in run.lines, 'the last one counts'


def test_value_that_is_no_choice_is_refused_with_the_choices(launcher):
    run = launcher.run(ARGUMENTS, 'robot:=leggo')
    assert run.process.returncode == 1
    run.wait_for(r"\[ERROR\] \[launch\]: .*'robot': 'leggo' is not valid; choose from: arm, leg")


def test_argument_without_default_is_required(launcher):
    body = "DeclareLaunchArgument('robot', description='which robot'), ExecuteProcess(cmd=['ls'])"
    run = launcher.run(body)
    assert run.process.returncode == 1
    run.wait_for(r"required argument 'robot' \(description: 'which robot'\) is missing")
    assert 'process started' not in run.output
    assert launcher.run(body, 'robot:=arm').process.returncode == 0


def test_undeclared_argument_is_warned_of_with_the_declared_ones(launcher):
    run = launcher.run(ARGUMENTS, 'robbot:=leg')
    assert run.process.returncode == 0
    run.wait_for(r"no argument 'robbot'; did you mean: robot\? declared are: extra, name, robot")


def test_malformed_argument_is_refused(launcher):
    run = launcher.run(ARGUMENTS, 'robot=leg')
    assert run.process.returncode == 1
    run.wait_for(r"malformed launch argument 'robot=leg', expected format '<name>:=<value>'")


@pytest.mark.parametrize('option', ['-s', '--show-args', '--show-arguments'])
def test_show_args_lists_every_argument_and_starts_nothing(launcher, option):
    run = launcher.run(ARGUMENTS, option)
    assert run.process.returncode == 0
    assert run.output == """\
Arguments (pass arguments as '<name>:=<value>'):

    'robot':
        which robot. Valid choices are: ['arm', 'leg']
        (default: 'arm')

    'name':
        no description given
        (default: 'the_' + LaunchConfig('robot'))

    'extra':*
        no description given
        (default: '0')

* argument(s) which are only used if specific conditions occur"""
    assert not launcher.log.exists(), 'no log directory for a mere question'


def test_print_description_shows_nested_entities(launcher):
    run = launcher.run("""
        GroupAction([LogInfo(msg='a')], condition=IfCondition('true')),
        RegisterEventHandler(OnProcessExit(on_exit=[Shutdown()])),
        ExecuteProcess(cmd=['ls', LaunchConfiguration('x')])""", '-p')
    assert run.process.returncode == 0
    assert "LogInfo('a')" in run.output
    assert "EmitEvent(event='launch.events.Shutdown')" in run.output
    assert "ExecuteProcess(cmd=['ls', LaunchConfig('x')])" in run.output


def test_conditions_select_actions(launcher):
    run = launcher.run("""
        DeclareLaunchArgument('yes', default_value='True'),
        LogInfo(msg='A', condition=IfCondition(LaunchConfiguration('yes'))),
        LogInfo(msg='B', condition=UnlessCondition(LaunchConfiguration('yes'))),
        LogInfo(msg='C', condition=LaunchConfigurationEquals('yes', 'True')),
        LogInfo(msg='D', condition=LaunchConfigurationNotEquals('yes', 'True')),
        LogInfo(msg='E', condition=LaunchConfigurationEquals('unset', None)),
        LogInfo(msg='F', condition=IfCondition(PythonExpression(
            ["'", LaunchConfiguration('yes'), "' == 'True' and 2 > 1"])))""")
    shown = [line[-1] for line in run.lines if line.startswith('[INFO] [launch.user]')]
    assert shown == ['A', 'C', 'E', 'F']


def test_condition_that_says_neither_true_nor_false_is_an_error(launcher):
    run = launcher.run("LogInfo(msg='A', condition=IfCondition('maybe'))")
    assert run.process.returncode == 1
    run.wait_for("says 'maybe'; choose from: true, 1, false, 0")


def test_group_ends_the_scope_of_configurations_and_environment(launcher):
    show = """LogInfo(msg=[LaunchConfiguration('x'),
                           EnvironmentVariable('Y_TEST', default_value='-')])"""
    run = launcher.run(f"""
        SetLaunchConfiguration('x', '1'),
        GroupAction([SetLaunchConfiguration('x', '2'), SetEnvironmentVariable('Y_TEST', 'y'),
                     {show}]),
        {show},
        GroupAction([SetLaunchConfiguration('x', '3')], scoped=False),
        {show},
        GroupAction([LogInfo(msg=[LaunchConfiguration('x', default='none'),
                                  LaunchConfiguration('kept')])],
                    forwarding=False, launch_configurations={{'kept': '!'}})""")
    shown = [line.split(': ')[1] for line in run.lines if '[launch.user]' in line]
    assert shown == ['2y', '1-', '3-', 'none!']


def test_included_file_gets_arguments_and_knows_its_directory(launcher):
    below = launcher.directory / 'below'
    below.mkdir()
    inner = Launcher(below).write("""
        DeclareLaunchArgument('speed'),
        LogInfo(msg=['inner ', LaunchConfiguration('speed'), ' ', ThisLaunchFileDir()])""")
    run = launcher.run(f"""
        IncludeLaunchDescription(PythonLaunchDescriptionSource(
            PathJoinSubstitution([ThisLaunchFileDir(), 'below', '{inner.name}'])),
            launch_arguments={{'speed': '2'}}.items()),
        LogInfo(msg=['outer ', ThisLaunchFileDir()])""")
    shown = [line.split(': ')[1] for line in run.lines if '[launch.user]' in line]
    assert shown == [f'inner 2 {below}', f'outer {launcher.directory}']


def test_arguments_of_included_files_are_shown(launcher):
    inner = launcher.write("DeclareLaunchArgument('speed', description='of it')",
                           'inner.launch.py')
    run = launcher.run(f"IncludeLaunchDescription('{inner}')", '-s')
    assert "'speed':" in run.output and 'of it' in run.output


def test_missing_argument_of_an_included_file_is_named(launcher):
    inner = launcher.write("DeclareLaunchArgument('speed')", 'inner.launch.py')
    run = launcher.run(f"IncludeLaunchDescription('{inner}')")
    assert run.process.returncode == 1
    run.wait_for(r"inner.launch.py': required argument 'speed'")


def test_exit_of_a_process_can_shut_the_launch_down(launcher):
    run = launcher.run("""
        listener('SIGINT', name='robot'),
        python('import time; time.sleep(0.3)', name='task', on_exit=Shutdown()),
        RegisterEventHandler(OnShutdown(on_shutdown=[LogInfo(msg='over')]))""")
    assert run.process.returncode == 0
    run.wait_for(r'process\[task-2\] was required: shutting down launched system')
    run.wait_for(r"\[robot-1\]: sending signal 'SIGINT'")
    assert '[INFO] [launch.user]: over' in run.lines


def test_events_chain_one_process_to_the_next(launcher):
    run = launcher.run("""
        *(lambda first, second: [
            RegisterEventHandler(OnProcessStart(target_action=first,
                                                on_start=[LogInfo(msg='first runs')])),
            RegisterEventHandler(OnProcessExit(target_action=first, on_exit=[second])),
            RegisterEventHandler(OnProcessExit(
                target_action=second,
                on_exit=lambda event, context: [LogInfo(msg=f'code {event.returncode}'),
                                                Shutdown(reason='done')])),
            listener('SIGINT'), first])(
                ExecuteProcess(cmd=['sh', '-c', 'echo one'], output='screen'),
                ExecuteProcess(cmd=['sh', '-c', 'echo two; exit 4'], output='screen'))""")
    assert run.process.returncode == 0
    order = ['first runs', '[sh-2] one', '[sh-3] two', 'code 4', "sending signal 'SIGINT'"]
    found = [run.output.index(text) for text in order[1:]]
    assert found == sorted(found) and order[0] in run.output


def test_output_of_a_process_can_start_another(launcher):
    run = launcher.run("""
        *(lambda first: [first, RegisterEventHandler(OnProcessIO(
            target_action=first,
            on_stdout=lambda event: LogInfo(msg='ready') if b'READY' in event.text else None))])(
            python('print("READY")'))""")
    assert run.lines.count('[INFO] [launch.user]: ready') == 1


def test_one_process_can_be_stopped_or_signalled(launcher):
    run = launcher.run("""
        *(lambda a, b: [
            a,
            RegisterEventHandler(OnProcessIO(target_action=a, on_stdout=lambda event: (
                b if b'READY' in event.text else None))),
            RegisterEventHandler(OnProcessIO(target_action=b, on_stdout=lambda event: (
                EmitEvent(event=SignalProcess(signal_number=signal.SIGTERM,
                                              process_matcher=matches_action(b)))
                if b'READY' in event.text else None))),
            RegisterEventHandler(OnProcessExit(target_action=b, on_exit=EmitEvent(
                event=ShutdownProcess(process_matcher=matches_action(a)))))])(
            listener('SIGINT', name='a', respawn=True), listener('SIGTERM', name='b'))""")
    assert run.process.returncode == 0
    assert run.lines.index('[b-2] got SIGTERM') < run.lines.index('[a-1] got SIGINT')


def test_completion_of_a_timer_is_an_event(launcher):
    run = launcher.run("""
        *(lambda timer: [timer, RegisterEventHandler(OnExecutionComplete(
            target_action=timer, on_completion=[LogInfo(msg='completed')]))])(
            TimerAction(period=0.2, actions=[LogInfo(msg='tick')]))""")
    assert [line.split(': ')[1] for line in run.lines if '[launch.user]' in line] \
        == ['tick', 'completed']


def test_timer_does_not_hold_up_the_shutdown(launcher):
    run = launcher.run("""TimerAction(period=60.0, actions=[LogInfo(msg='late')]),
                          TimerAction(period=0.1, actions=[Shutdown()])""")
    assert run.process.returncode == 0 and 'late' not in run.output


def test_error_in_an_action_stops_what_runs_and_is_the_exit_code(launcher):
    run = launcher.run("""
        *(lambda running: [running, RegisterEventHandler(OnProcessIO(
            target_action=running, on_stdout=lambda event: (
                TimerAction(period=0.1, actions=[OpaqueFunction(function=lambda context: 1 / 0)])
                if b'READY' in event.text else None)))])(
            listener('SIGINT'))""")
    assert run.process.returncode == 1
    run.wait_for(r'\[ERROR\] \[launch\]: Caught exception in launch .*division by zero')
    assert 'got SIGINT' in run.output


def test_error_in_a_launch_file_names_file_and_line(launcher):
    path = launcher.directory / 'broken.launch.py'
    path.write_text('def generate_launch_description():\n    return undefined_name\n')
    run = launcher.run(path)
    assert run.process.returncode == 1
    run.wait_for(r"broken.launch.py', line 2: NameError: name 'undefined_name' is not defined")


def test_launch_files_in_other_languages_are_refused_by_name(launcher):
    path = launcher.directory / 'a.launch.xml'
    path.write_text('<launch/>')
    run = launcher.run(path)
    assert run.process.returncode == 1
    run.wait_for(r'a.launch.xml.: only Python launch files \(.py\) are read without ROS 2')


@pytest.mark.parametrize(('body', 'error'), [
    ("ExecuteProcess(cmd=['ls'], colour='red')", r"unsupported keyword arguments: 'colour'"),
    ("LogInfo(msg='x', respwan=True)", r"LogInfo\(\) got unsupported keyword .*'respwan'"),
    ("ExecuteProcess(cmd=['ls'], output='scren')", r"unknown output 'scren'; choose from: scr"),
    ("ExecuteProcess(cmd='ls -l')", r"cmd must be a list .* got 'ls -l'"),
    ("LogInfo(msg='x', condition='true')", r'condition of LogInfo must be a Condition'),
    ("DeclareLaunchArgument('x', default_value='c', choices=['a'])",
     r"default value 'c' of launch argument 'x' is not one of the choices: a"),
    ("LogInfo(msg=LaunchConfiguration('nothing'))",
     r"launch configuration 'nothing' does not exist"),
    ("__import__('launch').actions.ForLoop('i', [1])",
     r'launch.actions.ForLoop needs ROS 2 .* write a loop in Python'),
])
def test_mistakes_are_named(launcher, body, error):
    run = launcher.run(body)
    assert run.process.returncode == 1
    run.wait_for(error)
