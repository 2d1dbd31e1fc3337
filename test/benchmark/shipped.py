"""The checkpoints that the package ships, and results as the benchmark records them."""

from pathlib import Path

from sgft_ros.benchmark.trial import Trial

CHECKPOINT = Path(__file__).resolve().parents[2] / 'resource' / 'checkpoints' / 'peg_insert'


def trial(method='sgft_sac', **changes):
    return Trial(method, 'peg_insert', str(CHECKPOINT), **changes)


def result(method='sgft_sac', rates=(0.0, 1.0), transitions=(0, 500), **changes):
    """Return a result whose evaluations succeeded at these rates."""
    rounds = [{'transitions': at, 'successes': round(20 * rate), 'episodes': 20,
               'mean_return': rate} for at, rate in zip(transitions, rates, strict=True)]
    return {
        'method': method, 'task': 'peg_insert', 'checkpoint': 'somewhere', 'gap': 1.0, 'world': 0,
        'seed': 0, 'value': 'simulator', 'robot': 'simulated_arm', 'policy_sha256': 'abc',
        'other_sha256': {'value': 'abc', 'warm_start': 'abc'}, 'file_sha256': {},
        'settings': {'horizon': 5, 'sizes': (64, 64)},
        'protocol': {'evaluation_interval': 500, 'transition_limit': 500},
        'rounds': rounds, 'training': [], 'updates': 400, 'duration': 12.0} | changes
