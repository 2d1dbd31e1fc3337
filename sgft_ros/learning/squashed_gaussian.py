"""Gaussians squashed by a tanh: the policies of soft actor-critics."""

import math

import torch
from torch.nn import functional

LOG_SQRT_2_PI = 0.5 * math.log(2.0 * math.pi)
LOG_2 = math.log(2.0)


def squashed(
    mean: torch.Tensor, log_std: torch.Tensor, noise: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """
    Return actions of a tanh-squashed Gaussian, and their log densities (...).

    :param noise: standard normal, of the shape (..., action) of the others
    """
    before = torch.addcmul(mean, log_std.exp(), noise)
    # Gaussian density minus the log of the tanh's slope, 2 (log 2 - u - softplus(-2 u)), in a form
    # that does not overflow. What is constant is subtracted once per sum.
    unslope = before + functional.softplus(-2.0 * before)
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
    slope = 1.0 - action.square()
    to_mean = torch.addcmul(slope * to_action, action, to_density, value=2.0)
    return to_mean, to_mean * log_std.exp() * noise - to_density
