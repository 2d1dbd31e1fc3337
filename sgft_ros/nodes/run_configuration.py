"""From the arguments of the launch file to the parameters of every node, written down once."""

from collections.abc import Mapping
from datetime import datetime
import os
from pathlib import Path
import re
import subprocess
import sys

from ament_index_python.packages import get_package_share_directory
from sgft_ros.learning.checkpoint import remove_torn, write_atomically
from sgft_ros.nodes.names import full_name
from sgft_ros.nodes.parameter_checks import check_learner, check_node_parameters, read_checked
from sgft_ros.nodes.parameter_files import ROBOT_SIDE
from sgft_ros.nodes.run_arguments import with_absolute_paths
from sgft_ros.nodes.run_checkpoints import RunCheckpoints
from sgft_ros.nodes.run_folder import check_run_folder, PARAMETERS_FILE
from sgft_ros.nodes.run_record import PACKAGE, record, RUN_FILE
from sgft_ros.nodes.run_state import state_file
from sgft_ros.nodes.weights import read_key
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.faults import fault_names
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task, is_own_task
import yaml

# The monitor stamps nothing, the simulated robot knows its time: /clock would cost them much.
WITHOUT_CLOCK = ('monitor', 'simulated_robot')
NAMESPACE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*)?')

# PyTorch takes seconds to load, and only those wait for them who ask for a GPU.
SEEK_GPU = """
from sgft_ros.learning.device import find_device
try:
    find_device('cuda')
except ValueError as error:
    raise SystemExit(str(error))
"""


