"""Ensembles of multilayer perceptrons with LayerNorm, evaluated as one batched product."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional


class EnsembleMLP(nn.Module):
    """
    `members` independent MLPs: Linear, LayerNorm, ReLU per hidden layer, then Linear.

    Every parameter of every member lies in one flat tensor, so that an optimiser or a target takes
    one operation per step; small networks spend their time on the number of operations. LayerNorm
    has no parameters, the next layer can scale as well. `tensors` gives the layers by the names
    that :mod:`sgft_ros.learning.inference` reads.
    """

    def __init__(
        self, members: int, sizes: Sequence[int], generator: torch.Generator | None = None,
    ):
        super().__init__()
        self.members = members
        self.sizes = tuple(sizes)
        self._shapes = {}
        for layer, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            self._shapes[f'weight{layer}'] = members, fan_in, fan_out
            self._shapes[f'bias{layer}'] = members, 1, fan_out
        self._lengths = [int(np.prod(shape)) for shape in self._shapes.values()]
        self.flat = nn.Parameter(torch.zeros(sum(self._lengths)))
        with torch.no_grad():
            for name, value in self._views(self.flat).items():
                if name.startswith('weight'):
                    bound = value.shape[1] ** -0.5
                    value.uniform_(-bound, bound, generator=generator)

    def forward(self, x: torch.Tensor, frozen: bool = False) -> torch.Tensor:
        """
        Map (batch, in) or (members, batch, in) to (members, batch, out).

        With `frozen`, gradients reach `x` but not the parameters.
        """
        views = self._views(self.flat.detach() if frozen else self.flat)
        if x.dim() == 2:
            x = x.expand(self.members, *x.shape)
        last = len(self.sizes) - 2
        for layer in range(last + 1):
            x = torch.baddbmm(views[f'bias{layer}'], x, views[f'weight{layer}'])
            if layer < last:
                x = torch.relu(functional.layer_norm(x, x.shape[-1:]))
        return x

    def tensors(self) -> dict[str, np.ndarray]:
        """Return copies of the layers: weight (members, in, out), bias (members, 1, out)."""
        views = self._views(self.flat.detach())
        return {name: value.numpy().copy() for name, value in views.items()}

    def load_tensors(self, tensors: Mapping[str, np.ndarray]) -> None:
        """
        Take layers by name.

        :raises ValueError: naming the tensor that is missing or of another shape; nothing is
            changed then
        """
        for name, shape in self._shapes.items():
            came = tuple(tensors[name].shape) if name in tensors else 'nothing'
            if came != shape:
                raise ValueError(f'tensor {name!r}: expected shape {shape}, got {came}')
        with torch.no_grad():
            for name, view in self._views(self.flat).items():
                view.copy_(torch.as_tensor(tensors[name]))

    def _views(self, flat):
        parts = flat.split(self._lengths)
        return {name: part.view(shape)
                for (name, shape), part in zip(self._shapes.items(), parts, strict=True)}
