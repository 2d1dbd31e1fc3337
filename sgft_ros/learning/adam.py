"""Adam (Kingma and Ba 2015) for a few flat parameters."""

from collections.abc import Mapping, Sequence

import torch

OPTIMISER = 'optimiser.'  # of the names of what is saved
MOMENTS = ('step', 'exp_avg', 'exp_avg_sq')


class Adam:
    """
    The arithmetic of torch.optim.Adam without its class.

    That class loads PyTorch's compiler, which takes seconds of a learner's start, and half of the
    time of a step goes into its hooks.
    """

    def __init__(
        self, parameters: Sequence[torch.Tensor], learning_rates: float | Sequence[float],
    ):
        """Take one rate for all parameters, or one for each."""
        self._parameters = list(parameters)
        if isinstance(learning_rates, float):
            learning_rates = [learning_rates] * len(self._parameters)
        self._state = [
            {'step': torch.zeros(()), 'exp_avg': torch.zeros_like(parameter),
             'exp_avg_sq': torch.zeros_like(parameter)}
            for parameter in (p.detach() for p in self._parameters)]
        self._groups = {rate: [] for rate in learning_rates}
        for parameter, state, rate in zip(
                self._parameters, self._state, learning_rates, strict=True):
            self._groups[rate].append((parameter, [state[name] for name in MOMENTS]))

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for parameter in self._parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        """Take one step along the gradients; a parameter that has none is left as it is."""
        for rate, group in self._groups.items():
            moved = [(p, p.grad, *moments) for p, moments in group if p.grad is not None]
            if not moved:
                continue
            parameters, gradients, steps, averages, squares = zip(*moved)
            torch._foreach_add_(steps, 1)
            torch._fused_adam_(
                parameters, gradients, averages, squares, [], steps, amsgrad=False, beta1=0.9,
                beta2=0.999, lr=rate, weight_decay=0.0, eps=1e-8, maximize=False)

    def state(self) -> dict[str, torch.Tensor]:
        """Return copies of the moments, named '<index>.<moment>'."""
        return {f'{index}.{name}': value.to('cpu', copy=True)
                for index, state in enumerate(self._state) for name, value in state.items()}

    def load_state(self, state: Mapping[str, torch.Tensor]) -> None:
        """Take what :meth:`state` returned; what is missing begins anew."""
        for index, own in enumerate(self._state):
            for name, value in own.items():
                value.copy_(state.get(f'{index}.{name}', torch.zeros(())))
