"""Contracts for the tests, made from the shipped one by replacing values."""

from copy import deepcopy
from pathlib import Path

import yaml

SHIPPED = Path(__file__).parents[1] / 'config' / 'robots' / 'simulated_arm.yaml'


def write_contract(folder, changes=()):
    """Write the shipped contract with `changes` (dotted key, value) into the folder."""
    values = yaml.safe_load(SHIPPED.read_text())
    for key, value in dict(changes).items():
        *parents, last = [int(part) if part.isdigit() else part for part in key.split('.')]
        section = values
        for part in parents:
            section = section[part]
        if value is DELETED:
            del section[last]
        else:
            section[last] = deepcopy(value)  # a later change may go into it
    file = folder / 'robot.yaml'
    file.write_text(yaml.safe_dump(values))
    return file


DELETED = object()
GOAL = {'name': 'goal', 'unit': 'm', 'scale': 10.0,  # a term that nobody measures
        'source': {'kind': 'constant', 'fields': ['x', 'y'], 'values': [0.3, -0.1]}}
