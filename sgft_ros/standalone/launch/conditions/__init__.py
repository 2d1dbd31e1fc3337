"""Conditions of actions."""

from launch.conditions.evaluate import (
    evaluate_condition_expression,
    InvalidConditionExpressionError,
)
from launch.conditions.if_condition import IfCondition, UnlessCondition
from launch.conditions.launch_configuration_equals import (
    LaunchConfigurationEquals,
    LaunchConfigurationNotEquals,
)

__all__ = [
    'IfCondition',
    'InvalidConditionExpressionError',
    'LaunchConfigurationEquals',
    'LaunchConfigurationNotEquals',
    'UnlessCondition',
    'evaluate_condition_expression',
]
