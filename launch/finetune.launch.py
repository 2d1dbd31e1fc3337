"""Fine-tune a policy on a robot, or on the simulated arm whose simulator was wrong about it."""

import logging
from pathlib import Path
import re
import shutil
import sys
import time

import launch
from launch import LaunchDescription
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    LogInfo,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
)
from launch.event_handlers import OnProcessIO
from launch_ros.actions import Node
import sgft_ros
from sgft_ros.nodes.domain import domain_id
from sgft_ros.nodes.folder_lock import hold
from sgft_ros.nodes.monitor_text import FINISHED
from sgft_ros.nodes.names import GATE
from sgft_ros.nodes.parameter_files import LEARNING_SIDE
from sgft_ros.nodes.run_arguments import recalled
from sgft_ros.nodes.run_configuration import RunConfiguration
from sgft_ros.nodes.run_record import PACKAGE
from sgft_ros.nodes.sole_name import take
from sgft_ros.robot.yaml_section import suggest

BOOLEAN = ['true', 'false']
ARGUMENTS = {
    'robot': ('', 'robot contract: name in config/robots, or path of a .yaml file; empty: the '
                  'simulated arm of the task'),
    'task': ('peg_insert', "task: name in config/tasks; or your own: 'module:Class', "
                           "'file.py:Class', or a .yaml file"),
    'task_parameters': ('', 'parameter file for this task, like those in config/tasks; empty: the '
                            "task's, if it has one"),
    'algorithm': (
        'auto', 'name in config/algorithms, or the path of a .yaml file like those'),
    'horizon': ('', "H [steps] of one algorithm; empty: as the algorithm's file says"),
    'checkpoint': ('', 'folder with policy, value, learner, dynamics and warm_start.safetensors; '
                       'empty: the one of the task that the package ships'),
    'seed': ('0', 'seed of the simulated world, of exploration and of learning'),
    'simulated': ('true', 'start the simulated arm; false: the driver of a robot runs already',
                  BOOLEAN),
    'use_sim_time': ('false', 'with simulated:=false: whether the time is that of /clock, as of a '
                     'robot in Gazebo', BOOLEAN),
    'world': ('real', "world of the simulated arm: 'real' is outside of what the simulator knew",
              ['real', 'sim']),
    'gap': ('1.0', "size of the gap between simulator and 'real'; 0: none"),
    'rate_factor': ('3.0', 'how much faster than the wall clock the simulated arm runs'),
    'faults': ('', "faults of the simulated arm's driver: 'all', or names with commas between "
                   'them, as in jitter,protective_stop; empty: none'),
    'transition_limit': ('', "real transitions after which the run ends; empty: the task's"),
    'evaluation_interval': ('', "transitions between two evaluations; empty: the task's"),
    'evaluation_episodes': ('', "episodes of one evaluation; empty: the task's"),
    'goal_success': ('', 'success 0...1 that ends the run when two evaluations running reach it; '
                         "empty: the task's"),
    'prior_data': ('', 'transitions that the learner mixes in, as `sgft demonstrations` writes '
                       'them; empty: those of the simulator'),
    'prior_ratio': ('', 'share of prior_data in what is learned from, 0...1; empty: as the '
                        "algorithm's file says"),
    'run_folder': ('', 'folder of the run, taken up again, with its arguments, if it exists; '
                       'empty: runs/<time>_<task>_<algorithm>_seed<seed>'),
    'act_only': ('false', 'act with what did best in the run of run_folder, without learning and '
                 'without end; that run stays as it is', BOOLEAN),
    'device': ('cpu', "where the learner computes: 'cuda' is a GPU, 'auto' one if it is there",
               ['cpu', 'cuda', 'auto']),
    'learner': ('true', 'start the learner; false: it joins from another machine', BOOLEAN),
    'learning_side': ('true', 'start what robots share: value shaping, replay buffer, learner and '
                      "their monitor; false: those of another robot's launch", BOOLEAN),
    'record': ('true', 'record a bag of the run', BOOLEAN),
    'namespace': ('', 'namespace of policy, safety gate and robot'),
    'key_file': ('', 'file with the key that signs the weights; empty: no signatures'),
    'respawn': ('true', 'start nodes again that die', BOOLEAN),
    'rviz': ('false', 'show the run in RViz', BOOLEAN),
}
# What launch itself understands.
OF_LAUNCH = ('emulate_tty', 'launch-prefix', 'launch-prefix-filter', 'sigkill_timeout',
             'sigterm_timeout')
