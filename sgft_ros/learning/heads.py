"""Networks with several outputs side by side, of which each row asks for some."""

import torch


def of_heads(values: torch.Tensor, heads: torch.Tensor, count: int) -> torch.Tensor:
    """
    Return what some of `count` heads say (members, rows, n, size), `heads` (rows, n).

    :param values: of a network, (members, rows, count size)
    """
    if count == 1:
        return values.unsqueeze(2).expand(-1, -1, heads.shape[1], -1)
    values = values.unflatten(-1, (count, -1))
    return values.gather(2, heads[:, :, None].expand(len(values), -1, -1, values.shape[-1]))


def to_heads(gradient: torch.Tensor, heads: torch.Tensor, count: int) -> torch.Tensor:
    """Return the gradient (members, rows, count size), given that of :func:`of_heads`."""
    if count == 1:
        return gradient.squeeze(2) if gradient.shape[2] == 1 else gradient.sum(2)
    members, rows, _, size = gradient.shape
    index = heads[:, :, None].expand(members, -1, -1, size)
    return gradient.new_zeros(members, rows, count, size).scatter_add_(
        2, index, gradient).flatten(2)