class RunConfiguration:
    """The resolved configuration of one run."""

    def __init__(self, arguments: Mapping[str, str]):
        """
        Resolve the arguments of finetune.launch.py.

        :raises ValueError: naming the argument or file that cannot be used
        """
        self.arguments = with_absolute_paths(arguments)
        self.task = get_task(self.arguments['task'])  # refused here, not by every node
        self._own_task = is_own_task(self.arguments['task'])
        self.share = Path(get_package_share_directory(PACKAGE))
        self.simulated = self._boolean('simulated')
        self.learner = self._boolean('learner')
        self.act_only = self._boolean('act_only')
        self.learning_side = self._boolean('learning_side') and not self.act_only
        self.record = self._boolean('record')
        self.respawn = self._boolean('respawn')
        self.rviz = self._boolean('rviz')
        self.namespace = self._namespace()
        self.seed = self._number('seed', int)
        # A robot that is no simulation runs at the rate of the wall clock.
        self.rate_factor = self._rate_factor() if self.simulated else 1.0
        self.simulated_time = self._simulated_time()
        self.robot = self._robot()
        self.contract = load_robot_contract(self.robot)
        self.run_folder = self._run_folder()  # that of policy and safety gate
        self.folder = self.run_folder
        if self.act_only:
            self.folder = _new_folder(self.run_folder, 'acting')
        self._checkpoints = RunCheckpoints(self.arguments, self.contract, self.task)
        self.parameters = self._parameters()
        if self.act_only:
            self._check_run()
        self._check_device()
        if not self.learning_side:
            self.parameters['monitor']['robot'] = self.robot_name

    @property
    def robot_side(self) -> tuple[str, ...]:
        """Return the nodes of the robot alone: without a learning side, a monitor among them."""
        return ROBOT_SIDE if self.learning_side else (*ROBOT_SIDE, 'monitor')

    @property
    def robot_name(self) -> str:
        """Return the name of the robot in transitions, as the policy finds it."""
        given = self.parameters['policy'].get('robot_name')
        return given or self.namespace or self.contract.name

    def node_name(self, name: str) -> str:
        """Return the fully qualified name of a node."""
        return self.topic(name) if name in self.robot_side else f'/{name}'

    def topic(self, name: str) -> str:
        """Return the full name of a topic of the robot side."""
        return full_name(name, self.namespace)

    def write(self) -> Path:
        """Write parameters.yaml and run.yaml to the run folder; return the former."""
        parameters = {self.node_name(name): {'ros__parameters': values}
                      for name, values in self.parameters.items()}
        path = self.folder / PARAMETERS_FILE
        run = record(self.arguments, self._checkpoints.trained, self.share)
        for file, content in ((path, parameters), (self.folder / RUN_FILE, run)):
            remove_torn(self.folder, file.name)
            write_atomically(file, yaml.safe_dump(content, sort_keys=False).encode())
        return path

    def bag_folder(self) -> Path:
        """Return a folder for the bag that does not exist yet: a run may be taken up again."""
        return _new_folder(self.folder, 'bag')

    def _parameters(self):
        arguments = self.arguments
        task_file = self._task_file()
        task = read_checked('task', task_file) if task_file else {}
        algorithm = read_checked('algorithm', arguments['algorithm'])
        if arguments['horizon'] and 'candidates' in algorithm.get('learner', {}):
            raise ValueError(
                f'horizon: the algorithms that {arguments["algorithm"]!r} arbitrates have their '
                'own; name one of them, as in algorithm:=sgft_sac')
        files = self._checkpoints.paths
        run_folder = {'run_folder': str(self.folder)}
        key = {'key_file': arguments['key_file']}
        limit = self._overrides(int, 'transition_limit')
        parameters = {
            'safety_gate': {  # the lock of a run holds for who acts alone, too
                'robot': self.robot, 'rate_factor': self.rate_factor,
                'run_folder': str(self.run_folder)},
            'simulated_robot': {
                'robot': self.robot, 'task': arguments['task'], 'world': arguments['world'],
                'gap': self._number('gap', float), 'seed': self.seed,
                'rate_factor': self.rate_factor, 'faults': arguments['faults'], **run_folder},
            'policy': {
                'robot': self.robot, 'task': arguments['task'], 'checkpoint': files['policy'],
                'simulation_data': files['warm_start'], 'seed': self.seed,
                'rate_factor': self.rate_factor, 'run_folder': str(self.run_folder),
                'act_only': self.act_only, **key, **limit,
                **self._overrides(int, 'evaluation_episodes', 'evaluation_interval')},
            'value_shaping': {
                'value_checkpoint': files['value'], 'policy_checkpoint': files['policy']},
            'replay_buffer': {'seed': self.seed, **run_folder},
            'learner': {
                'policy_checkpoint': files['policy'], 'value_checkpoint': files['value'],
                'warm_start_data': files['warm_start'], 'simulation_checkpoint': files['learner'],
                'dynamics_checkpoint': files['dynamics'], 'task_file': task_file,
                'device': arguments['device'], 'seed': self.seed, **run_folder, **key,
                **self._overrides(int, 'horizon'),
                **self._overrides(float, 'prior_ratio')},
            'monitor': {
                **run_folder, 'act_only': self.act_only, **limit,
                **self._overrides(float, 'goal_success')},
        }
        if not self.simulated:
            del parameters['simulated_robot']
        self._check_names()
        driver = self._driver()
        for name, own in parameters.items():
            clock = {'use_sim_time': self.simulated_time and name not in WITHOUT_CLOCK}
            parameters[name] = {
                **clock, **driver.get(name, {}), **task.get(name, {}), **algorithm.get(name, {}),
                **check_node_parameters(name, own)}
        tunings = check_learner(parameters['learner'], arguments['algorithm'])
        if self.learner and self.learning_side:
            self._checkpoints.check_enough(tunings)
        if parameters['learner'].get('prior_ratio'):
            parameters['replay_buffer'] |= {
                'prior_data': self._prior_data(),
                'value_checkpoint': files['value'], 'policy_checkpoint': files['policy']}
        elif arguments['prior_data']:
            raise ValueError(
                f'prior_data: {arguments["algorithm"]} learns from none of it; say how much it '
                'shall be, as in prior_ratio:=0.25')
        parameters['monitor'].setdefault('title', self._title(parameters['learner']))
        return parameters

    def _prior_data(self):
        """Return the file that minibatches are to hold a share of."""
        path = self._checkpoints.prior_data or self._checkpoints.paths['warm_start']
        if not path and self.learning_side:
            raise ValueError(
                'prior_ratio: the checkpoint folder lacks warm_start.safetensors, of which '
                'minibatches are to hold a share; name other data as prior_data, or set '
                'prior_ratio:=0.0')
        return path

    def _driver(self):
        """Return what the simulated driver takes on of the robot's own, if there is a file."""
        file = self.share / 'config' / 'drivers' / f'{self.contract.name}.yaml'
        return read_checked('driver', str(file)) if file.is_file() else {}

    def _task_file(self):
        """Return the parameter file of the task, by name or path; empty for none."""
        given = self.arguments['task_parameters']
        return given or ('' if self._own_task else self.arguments['task'])

    def _title(self, learner):
        horizon = f', H = {learner["horizon"]}' if 'horizon' in learner else ''
        return f'{self.task.name}, {learner["algorithm"]}{horizon}, seed {self.seed}'

    def _check_run(self):
        """Refuse to act with what no run has left."""
        given = self.arguments['run_folder']
        if not given:
            raise ValueError('act_only: expected the run_folder of a run, got none')
        if not (path := state_file(given, self.robot_name)).is_file():
            raise ValueError(f'act_only: run_folder {given} lacks {path.name}, which the policy '
                             'of a run leaves there')

    def _run_folder(self):
        given = self.arguments['run_folder']
        if given:
            folder = Path(given).resolve()
            if not self.act_only:  # which leaves it as it is
                check_run_folder(folder)
            return folder
        stamp = datetime.now().strftime('%Y-%m-%d_%H-%M-%S')
        task, algorithm = self.task.name, Path(self.arguments['algorithm']).stem
        return Path('runs', f'{stamp}_{task}_{algorithm}_seed{self.seed}').resolve()

    def _namespace(self):
        namespace = self.arguments['namespace'].strip('/')
        if not NAMESPACE.fullmatch(namespace):
            raise ValueError('namespace: expected letters, digits and _, none of them a digit at '
                             f'the beginning, with / between names, got {namespace!r}')
        return namespace

    def _check_names(self):
        """Refuse a fault that does not exist, and a key that cannot be read."""
        for name, read in (('faults', fault_names), ('key_file', read_key)):
            try:
                read(self.arguments[name])
            except ValueError as error:
                raise ValueError(f'{name}: {error}') from None

    def _check_device(self):
        """Refuse to learn on a GPU where PyTorch sees none."""
        if self.arguments['device'] != 'cuda' or not (self.learner and self.learning_side):
            return
        done = subprocess.run(
            [sys.executable, '-c', SEEK_GPU], capture_output=True, text=True,
            env=os.environ | {'PYTHONSAFEPATH': '1'})
        if done.returncode:
            raise ValueError(done.stderr.strip().rpartition('\n')[2])

    def _robot(self):
        robot, task = self.arguments['robot'], self.arguments['task']
        if self.simulated and task not in WORLDS:
            raise ValueError(f'task: the simulated arm has no scene for {task!r}; choose from: '
                             f'{", ".join(sorted(WORLDS))}, or simulated:=false')
        if not robot:
            if not self.simulated:
                raise ValueError('robot: expected a contract, as simulated is false')
            robot = WORLDS[task].robot
        return robot

    def _rate_factor(self):
        rate_factor = self._number('rate_factor', float)
        # The clock of the graph would be that of two robots, and go to and fro between theirs.
        if not (self.learning_side or self.act_only) and rate_factor != 1.0:
            raise ValueError('rate_factor: expected 1, as learning_side is false and simulated '
                             f'robots beside each other need the wall clock, got {rate_factor:g}')
        return rate_factor

    def _simulated_time(self):
        """Return whether /clock tells the time."""
        given = self._boolean('use_sim_time')
        if given and self.simulated:
            raise ValueError('use_sim_time: expected false, as simulated is true and rate_factor '
                             "makes that arm's time; for a robot in another simulator add "
                             'simulated:=false')
        return given or self.rate_factor != 1.0

    def _overrides(self, kind, *names):
        """Return the arguments that were given, as parameters; the others stay as configured."""
        return {name: self._number(name, kind) for name in names if self.arguments[name]}

    def _number(self, name, kind):
        text = self.arguments[name]
        try:
            return kind(text)
        except ValueError:
            what = 'an integer' if kind is int else 'a number'
            raise ValueError(f'{name}: expected {what}, got {text!r}') from None

    def _boolean(self, name):
        return self.arguments[name] == 'true'


def _new_folder(parent, name):
    """Return a folder that does not exist yet: a run may be taken up again."""
    folder, number = parent / name, 1
    while folder.exists():
        number += 1
        folder = parent / f'{name}_{number}'
    return folder