RESPAWN_DELAY = 1.0  # [s]
START_TIME = 20.0    # [s] in which an error is one of the configuration: no new start helps
CONFIGURATION_ERROR = 2  # exit code that says so itself
END_TIME = '15'      # [s] that a node may take to save what it has and end, on a busy machine
REPORT_TIME = '30'   # [s] that the monitor may take for its report at the end
TO_LOG = {'both': 'log'}
QUIET = re.compile(r'(\[(INFO|DEBUG)\]|\s*$)')
# Topics and a service of the learning side, whatever namespace the robot is in.
SHARED = ('transitions', 'shaped_transitions', 'policy_weights', 'episode_results',
          'learner_status', 'learner/pause', 'replay_buffer/run')
# Small networks and matrices: more threads only take the processor from the control loop.
ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'}


def generate_launch_description():
    """Return the arguments, and what is made of them when they are known."""
    declarations = [
        DeclareLaunchArgument(
            name, default_value=default, description=description,
            choices=choices[0] if choices else None)
        for name, (default, description, *choices) in ARGUMENTS.items()]
    return LaunchDescription([
        OpaqueFunction(function=refuse_unknown), OpaqueFunction(function=recall), *declarations,
        OpaqueFunction(function=start)])


def refuse_unknown(context):
    """Refuse an argument that would have no effect, such as `simulatd:=false`."""
    if Path(__file__).name not in (Path(word).name for word in sys.argv):
        return  # the words on the command line are for a launch file that includes this one
    for text in context.argv:
        name, _, _ = text.partition(':=')
        if name not in ARGUMENTS and name not in OF_LAUNCH:
            raise ValueError(f'unknown launch argument {name!r}{suggest(name, ARGUMENTS)}')


def recall(context):
    """Let a run that is taken up again keep the arguments that it began with."""
    # Before the declarations: then only those are known that somebody gave.
    configurations = context.launch_configurations
    given = {name: configurations[name] for name in ARGUMENTS if name in configurations}
    for name, value in recalled(given).items():
        if name in ARGUMENTS:
            configurations[name] = value


def start(context):
    """Write the configuration to the run folder; return the nodes of the run."""
    domain = domain_id()
    run = RunConfiguration({name: context.launch_configurations[name] for name in ARGUMENTS})
    names = [name for name in (*run.robot_side, *(LEARNING_SIDE if run.learning_side else ()))
             if name in run.parameters and (run.learner or name != 'learner')]
    refuse_beside_another((run.node_name(name) for name in names), domain)
    file = claim(run)
    nodes = [node(run, name, file) for name in names]
    quiet([*(action.node_executable for action in nodes), 'bag'])
    return [
        LogInfo(msg=f'run folder: {run.folder}'),
        RegisterEventHandler(OnProcessIO(on_stdout=end_when_finished, on_stderr=show_problems)),
        *nodes,
        *([record_bag(run)] if run.record else []),
        *(rviz(run) if run.rviz else []),
    ]


def refuse_beside_another(names, domain):
    """Refuse to start nodes that run already, before one of these disturbs those."""
    for name in names:
        if taken := take(name, domain):
            taken.close()


def claim(run):
    """Make the folder of the run, hold it as long as this process lives, and write it."""
    try:
        run.folder.mkdir(parents=True, exist_ok=True)
        hold(run.folder, 'launch')
        return run.write()
    except OSError as error:
        raise ValueError(
            f'run_folder: {run.folder} cannot be written: {error.strerror}') from None


def node(run, name, parameters_file):
    """Return the action of one node."""
    delay = 0.0 if name == GATE else RESPAWN_DELAY  # the robot of a gate waits for nobody
    options = {'output': TO_LOG, 'sigterm_timeout': END_TIME}
    if name == 'monitor':
        options = {'output': {'stdout': ['screen', 'log'], 'stderr': 'log'},
                   'output_format': '{line}', 'sigterm_timeout': REPORT_TIME}
    return Node(
        package=PACKAGE, executable=name, name=name,
        namespace=run.namespace if name in run.robot_side else '',
        parameters=[str(parameters_file)], remappings=shared_names(run, name),
        additional_env=ONE_THREAD,
        respawn=run.respawn, respawn_delay=delay, **options,
        on_exit=end_with(run) if name == 'monitor' else watch(run, name, delay))


