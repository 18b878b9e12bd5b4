"""How far apart points of one set lie: whether samples vary as the data do, and whether some are nearly the same.

All distances are Euclidean over all pixels.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

ROWS = 100
"""Points whose distances to all others are computed at a time."""

NEARLY_EQUAL = 0.25
"""Of the distance that a picture of the data typically has to the nearest of as many others. Nobody tells two so near
apart; among independent points of d dimensions a share of about 0.25^d comes so near by chance."""


@dataclass(frozen=True, eq=False)
class Distances:
    """mean: over all pairs of different points.  nearest, partner: (n,), how far the nearest other point of each is,
    and which it is."""

    mean: float
    nearest: Tensor
    partner: Tensor


def distances(points: Tensor) -> Generator[int, None, Distances]:
    """Of points (n, d), n ≥ 2; yields how many of them are done."""
    n = len(points)
    total = 0.0
    nearest, partner = [], []
    for start in range(0, n, ROWS):
        found = torch.cdist(points[start : start + ROWS], points)
        own = torch.arange(len(found), device=points.device)
        found[own, start + own] = 0  # by way of a matrix product it is only nearly that
        total += float(found.sum(dtype=torch.float64))
        found[own, start + own] = torch.inf
        least = found.min(dim=1)
        nearest.append(least.values)
        partner.append(least.indices)
        yield min(start + ROWS, n)
    return Distances(total / (n * (n - 1)), torch.cat(nearest), torch.cat(partner))


def relative_spread(samples: Distances, data: Distances) -> float:
    """The mean distance of two samples over that of two pictures of the data: 1 is as varied as those, 0 collapsed."""
    return samples.mean / data.mean if data.mean else float("nan")


def are_duplicates(samples: Distances, data: Distances) -> Tensor:
    """(n,): which samples nearly equal another one; `data` are as many pictures of the data."""
    return samples.nearest < NEARLY_EQUAL * data.nearest.median()
