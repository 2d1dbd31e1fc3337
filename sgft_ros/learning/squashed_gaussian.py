"""Gaussians squashed by a tanh: the policies of soft actor-critics."""

import math

import torch
from torch.nn import functional

LOG_SQRT_2_PI = 0.5 * math.log(2.0 * math.pi)
LOG_2 = math.log(2.0)
tanh_backward = torch.ops.aten.tanh_backward.default


def squashed(
    mean: torch.Tensor, log_std: torch.Tensor, noise: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return actions of a tanh-squashed Gaussian, and their log densities (...).

    :param noise: standard normal, of the shape (..., action) of the others
    """
    before = torch.addcmul(mean, log_std.exp(), noise)
    # Gaussian density minus the log of the tanh's slope, 2 (log 2 - u - softplus(-2 u)), in a form
    # that does not overflow; softplus(-2 u) is -2 times that of u with beta = -2. What is constant
    # is subtracted once per sum.
    unslope = torch.sub(before, functional.softplus(before, beta=-2.0), alpha=2.0)
    terms = torch.addcmul(torch.sub(log_std, unslope, alpha=2.0), noise, noise, value=0.5)
    constant = noise.shape[-1] * (LOG_SQRT_2_PI + 2.0 * LOG_2)
    return torch.tanh(before), -constant - terms.sum(-1)


def squashed_gradient(
    action: torch.Tensor, log_std: torch.Tensor, noise: torch.Tensor, to_action: torch.Tensor,
    to_density: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return the gradients of a loss with respect to `mean` and `log_std` of :func:`squashed`.

    With u before the tanh and the noise given, da/du = 1 - a^2 and d log pi / du = 2 a.

    :param to_action: gradient with respect to `action`, which :func:`squashed` returned
    :param to_density: with respect to each log density, the same () for all
    """
    to_mean = torch.addcmul(tanh_backward(to_action, action), action, to_density, value=2.0)
    return to_mean, to_mean * log_std.exp() * noise - to_density