def shared_names(run, name):
    """Return the remappings by which robots in namespaces share one learning side."""
    if not run.namespace or name not in run.robot_side:
        return []
    shared = [(topic, f'/{topic}') for topic in SHARED] if name in ('policy', 'monitor') else []
    if run.simulated:
        shared += [('/tf', 'tf'), ('/tf_static', 'tf_static')]
    return shared


def watch(run, name, delay):
    """Return what follows the exit of a node: the end, where a new start cannot help."""
    begun = [time.monotonic()]

    def on_exit(event, context):
        lived, begun[0] = time.monotonic() - begun[0], time.monotonic() + delay
        # A signal is negative, and so an accident; a number is an error that the node found.
        code = event.returncode
        hopeless = code == CONFIGURATION_ERROR or (code > 0 and lived < START_TIME)
        if context.is_shutdown:
            return
        if hopeless:
            soon = ' right after its start' if lived < START_TIME else ''
            raise RuntimeError(f'{name} ended with exit code {code}{soon}')
        if name == GATE and not run.respawn:
            raise RuntimeError(f'{name} ended with exit code {code}, and respawn is false: '
                               'nobody would stop the robot')

    return on_exit


def end_when_finished(event):
    """End the launch when the monitor says so: no robot acts on while the report is drawn."""
    return OpaqueFunction(function=end) if FINISHED.encode() in event.text else None


def end(context):
    """Return the end of the launch, if it does not end already."""
    return None if context.is_shutdown else [Shutdown(reason='the run has ended')]


def end_with(run):
    """Return what follows the exit of the monitor: the end, as it knows when the run is over."""

    def on_exit(event, context):
        if context.is_shutdown or (run.respawn and event.returncode < 0):
            return None
        if event.returncode:
            raise RuntimeError(f'monitor ended with exit code {event.returncode}')
        return Shutdown(reason='the run has ended')

    return on_exit


def record_bag(run):
    """Return the action that records what is needed to replay the run."""
    # The joints in any case: another contract may observe them, see `sgft demonstrations`.
    robot_side = {'action', 'executed_action', 'joint_states', *run.contract.topics}
    topics = [
        'transitions', 'shaped_transitions', 'episode_results', 'learner_status', 'diagnostics',
        'tf', 'tf_static']
    if run.simulated_time:
        topics.append('clock')  # stamps tell no age without it
    if run.namespace and run.simulated:  # as in shared_names
        robot_side |= {'tf', 'tf_static'}
    names = sorted({f'/{topic}' for topic in topics} | {run.topic(name) for name in robot_side})
    standalone = Path(sgft_ros.__file__).parent in Path(launch.__file__).parents
    command = [sys.executable, '-m', 'sgft_ros.cli'] if standalone else ['ros2']
    return ExecuteProcess(
        cmd=[*command, 'bag', 'record', '--disable-keyboard-controls', '-o',
             str(run.bag_folder()), '--topics', *names],
        name='bag', output=TO_LOG, sigterm_timeout=END_TIME)


def rviz(run):
    """Return the action that starts RViz, or a line that says why not."""
    if shutil.which('rviz2') is None:
        return [LogInfo(msg='rviz:=true, but rviz2 was not found; going on without')]
    return [ExecuteProcess(
        cmd=['rviz2', '-d', str(run.share / 'config' / 'rviz' / 'finetune.rviz')], name='rviz2',
        output=TO_LOG)]


def quiet(names):
    """Leave the screen to the run: of the processes' starts and ends only errors are told."""
    for number, name in enumerate(names, 1):
        logging.getLogger(f'{name}-{number}').addFilter(
            lambda record: record.levelno >= logging.WARNING)


def show_problems(event):
    """Show what a node wrote that is no routine: warnings, errors, tracebacks."""
    for line in event.text.decode(errors='replace').splitlines():
        if not QUIET.match(line):
            print(f'[{event.process_name}] {line}', file=sys.stderr, flush=True)
