"""All rules, applied to one set of facts."""

from collections.abc import Iterator

from sgft_ros.check.facts import Facts
from sgft_ros.check.findings import Finding, green, yellow
from sgft_ros.check.rules import (
    commands,
    frames,
    freshness,
    joints,
    limits,
    policy,
    ranges,
    topics,
)
from sgft_ros.check.trained import Trained
from sgft_ros.robot import RobotContract

RULES = (
    topics.sensor_topics, topics.transform_topics, frames.frames, joints.joint_names,
    freshness.freshness, freshness.finite, commands.publishers, commands.listeners,
    commands.recorded_type, commands.reset, limits.measured_state, limits.speeds, limits.room,
    limits.leads)


def judge(facts: Facts, contract: RobotContract, task=None,
          trained: Trained | None = None) -> list[Finding]:
    """
    Return all findings, the worst first.

    :param task: class of the task, None to leave task and checkpoint out
    :param trained: the checkpoint, which needs a task
    """
    found = [_time(facts)]
    for rule in RULES:
        found += rule(facts, contract)
    if task is not None:
        found += policy.task_terms(contract, task)
    if trained is not None:
        found += _policy(facts, contract, task, trained)
    return sorted(found, key=lambda finding: -finding.level)


def _policy(facts, contract, task, trained) -> Iterator[Finding]:
    yield from policy.names(contract, trained)
    yield from policy.settings(contract, task, trained)
    yield from policy.same_training(trained)
    yield from ranges.ranges(facts, contract, trained)
    if trained.observations is None:
        yield yellow('warm_start.safetensors', 'observations of the simulation', 'not there',
                     "take it from the folder that 'sgft pretrain' wrote: without it nobody can "
                     'say whether observations are like those of the simulation')


def _time(facts) -> Finding:
    told = 'simulated time, from /clock: start all nodes with use_sim_time:=true'
    return green('time', 'one clock for all', told if facts.simulated_time else 'the system clock')
