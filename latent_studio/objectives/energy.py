"""How far two samples are from each other by their distances alone: no network, no density, no bandwidth."""

from __future__ import annotations

import torch
from torch import Tensor


def energy_distance(x: Tensor, y: Tensor) -> Tensor:
    """2 E‖x − y‖ − E‖x − x'‖ − E‖y − y'‖, without bias; 0 for equal distributions.

    Args: x, y: (n, d) each.
    Returns: (n,), of which the mean is the estimate; single numbers may be negative.
    Source: Székely & Rizzo 2013, eq. 2.1, as a U-statistic.
    """
    return 2 * torch.cdist(x, y).mean(1) - mean_distance(x) - mean_distance(y)


def mean_distance(x: Tensor) -> Tensor:
    """The mean distance of each of (n, d) points from the others, (n,); 0 for a lone one."""
    return torch.cdist(x, x).sum(1) / max(len(x) - 1, 1)
