"""Ensembles of multilayer perceptrons with LayerNorm, evaluated as one batched product."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-5  # of LayerNorm
relu_backward = torch.ops.aten.threshold_backward.grad_input
layer_norm_backward = torch.ops.aten.native_layer_norm_backward.default


class EnsembleMLP(nn.Module):
    """
    `members` independent MLPs: Linear, LayerNorm, ReLU per hidden layer, then Linear.

    Every parameter of every member lies in one flat tensor, so that an optimiser or a target takes
    one operation per step; small networks spend their time on the number of operations. LayerNorm
    has no parameters, the next layer can scale as well. `tensors` gives the layers by the names
    that :mod:`sgft_ros.learning.inference` reads.

    Autograd works as with any module. `evaluate` and `gradients` do the same without it, for
    updates in which its bookkeeping would take longer than the arithmetic.
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
        self._remember_layers()
        # PyTorch normalises faster where it is given a scale and a shift, if they are 1 and 0.
        self._scales = [(torch.ones(size), torch.zeros(size)) for size in sizes[1:-1]]
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
        if not torch.is_grad_enabled():
            return self.evaluate(x)[0]
        layers = self._layers if frozen else self._layers_of(self.flat)
        if x.dim() == 2:
            x = x.expand(self.members, *x.shape)
        for layer, (weight, bias) in enumerate(layers):
            if layer:
                scale, shift = self._scales[layer - 1]
                x = torch.relu(functional.layer_norm(x, scale.shape, scale, shift, EPSILON))
            x = torch.baddbmm(bias, x, weight)
        return x

    def evaluate(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """
        Map as :meth:`forward` does; return the result, and what its gradients are made of.

        Gradients have to be asked for before the parameters change.
        """
        if x.dim() == 2:
            x = x.expand(self.members, *x.shape)
        tape = [x]
        for layer, (weight, bias) in enumerate(self._layers):
            if layer:
                scale, shift = self._scales[layer - 1]
                normal, mean, inverse_std = torch.native_layer_norm(
                    x, scale.shape, scale, shift, EPSILON)
                tape += x, mean, inverse_std, normal.relu_()
                x = normal
            x = torch.baddbmm(bias, x, weight)
        return x, tape

    def gradients(
        self, tape: Sequence[torch.Tensor], gradient: torch.Tensor, rows: int | None = None,
        inputs: slice | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """
        Return the gradients of a loss with respect to `flat`, and to some of the inputs.

        The first lies where the next call will write its own.

        :param tape: of :meth:`evaluate`
        :param gradient: of the loss with respect to what that returned (members, batch, out), or
            to its first rows, if it does not depend on the others
        :param rows: how many of the first count for the parameters, while those behind count for
            the inputs; None if all count for both
        :param inputs: columns of the second; None if it is not wanted
        """
        if gradient.shape[1] < tape[0].shape[1]:
            # LayerNorm's backward reads its statistics as if they were contiguous.
            tape = [part[:, :gradient.shape[1]].contiguous() for part in tape]
        for layer in range(len(self._layers) - 1, -1, -1):
            x, counts = tape[4 * layer], gradient
            if rows is not None:
                x, counts = x[:, :rows], gradient[:, :rows]
            to_weight, to_bias = self._gradient_layers[layer]
            torch.sum(counts, 1, keepdim=True, out=to_bias)
            _outer(x, counts, to_weight)
            if layer:
                before, mean, inverse_std, after = tape[4 * layer - 3:4 * layer + 1]
                gradient = torch.bmm(gradient, self._layers[layer][0].mT)
                relu_backward(gradient, after, 0.0, grad_input=gradient)
                gradient, _, _ = layer_norm_backward(
                    gradient, before, before.shape[-1:], mean, inverse_std, None, None,
                    (True, False, False))
        if inputs is None:
            return self._gradient, None
        return self._gradient, torch.bmm(gradient[:, rows:], self._layers[0][0][:, inputs].mT)

    def __setstate__(self, state):
        super().__setstate__(state)
        self._remember_layers()  # a copy's own, not the original's

    def tensors(self) -> dict[str, np.ndarray]:
        """Return copies of the layers: weight (members, in, out), bias (members, 1, out)."""
        views = self._views(self.flat.detach().to('cpu', copy=True))
        return {name: value.numpy() for name, value in views.items()}

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

    def _remember_layers(self):
        self._gradient = torch.zeros_like(self.flat.detach())
        self._layers, self._gradient_layers = map(
            self._layers_of, (self.flat.detach(), self._gradient))

    def _views(self, flat):
        parts = flat.split(self._lengths)
        return {name: part.view(shape)
                for (name, shape), part in zip(self._shapes.items(), parts, strict=True)}

    def _layers_of(self, flat):
        views = self._views(flat)
        layers = [(views[f'weight{layer}'], views[f'bias{layer}'])
                  for layer in range(len(self.sizes) - 1)]
        # BLAS multiplies by a row, transposed, up to eight times as fast as by the same column.
        return [(weight.view(len(weight), 1, -1).mT if weight.shape[-1] == 1 else weight, bias)
                for weight, bias in layers]


def _outer(x, gradient, out):
    """Set out to x^T gradient (members, in, out), a wide product: BLAS is slow with tall ones."""
    if gradient.shape[-1] < x.shape[-1]:
        out.copy_(torch.bmm(gradient.mT, x).mT)
    else:
        torch.bmm(x.mT, gradient, out=out)
