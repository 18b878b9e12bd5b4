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
from latent_studio.core.events import Progress
from latent_studio.data.image_set import ImageSet
from latent_studio.metrics.drawing import images_of

BANDWIDTHS = tuple(0.01 * 1.1**k for k in range(49))
"""From 0.01 to 0.97 in steps of 10 %, for pixels in [0, 1]."""

N_CENTRES, N_VALIDATION = 10_000, 1_000
"""As in Goodfellow et al. 2014: so many samples stand for a model, so many held-out pictures choose the bandwidth."""

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


def estimate(centres: Tensor, validation: Tensor, test: Tensor) -> Generator[Progress, None, Estimate]:
    """The mean over `test` with the bandwidth that suits `validation` best; each (·, d).

    StudioError where that lies at an end of the grid, so that the best one was not tried.
    """
    tried = yield from _told(log_likelihood(validation, centres, BANDWIDTHS), len(validation), "choosing the bandwidth")
    best = int(tried.mean(1).argmax())
    if best in (0, len(BANDWIDTHS) - 1):
        raise StudioError(
            f"No bandwidth from {BANDWIDTHS[0]:.2g} to {BANDWIDTHS[-1]:.2g} suits these pictures: "
            "a Parzen window is for pictures of many grey levels."
        )
    chosen = BANDWIDTHS[best]
    (found,) = yield from _told(log_likelihood(test, centres, [chosen]), len(test), "scoring test pictures")
    return Estimate(float(found.mean()), float(found.std()) / len(test) ** 0.5, chosen, len(centres))


def _told(work: Generator[int, None, Tensor], total: int, text: str) -> Generator[Progress, None, Tensor]:
    while True:
        try:
            yield Progress(next(work), total, "pictures", text=text)
        except StopIteration as end:
            found: Tensor = end.value
            return found


@dataclass(frozen=True, eq=False)
class Parts:
    """The pictures that an estimate needs, (·, d): what centres may be taken from, and what they are scored on."""

    training: Tensor
    validation: Tensor
    test: Tensor


def parts(images: ImageSet) -> Parts:
    """The last training pictures, a tenth of them but at most 1,000, are for validation.

    StudioError for a set without a test part and for points, whose distances have other units.
    """
    if images.kind != "pixels":
        raise StudioError(f"{images.name} is {images.kind}: a Parzen window is for pictures.")
    if images.n_test == 0:
        raise StudioError(f"{images.name} has no test part to score: choose data with one.")
    n_validation = min(N_VALIDATION, images.n_train // 10)
    first = images.n_train - n_validation
    rows = slice(first), slice(first, images.n_train), images.test
    return Parts(*(images_of(images, part).flatten(1) for part in rows))


def k_means(points: Tensor, n_centres: int, seed: int = 0) -> Tensor:
    """(n_centres, d): where the means of as many clusters of the points (n, d) lie, after at most 15 rounds of Lloyd's
    from points drawn at random. On MNIST the last ten rounds change the likelihood by 1.5 nats."""
    from sklearn.cluster import KMeans

    fitted = KMeans(n_centres, init="random", n_init=1, max_iter=15, random_state=seed).fit(points.numpy())
    return torch.from_numpy(fitted.cluster_centers_)
