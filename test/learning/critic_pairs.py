"""Which critics of an ensemble make a target."""

import itertools

import torch


def pairs_drawn(learner, values, draws=50):
    """Return the pairs of critics whose least of `values` (critics, rows, heads) was a target."""
    of_pairs = {pair: values[list(pair)].amin(0)
                for pair in itertools.combinations(range(len(values)), 2)}
    drawn = set()
    for _ in range(draws):
        target = learner.combined(values)
        drawn.add(next(pair for pair, least in of_pairs.items() if torch.equal(least, target)))
    return drawn
