"""Draw how often pi_sim succeeds as reality moves away from its simulator: a slope, no edge."""

import argparse
from pathlib import Path

import numpy as np
from sgft_ros.arguments import check_output
from sgft_ros.learning.checkpoint import load_checkpoint
from sgft_ros.learning.inference import GaussianPolicy
from sgft_ros.simulation.rollouts import mean_score
from sgft_ros.simulation.sim_to_real import sim_to_real

SCALES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
HERE = Path(__file__).resolve().parent


def measure(setting, checkpoint, scale, worlds, episodes):
    """Return the success of pi_sim in each of `worlds` real worlds, at one size of the gap."""
    policy = GaussianPolicy(load_checkpoint(checkpoint / 'policy.safetensors', 'policy').tensors)
    return np.array([
        mean_score(setting.reality(np.random.default_rng([world, 1]), world, scale), policy,
                   episodes) for world in range(worlds)])


def draw(path, results, task_name):
    """Draw mean and single worlds over the size of the gap."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.0, 3.8), layout='constrained')
    scales = list(results)
    for scale, successes in results.items():
        axes.plot(np.full(len(successes), scale), successes, 'o', color='0.6', markersize=4,
                  alpha=0.5, markeredgewidth=0)
    axes.plot(scales, [successes.mean() for successes in results.values()], 'o-',
              color='#1f6fb4', linewidth=2.0, label='mean')
    axes.plot([], [], 'o', color='0.6', markersize=4, label='one real world')
    axes.axvline(1.0, color='0.3', linewidth=1.0, linestyle=(0, (4, 3)))
    axes.annotate('default gap', (1.0, 0.97), xytext=(4, 0), textcoords='offset points',
                  fontsize=9, color='0.3')
    axes.set_xlabel('size of the gap (0: nominal simulator, 1: default reality)')
    axes.set_ylabel('success of pi_sim')
    axes.set_title(f'{task_name}: zero-shot success over the gap', loc='left', fontsize=11)
    axes.yaxis.set_major_formatter(lambda y, _: f'{y:.0%}')
    axes.legend(frameon=False, loc='lower left')
    axes.spines[['top', 'right']].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)


def main():
    """Measure, print a table, draw the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--task', default='peg_insert')
    parser.add_argument('--robot', default='', help="default: the task's")
    parser.add_argument('--checkpoint', type=Path, help='default: the shipped one of the task')
    parser.add_argument('--worlds', type=int, default=20)
    parser.add_argument('--episodes', type=int, default=10)
    parser.add_argument('--output', type=Path, default=Path('gap.png'))
    options = parser.parse_args()
    try:
        check_output(options.output.absolute().parent)  # the episodes take minutes
    except OSError as error:
        parser.error(str(error))
    setting = sim_to_real(options.task, options.robot)
    checkpoint = options.checkpoint or HERE.parent / 'resource' / 'checkpoints' / options.task
    results = {}
    print('gap   mean   median of worlds   worlds above 20 %')
    for scale in SCALES:
        results[scale] = successes = measure(
            setting, checkpoint, scale, options.worlds, options.episodes)
        print(f'{scale:3.1f}  {successes.mean():5.0%}  {np.median(successes):10.0%}'
              f'  {np.sum(successes > 0.2):14d} of {options.worlds}', flush=True)
    draw(options.output, results, options.task)
    print(f'written {options.output}')


if __name__ == '__main__':
    main()
