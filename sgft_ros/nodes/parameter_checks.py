"""Whether the nodes will take their parameters, found out before any of them starts."""

from collections.abc import Mapping
from dataclasses import fields

from sgft_ros.learning.fine_tuning_config import FineTuningConfig
from sgft_ros.nodes.learner_parameters import LearnerParameters
from sgft_ros.nodes.monitor_parameters import MonitorParameters
from sgft_ros.nodes.parameter_files import find_parameter_file, read_parameter_file
from sgft_ros.nodes.policy_parameters import PolicyParameters
from sgft_ros.nodes.replay_buffer_parameters import ReplayBufferParameters
from sgft_ros.nodes.safety_gate_parameters import SafetyGateParameters
from sgft_ros.nodes.simulated_robot_parameters import SimulatedRobotParameters
from sgft_ros.nodes.tuning_files import check_parameters
from sgft_ros.nodes.value_shaping_parameters import ValueShapingParameters

PARAMETERS = {
    'safety_gate': SafetyGateParameters, 'simulated_robot': SimulatedRobotParameters,
    'policy': PolicyParameters, 'value_shaping': ValueShapingParameters,
    'replay_buffer': ReplayBufferParameters, 'learner': LearnerParameters,
    'monitor': MonitorParameters}
OF_EVERY_NODE = {'use_sim_time': bool}
# What nodes declare by themselves: its range depends on the contract.
OTHERS = {'safety_gate': {'watchdog_timeout': float}}


def read_checked(what: str, name: str) -> dict[str, dict]:
    """
    Return the parameters by node of a file, as `read_parameter_file`, if the nodes take them.

    :raises ValueError: naming the file, and what is wrong there
    """
    file = str(find_parameter_file(what, name))
    return {node: check_node_parameters(node, values, file)
            for node, values in read_parameter_file(what, name).items()}


def check_learner(
    values: Mapping[str, object], algorithm: str,
) -> dict[str, FineTuningConfig]:
    """
    Refuse what the learner refuses of its algorithm, and of the files of candidates.

    Return how it will learn, by candidate.

    :param algorithm: name or path of the file that the algorithm is from, for the message
    :raises ValueError: naming the file, and what is wrong there
    """
    own = {field.name: values[field.name] for field in fields(LearnerParameters)
           if field.name in values}
    try:
        return LearnerParameters(**own).fine_tuning()
    except ValueError as error:
        file = find_parameter_file('algorithm', algorithm)
        raise ValueError(f'{file}, learner: {error}') from None


def check_node_parameters(node: str, values: Mapping[str, object], where: str = '') -> dict:
    """
    Return the values as ROS wants them: integers, and texts like 1e-4, as floats where due.

    :param where: the file that they are from, for the message
    :raises ValueError: naming the parameter that is unknown, of another kind or out of its range
    """
    declared = fields(PARAMETERS[node])
    kinds = {field.name: field.type for field in declared}
    try:
        checked = check_parameters(values, OF_EVERY_NODE | OTHERS.get(node, {}) | kinds)
        for field in declared:
            if field.name in checked:
                _check_range(field, checked[field.name])
    except ValueError as error:
        raise ValueError(f'{where}, {node}: {error}' if where else str(error)) from None
    return checked


def _check_range(field, value):
    minimum, maximum = field.metadata['range']
    if minimum is None:
        return
    for number in value if isinstance(value, list) else [value]:
        if not minimum <= number <= maximum:  # nor is NaN within
            bounds = [f'{bound:g}' if isinstance(bound, float) else str(bound)
                      for bound in (minimum, maximum)]
            raise ValueError(f'{field.name}: expected {"...".join(bounds)}, got {value!r}')
