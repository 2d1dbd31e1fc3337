"""The robot: contract, observations, commands, safety gate. NumPy, PyYAML; kinematics MuJoCo."""

from sgft_ros.robot.contract import load_robot_contract, RobotContract
from sgft_ros.robot.drives import MeasuredState
from sgft_ros.robot.gate import GateDecision, SafetyGate
from sgft_ros.robot.observation import ObservationAssembler
from sgft_ros.robot.raw_observation import RawObservation
from sgft_ros.robot.tool_effect import axes_of_tool, effect_of_tool, slope_of_frame, ToolEffect
from sgft_ros.robot.yaml_section import ContractError

__all__ = [
    'ContractError', 'GateDecision', 'MeasuredState', 'ObservationAssembler', 'RawObservation',
    'RobotContract', 'SafetyGate', 'ToolEffect', 'axes_of_tool', 'effect_of_tool',
    'load_robot_contract', 'slope_of_frame',
]
