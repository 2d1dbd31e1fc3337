"""From the arguments of the launch file to the parameters of every node, written down once."""

from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
import os
from pathlib import Path
import platform
from xml.etree import ElementTree

from ament_index_python.packages import get_package_share_directory
from sgft_ros.learning.checkpoint import load_checkpoint, remove_torn, write_atomically
from sgft_ros.nodes.compatibility import check_belongs, check_compatible, OF_TRAINING
from sgft_ros.nodes.names import full_name
from sgft_ros.nodes.parameter_files import read_parameter_file, ROBOT_SIDE
from sgft_ros.nodes.run_arguments import (
    checkpoint_folder,
    RUN_FILE,
    TRAINED,
    with_absolute_paths,
)
from sgft_ros.nodes.run_state import state_file
from sgft_ros.robot import load_robot_contract
from sgft_ros.simulation.worlds import WORLDS
from sgft_ros.tasks import get_task, is_own_task
import yaml

PACKAGE = 'sgft_ros'
CHECKPOINTS = {'policy': 'policy', 'value': 'value', 'learner': 'learner', 'warm_start': 'replay',
               'dynamics': 'dynamics'}  # and their kinds
# The monitor stamps nothing, the simulated robot knows its time: /clock would cost them much.
WITHOUT_CLOCK = ('monitor', 'simulated_robot')
LIBRARIES = ('numpy', 'torch', 'safetensors', 'mujoco', 'cyclonedds', 'rosbags')


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
        self.namespace = arguments['namespace'].strip('/')
        self.seed = self._number('seed', int)
        # A robot that is no simulation runs at the rate of the wall clock.
        self.rate_factor = self._rate_factor() if self.simulated else 1.0
        self.robot = self._robot()
        self.contract = load_robot_contract(self.robot)
        self.run_folder = self._run_folder()  # that of the policy
        self.folder = self.run_folder
        if self.act_only:
            self.folder = _new_folder(self.run_folder, 'acting')
        self.parameters = self._parameters()
        if self.act_only:
            self._check_run()
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
        record = {
            'started': datetime.now().astimezone().isoformat(timespec='seconds'),
            'arguments': self.arguments, TRAINED: self._trained, 'versions': _versions(self.share)}
        path = self.folder / 'parameters.yaml'
        for file, content in ((path, parameters), (self.folder / RUN_FILE, record)):
            remove_torn(self.folder, file.name)
            write_atomically(file, yaml.safe_dump(content, sort_keys=False).encode())
        return path

    def bag_folder(self) -> Path:
        """Return a folder for the bag that does not exist yet: a run may be taken up again."""
        return _new_folder(self.folder, 'bag')

    def _parameters(self):
        arguments = self.arguments
        task_file = self._task_file()
        task = read_parameter_file('task', task_file) if task_file else {}
        algorithm = read_parameter_file('algorithm', arguments['algorithm'])
        if arguments['horizon'] and 'candidates' in algorithm.get('learner', {}):
            raise ValueError(
                f'horizon: the algorithms that {arguments["algorithm"]!r} arbitrates have their '
                'own; name one of them, as in algorithm:=sgft_sac')
        files = self._checkpoint_files()
        self._check_files(files)
        run_folder = {'run_folder': str(self.folder)}
        key = {'key_file': arguments['key_file']}
        limit = self._overrides(int, 'transition_limit')
        parameters = {
            'safety_gate': {
                'robot': self.robot, 'rate_factor': self.rate_factor, **run_folder},
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
        driver = self._driver()
        for name, own in parameters.items():
            clock = {'use_sim_time': self.rate_factor != 1.0 and name not in WITHOUT_CLOCK}
            parameters[name] = {
                **clock, **driver.get(name, {}), **task.get(name, {}), **algorithm.get(name, {}),
                **own}
        if parameters['learner'].get('prior_ratio'):
            parameters['replay_buffer'] |= {
                'prior_data': self._prior_data() or files['warm_start'],
                'value_checkpoint': files['value'], 'policy_checkpoint': files['policy']}
        elif arguments['prior_data']:
            raise ValueError(
                f'prior_data: {arguments["algorithm"]} learns from none of it; say how much it '
                'shall be, as in prior_ratio:=0.25')
        parameters['monitor'].setdefault('title', self._title(parameters['learner']))
        return parameters

    def _driver(self):
        """Return what the simulated driver takes on of the robot's own, if there is a file."""
        file = self.share / 'config' / 'drivers' / f'{self.contract.name}.yaml'
        return read_parameter_file('driver', str(file)) if file.is_file() else {}

    def _task_file(self):
        """Return the parameter file of the task, by name or path; empty for none."""
        given = self.arguments['task_parameters']
        return given or ('' if self._own_task else self.arguments['task'])

    def _title(self, learner):
        horizon = f', H = {learner["horizon"]}' if 'horizon' in learner else ''
        return f'{self.task.name}, {learner["algorithm"]}{horizon}, seed {self.seed}'

    def _checkpoint_files(self):
        """Return the paths of the checkpoints; files that pretraining left out are empty texts."""
        task = self.task.name
        folder = checkpoint_folder(self.arguments, task)
        files = {name: folder / f'{name}.safetensors' for name in CHECKPOINTS}
        for name in ('policy', 'value'):
            if not files[name].is_file():
                raise ValueError(
                    f'checkpoint: {folder} lacks {files[name].name}; expected a folder as '
                    f"'sgft pretrain --task {task}' writes it")
        return {name: str(path.resolve()) if path.is_file() else ''
                for name, path in files.items()}

    def _check_files(self, files):
        """Refuse here, and not in every node, what is of another robot, task or training."""
        checkpoints = {name: load_checkpoint(path, CHECKPOINTS[name])
                       for name, path in files.items() if path}
        if prior_data := self._prior_data():
            checkpoints['prior_data'] = load_checkpoint(prior_data, CHECKPOINTS['warm_start'])
        policy = checkpoints['policy']
        check_compatible(policy, self.contract, self.task)
        for checkpoint in checkpoints.values():
            check_belongs(checkpoint, policy)
        self._trained = {
            name: policy.metadata[name] for name in OF_TRAINING if name in policy.metadata}

    def _prior_data(self):
        path = self.arguments['prior_data']
        if path and not Path(path).is_file():
            raise ValueError(f'prior_data: {path} does not exist')
        return path

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
            return Path(given).resolve()
        stamp = datetime.now().strftime('%Y-%m-%d_%H-%M-%S')
        task, algorithm = self.task.name, Path(self.arguments['algorithm']).stem
        return Path('runs', f'{stamp}_{task}_{algorithm}_seed{self.seed}').resolve()

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
