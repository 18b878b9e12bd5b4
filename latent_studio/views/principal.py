"""The two directions in which the codes of the data vary most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Progress
from latent_studio.core.latent import Floats
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import PIECE_S
from latent_studio.views.embedding import DataRows, encode_rows

MOST_PICTURES = 5000
_STRETCH = 64
"""So many neighbours are encoded together; the stretches are spread over the data."""


@dataclass(frozen=True)
class Principal:
    """mean: (dim,) of the codes.  directions: the first two principal axes, (dim,) each of length one.

    shares: of the whole variance along each.
    """

    mean: tuple[float, ...]
    directions: tuple[tuple[float, ...], tuple[float, ...]]
    shares: tuple[float, float]


def principal(codes: Floats) -> Principal:
    """Of codes (n, dim), by the singular values of the centred codes (Pearson 1901). Signs: largest entry positive."""
    mean = codes.mean(axis=0, dtype=np.float64)
    centred = codes - mean
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    variances = values**2 / max(float((values**2).sum()), 1e-300)
    first, second = (_pointing_up(axes[k]) for k in (0, 1))
    return Principal(tuple(mean.tolist()), (first, second), (float(variances[0]), float(variances[1])))


def _pointing_up(axis: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple((axis * np.sign(axis[np.abs(axis).argmax()])).tolist())


@dataclass(frozen=True, kw_only=True, eq=False)
class FindPrincipal(ModelRequest):
    """Encode up to 5,000 pictures, spread evenly over a part of the data, and find the directions.

    code: the current one, for conditioned factors.
    """

    rows: DataRows = field(repr=False)
    code: tuple[float, ...]
    slot: str = "principal directions"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[Principal | Progress | None]:
        first, n_rows = self.rows.rows.start, self.rows.n
        chunk, apart = 16, -(-n_rows // MOST_PICTURES)
        starts = first + np.arange(0, n_rows, _STRETCH * apart)
        n, codes = min(n_rows, MOST_PICTURES), list[Floats]()
        for start in starts:
            stop, at = min(first + n_rows, int(start) + _STRETCH), int(start)
            while at < stop:
                began = perf_counter()
                codes.append(encode_rows(opened, self.rows.images, slice(at, min(stop, at + chunk)), self.code))
                at += len(codes[-1])
                took = perf_counter() - began
                chunk = max(1, min(_STRETCH, int(len(codes[-1]) * min(2.0, PIECE_S / max(took, 1e-6)))))
                yield Progress(min(n, sum(map(len, codes))), n, "pictures")
        yield None
        yield principal(np.concatenate(codes))
