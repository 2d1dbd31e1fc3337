"""Measure what the learner of a run at the launch file's defaults spends its time on."""

import argparse
from pathlib import Path
import sys
import tempfile

import sgft_ros  # noqa: F401  it puts the stand-in for ROS 2 on the path

# isort: split
import numpy as np
from probe import running_probe
from processes import add_domain, finetune_launch, tail, use_domain
from sgft_ros.msg import LearnerStatus
from sgft_ros.nodes import qos
from sgft_ros.report.table import table
from tables import machine, quantile

WANTED = 5.0  # % of the time that the learner may wait for data


def main(args=None) -> int:
    """Run a launch, listen to its learner, print the table. Return 1 if the launch failed."""
    options = _options(args)
    use_domain(options.domain)
    print(f'Machine: {machine()}', flush=True)
    with tempfile.TemporaryDirectory() as folder:
        log_path = Path(folder) / 'log'
        with open(log_path, 'w') as log, running_probe() as probe:
            status = probe.collect(LearnerStatus, 'learner_status', qos.LATEST)
            arguments = {'run_folder': Path(folder) / 'run', **options.arguments}
            with finetune_launch(log, **arguments) as process:
                probe.spin(60.0 * options.minutes, lambda: process.poll() is not None)
                code = process.poll()
        training = [message for _, message in status if message.phase == 'training']
        if code or not training:
            print(f'exit code {code}, {len(training)} s of training:\n{tail(log_path)}',
                  file=sys.stderr)
            return 1
    shares = {
        'waiting for data': [100.0 * message.waiting for message in training],
        'throttled, as the updates per transition are made': [
            100.0 * message.throttled for message in training]}
    print(table(
        ('share of each second [%]', 'mean', 'median', 'p99', 'max', 'wanted', 'seconds'),
        [(name, *(f'{value:.2f}' for value in (
            np.mean(values), *(quantile(values, share) for share in (0.5, 0.99, 1.0)))),
          f'mean < {WANTED:g}' if name == 'waiting for data' else '', len(values))
         for name, values in shares.items()], markdown=options.markdown))
    rates = [message.updates_per_second for message in training]
    print(f'updates per second: median {quantile(rates, 0.5):.0f}, max {max(rates):.0f}')
    return 0


def _options(args):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('arguments', nargs='*', metavar='name:=value',
                        help='arguments of finetune.launch.py')
    parser.add_argument('--minutes', type=float, default=10.0,
                        help='after which the run is ended if it has not ended (default: 10)')
    parser.add_argument('--markdown', action='store_true', help='print a table in Markdown')
    add_domain(parser)
    options = parser.parse_intermixed_args(args)
    options.arguments = dict(argument.split(':=', 1) for argument in options.arguments)
    return options


if __name__ == '__main__':
    sys.exit(main())
