"""All rules, applied to one set of facts."""

from collections.abc import Iterator

from sgft_ros.check.facts import Facts
from sgft_ros.check.findings import Finding, green, red, yellow
from sgft_ros.check.rules import (
    commands,
    frames,
    freshness,
    interlocks,
    joints,
    joystick,
    kinematics,
    limits,
    policy,
    ranges,
    reset,
    task_terms,
    topics,
)
from sgft_ros.check.trained import Trained
from sgft_ros.robot import RobotContract

RULES = (
    topics.sensor_topics, topics.transform_topics, topics.interlock_topics, frames.frames,
    joints.joint_names, freshness.freshness, freshness.finite, interlocks.interlocks,
    joystick.joystick, commands.publishers, commands.listeners, commands.recorded_type,
    reset.reset, limits.measured_state, limits.speeds, limits.room, limits.leads,
    kinematics.kinematics)


def judge(facts: Facts, contract: RobotContract, task=None,
          trained: Trained | None = None) -> list[Finding]:
    """
    Return all findings, the worst first.

    :param task: None to leave task and checkpoint out
    :param trained: the checkpoint of the task; None if there is none
    """
    found = [_time(facts)]
    for rule in RULES:
        found += rule(facts, contract)
    if task is not None:
        found += task_terms.task_terms(facts, contract, task)
        found += _policy(facts, contract, task, trained) if trained else [red(
            'checkpoint', f'a policy made for task {task.name}', 'none given, and the package '
            'ships none', "add checkpoint:= with the folder that 'sgft pretrain' wrote")]
    return sorted(found, key=lambda finding: -finding.level)


def _policy(facts, contract, task, trained) -> Iterator[Finding]:
    yield from policy.names(contract, trained)
    yield from policy.settings(contract, task, trained)
    yield from policy.scales(contract, trained)
    yield from policy.same_training(trained)
    yield from ranges.ranges(facts, contract, trained)
    if trained.observations is None:
        yield yellow('warm_start.safetensors', 'observations of the simulation', 'not there',
                     "take it from the folder that 'sgft pretrain' wrote: without it nobody can "
                     'say whether observations are like those of the simulation')


def _time(facts) -> Finding:
    told = ('simulated time, from /clock: start all nodes with use_sim_time:=true; a launch with '
            'simulated:=false needs that argument, too')
    return green('time', 'one clock for all', told if facts.simulated_time else 'the system clock')
