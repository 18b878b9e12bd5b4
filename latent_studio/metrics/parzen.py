"""Parzen-window estimate of a log-likelihood, for models that have none of their own.

A Gaussian of one bandwidth is put on each of some samples, and the test pictures are scored under that mixture
(Breuleux, Bengio & Vincent 2011; Goodfellow et al. 2014, section 5). In hundreds of dimensions it says little of the
model: a few k-means centres score better than real pictures do (Theis, van den Oord & Bethge 2016, section 3.3).
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from latent_studio.core.errors import StudioError

BANDWIDTHS = tuple(0.01 * 1.1**k for k in range(49))
"""From 0.01 to 0.97 in steps of 10 %, for pixels in [0, 1]."""

ROWS = 100


@dataclass(frozen=True)
class Estimate:
    """log_likelihood: mean over the test pictures, nats.  error: its standard error.  bandwidth: that was chosen."""

    log_likelihood: float
    error: float
    bandwidth: float
    n_centres: int


def log_likelihood(points: Tensor, centres: Tensor, bandwidths: Sequence[float]) -> Generator[int, None, Tensor]:
    """log 1/m Σⱼ N(x; cⱼ, h² I) of points x (n, d) under centres (m, d), for each bandwidth h: (n_bandwidths, n) nats,
    float64. Yields how many points are done.

    Distances are float32 matrix products, exact to some 1e-5 of the square; all sums over centres are float64.
    """
    m, d = centres.shape
    rows = []
    for start in range(0, len(points), ROWS):
        squares = torch.cdist(points[start : start + ROWS], centres).square().double()
        sums = [torch.logsumexp(squares / (-2 * h * h), dim=1) - d * math.log(h) for h in bandwidths]
        rows.append(torch.stack(sums) - math.log(m) - d / 2 * math.log(2 * math.pi))
        yield min(start + ROWS, len(points))
    return torch.cat(rows, dim=1)


def estimate(centres: Tensor, validation: Tensor, test: Tensor) -> Generator[tuple[int, int], None, Estimate]:
    """The mean over `test` with the bandwidth that suits `validation` best; each (·, d). Yields (points done, of all).

    StudioError where that lies at an end of the grid, so that the best one was not tried.
    """
    total = len(validation) + len(test)
    tried = yield from _counted(log_likelihood(validation, centres, BANDWIDTHS), 0, total)
    best = int(tried.mean(1).argmax())
    if best in (0, len(BANDWIDTHS) - 1):
        raise StudioError(
            f"No bandwidth from {BANDWIDTHS[0]:.2g} to {BANDWIDTHS[-1]:.2g} suits these pictures: "
            "a Parzen window is for pictures of many grey levels."
        )
    found = yield from _counted(log_likelihood(test, centres, BANDWIDTHS[best : best + 1]), len(validation), total)
    error = float(found[0].std()) / len(test) ** 0.5
    return Estimate(float(found[0].mean()), error, BANDWIDTHS[best], len(centres))


def _counted(work: Generator[int, None, Tensor], before: int, total: int) -> Generator[tuple[int, int], None, Tensor]:
    while True:
        try:
            yield before + next(work), total
        except StopIteration as end:
            found: Tensor = end.value
            return found


def k_means(points: Tensor, n_centres: int, seed: int = 0) -> Tensor:
    """(n_centres, d): where the means of as many clusters of the points (n, d) lie, by mini-batches (Sculley 2010)."""
    from sklearn.cluster import MiniBatchKMeans

    fitted = MiniBatchKMeans(n_centres, batch_size=4096, n_init=1, random_state=seed).fit(points.numpy())
    return torch.from_numpy(fitted.cluster_centers_)
