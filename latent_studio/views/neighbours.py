"""The training pictures nearest to a sample, by brute force: so that copying shows."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Pixels, Progress
from latent_studio.core.latent import Floats
from latent_studio.core.request import Request

Rows = NDArray[np.intp]
Squares = NDArray[np.int64]

By = Literal["pixels", "codes"]
"""What is compared."""

N_NEAREST = 8
N_YARDSTICK = 200
"""Of how many training pictures the distance to the nearest other one is measured, for comparison."""

_CHUNK_BYTES = 2 << 20  # of uint8: some milliseconds' work, so that the lane's other jobs go on
_UNIT = 2.0**-24  # of float32: the largest relative error of one operation
_EMPTY = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Neighbours:
    """What lies nearest to a query, nearest first.

    rows: (k,) of the searched set.  pictures: uint8 (k, c, h, w).
    distances: (k,) Euclidean; of pictures with pixels in [0, 1].
    yardstick: the median distance from a picture of the set to the nearest other one; nan while it is not known, and
    for a set of one.
    """

    rows: Rows
    pictures: NDArray[np.uint8]
    distances: NDArray[np.float64]
    yardstick: float


def nearest_pictures(
    queries: NDArray[np.uint8], pictures: NDArray[np.uint8], k: int, own_rows: Rows | None = None
) -> Generator[int, None, tuple[Rows, Squares]]:
    """The k pictures (n, d) nearest to each query (m, d); yields how many were searched, returns rows and squared
    distances in grey levels², each (m, k), nearest first and of equals the first.

    The order is exact: ||a - b||² = ||a||² + ||b||² - 2ab is taken in float32 only to leave out what cannot be among
    the nearest, by a bound on its rounding error (Higham 2002, §3.1: a sum of d products has a relative error of at
    most du / (1 - du) in the sum of their sizes); what may be is measured in integers. `own_rows` (m,): rows that do
    not count, since each query is that picture itself.
    """
    m, d = queries.shape
    k = min(k, len(pictures) if own_rows is None else len(pictures) - 1)
    best, rows = np.full((m, k), _EMPTY, np.int64), np.full((m, k), -1, np.intp)
    if k == 0:
        return rows, best
    exact_queries = queries.astype(np.int32)
    floats = queries.astype(np.float32)
    norms = np.einsum("ij,ij->i", floats, floats)
    n_rows = max(k, _CHUNK_BYTES // d)
    for start in range(0, len(pictures), n_rows):
        chunk = np.asarray(pictures[start : start + n_rows])
        x = chunk.astype(np.float32)
        sizes = np.einsum("ij,ij->i", x, x)
        about = norms[:, None] + sizes - 2 * (floats @ x.T)
        if own_rows is not None:
            about[own_rows[:, None] == np.arange(start, start + len(chunk))] = np.inf
        error = 3 * (d + 4) * _UNIT * (norms + sizes.max())  # the bound has a 2; the rest is for its own rounding
        limit = best[:, -1] + error
        if len(chunk) > k:
            limit = np.minimum(limit, np.partition(about, k - 1, axis=1)[:, k - 1] + 2 * error)
        query, row = np.nonzero(np.isfinite(about) & (about <= limit[:, None]))
        squares = _squares(exact_queries, query, chunk, row)
        best, rows = _merged(best, rows, query, squares, row + start)
        yield start + len(chunk)
    return rows, best


def _squares(queries: NDArray[np.int32], query: Rows, chunk: NDArray[np.uint8], row: Rows) -> Squares:
    """Squared distances of pairs in integers, some at a time so that many near ones do not fill the memory."""
    at_once = max(1, 4 * _CHUNK_BYTES // queries.shape[1])
    parts = [np.zeros(0, np.int64)]
    for start in range(0, len(query), at_once):
        pairs = slice(start, start + at_once)
        difference = queries[query[pairs]] - chunk[row[pairs]]
        parts.append(np.einsum("ij,ij->i", difference, difference, dtype=np.int64))
    return np.concatenate(parts)


def _merged(best: Squares, rows: Rows, query: Rows, squares: Squares, row: Rows) -> tuple[Squares, Rows]:
    """The k nearest of each query among those known (m, k) and new ones, given as pairs."""
    m, k = best.shape
    whose = np.concatenate([np.repeat(np.arange(m), k), query])
    which, far = np.concatenate([rows.ravel(), row]), np.concatenate([best.ravel(), squares])
    order = np.lexsort((which, far, whose))
    firsts = np.searchsorted(whose[order], np.arange(m))
    kept = order[firsts[:, None] + np.arange(k)]
    return far[kept], which[kept]


def yardstick_rows(n: int, size: int = N_YARDSTICK) -> Rows:
    """Which pictures of n are measured for comparison: always the same ones."""
    return np.sort(np.random.default_rng(0).choice(n, size=min(size, n), replace=False))


@dataclass(frozen=True, kw_only=True, eq=False)
class FindPictures(Request):
    """The training pictures nearest to one picture, over all their pixels.

    pictures: (n, c, h, w), in memory or memory-mapped.  yardstick: where it is known already.
    """

    picture: Pixels
    pictures: NDArray[np.uint8] = field(repr=False)
    k: int = N_NEAREST
    yardstick: float | None = None
    slot: str = "nearest"

    def run(self) -> Iterator[Progress | Neighbours]:
        n = len(self.pictures)
        flat = self.pictures.reshape(n, -1)
        planes = self.picture.reshape(*self.picture.shape[:2], -1).transpose(2, 0, 1)
        total = n if self.yardstick is not None else 2 * n
        rows, squares = yield from _progress(nearest_pictures(planes.reshape(1, -1), flat, self.k), 0, total)
        found = rows[0], np.asarray(self.pictures[rows[0]]), np.sqrt(squares[0]) / 255
        yardstick = self.yardstick
        if yardstick is None:
            yield Neighbours(*found, np.nan)  # the sample's own first: the comparison takes longer
            own = yardstick_rows(n)
            _, squares = yield from _progress(nearest_pictures(flat[own], flat, 1, own), n, total)
            yardstick = float(np.median(np.sqrt(squares)) / 255) if squares.size else np.nan
        yield Neighbours(*found, yardstick)


def _progress(
    search: Generator[int, None, tuple[Rows, Squares]], before: int, total: int
) -> Generator[Progress, None, tuple[Rows, Squares]]:
    """A search that tells how far it is."""
    while True:
        try:
            yield Progress(before + next(search), total, "pictures")
        except StopIteration as end:
            rows, squares = end.value
            return rows, squares


@dataclass(frozen=True, kw_only=True, eq=False)
class FindCodes(Request):
    """The training pictures whose codes (n, dim) lie nearest to a code, by Euclidean distance in float64."""

    code: tuple[float, ...]
    codes: Floats = field(repr=False)
    pictures: NDArray[np.uint8] = field(repr=False)
    k: int = N_NEAREST
    yardstick: float | None = None
    slot: str = "nearest"

    def run(self) -> Iterator[Progress | Neighbours]:
        squares = _squares_to(np.asarray(self.code), self.codes)
        rows = np.argsort(squares, kind="stable")[: self.k]
        found = rows, np.asarray(self.pictures[rows]), np.sqrt(squares[rows])
        yardstick = self.yardstick
        if yardstick is None:
            own, least = yardstick_rows(len(self.codes)), []
            for row in own.tolist():
                others = _squares_to(self.codes[row], self.codes)
                others[row] = np.inf
                least.append(others.min())
                yield Progress(len(least), len(own), "pictures")
            yardstick = float(np.median(np.sqrt(least))) if np.isfinite(least).all() else np.nan
        yield Neighbours(*found, yardstick)


def verdict(nearest: float, yardstick: float, by: By = "pixels") -> str:
    """How near the nearest is, in a sentence, compared with what is usual among the training pictures."""
    if nearest == 0:
        is_same = {
            "pixels": "It is a training picture, to the last pixel.",
            "codes": "A training picture has this code.",
        }
        return is_same[by]
    if np.isnan(yardstick):
        return ""
    usual = f"training pictures typically are to each other ({yardstick:.2f})"
    if nearest < yardstick:
        return f"Nearer ({nearest:.2f}) than {usual}."
    return f"No nearer ({nearest:.2f}) than {usual}."


def _squares_to(code: NDArray[np.floating], codes: Floats) -> NDArray[np.float64]:
    difference = codes - code.astype(np.float64)
    return np.asarray(np.einsum("ij,ij->i", difference, difference))
