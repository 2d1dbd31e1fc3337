"""Ensembles of multilayer perceptrons with LayerNorm, evaluated as one batched product."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional


class EnsembleMLP(nn.Module):
    """
    `members` independent MLPs: Linear, LayerNorm, ReLU per hidden layer, then Linear.

    Parameters are stacked over the members, so that one batched product serves them all. Their
    names are those that :mod:`sgft_ros.learning.inference` reads.
    """

    def __init__(
        self, members: int, sizes: Sequence[int], generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.members = members
        self.sizes = tuple(sizes)
        for layer, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            bound = fan_in ** -0.5
            weight = torch.empty(members, fan_in, fan_out)
            self._add('weight', layer, weight.uniform_(-bound, bound, generator=generator))
            self._add('bias', layer, torch.zeros(members, 1, fan_out))
            if layer < len(sizes) - 2:
                self._add('scale', layer, torch.ones(members, 1, fan_out))
                self._add('shift', layer, torch.zeros(members, 1, fan_out))

    def _add(self, name, layer, value):
        self.register_parameter(f'{name}{layer}', nn.Parameter(value))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map (batch, in) or (members, batch, in) to (members, batch, out)."""
        if x.dim() == 2:
            x = x.expand(self.members, *x.shape)
        last = len(self.sizes) - 2
        for layer in range(last + 1):
            x = torch.baddbmm(getattr(self, f'bias{layer}'), x, getattr(self, f'weight{layer}'))
            if layer < last:
                x = functional.layer_norm(x, x.shape[-1:])
                x = torch.relu(x * getattr(self, f'scale{layer}') + getattr(self, f'shift{layer}'))
        return x
