"""Tens of thousands of points as dots, found under the pointer and within a line drawn around them; numpy only.

Everything here is vectorised over the points, so that it may run between two frames of the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Places = NDArray[np.intp]
Px = NDArray[np.float32] | NDArray[np.float64]
Image = NDArray[np.uint32]
"""(h, w), a pixel 0xAARRGGBB with colours multiplied by alpha."""

RADIUS = 2.8
"""px of a dot where there is room."""

MIN_RADIUS = 1.25
INK = 0.4
"""Dots shrink so that together they never cover more than this share of the picture."""


# --- dots


def dot_radius(n_dots: int, area: float) -> float:
    """The radius in px at which that many dots leave `area` px² readable."""
    fair = float(np.sqrt(INK * area / (np.pi * max(n_dots, 1))))
    return min(RADIUS, max(MIN_RADIUS, fair))


@lru_cache(maxsize=64)
def stamp(radius: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A round dot: (k, 2) offsets (down, right) in px, and how much of each px it covers, from the rim to the middle.

    Coverage falls from 1 to 0 over the px that the rim passes through.
    """
    reach = int(np.ceil(radius + 0.5))
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    coverage = np.clip(radius + 0.5 - np.hypot(down, right), 0.0, 1.0).ravel()
    order = np.argsort(coverage, kind="stable")
    order = order[coverage[order] > 0]
    return np.stack([down.ravel(), right.ravel()], axis=1)[order], coverage[order]


def blank(width: int, height: int) -> Image:
    """An image that is all clear."""
    return np.zeros((height, width), np.uint32)


def draw_dots(
    image: Image, x: Px, y: Px, colours: NDArray[np.integer], palette: NDArray[np.uint8], radius: float
) -> int:
    """Draw a dot at each (x, y), px to the right and down from the image's corner; returns how many were drawn.

    colours: (n,) rows of `palette`, (k, 4) red, green, blue, opacity.  Of two dots on one px the one whose middle is
    nearer covers the other, else the later one: dots stay apart in a crowd, and the opacity of the whole is that of
    one dot, so that what lies under them can still be seen. Dots that reach over the image's edge are left out.
    """
    height, width = image.shape
    offsets, coverage = stamp(radius)
    reach = int(offsets.max())
    inside = (x >= reach) & (x < width - reach) & (y >= reach) & (y < height - reach)
    at = y[inside].astype(np.intp) * width + x[inside].astype(np.intp)
    which, flat = colours[inside], image.reshape(-1)
    levels, level_of = np.unique(coverage, return_inverse=True)
    inks = [packed(palette, float(level)) for level in levels]
    ink, former = which, -1
    for (down, right), level in zip(offsets.tolist(), level_of.tolist(), strict=True):
        if level != former:
            ink, former = inks[level][which], level
        flat[at + (down * width + right)] = ink
    return len(at)


def packed(palette: NDArray[np.uint8], coverage: float = 1.0) -> NDArray[np.uint32]:
    """(k, 4) red, green, blue, opacity → (k,) pixels, `coverage` times as opaque."""
    alpha = palette[:, 3:].astype(np.float64) * coverage
    levels = np.rint(np.concatenate([alpha, palette[:, :3] * alpha / 255], axis=1)).astype(np.uint32)
    pixels: NDArray[np.uint32] = (levels << np.array([24, 16, 8, 0], np.uint32)).sum(axis=1, dtype=np.uint32)
    return pixels


# --- under the pointer


@dataclass(frozen=True, eq=False)
class PointIndex:
    """Points (n, 2) sorted into the cells of a grid, for looking up what lies around a place.

    sorted: the points, cell by cell, row by row of the grid.  order: their numbers in that order.  starts: where each
    cell begins in both.
    """

    low: Points
    cell: Points
    n_cells: int
    sorted: Points
    order: Places
    starts: Places

    @staticmethod
    def of(points: Points) -> PointIndex:
        """Some four points to a cell on average."""
        n_cells = int(np.clip(np.sqrt(len(points) / 4), 1, 256))
        low = points.min(axis=0) if len(points) else np.zeros(2)
        high = points.max(axis=0) if len(points) else np.ones(2)
        extent = high - low
        cell = np.where(extent > 0, extent, 1.0) / n_cells
        across, up = np.clip((points - low) // cell, 0, n_cells - 1).astype(np.intp).T
        cell_of = up * n_cells + across
        order = np.argsort(cell_of, kind="stable")
        starts = np.concatenate([[0], np.cumsum(np.bincount(cell_of, minlength=n_cells * n_cells))])
        return PointIndex(low, cell, n_cells, points[order], order, starts)

    def nearest(self, x: float, y: float, reach: float, shown: NDArray[np.bool_] | None = None) -> int | None:
        """The number of the point nearest to a place, at most `reach` away; only among those that are `shown` (n,)."""
        (i0, j0), (i1, j1) = (
            np.clip((np.array([x, y]) + side - self.low) // self.cell, 0, self.n_cells - 1).astype(int).tolist()
            for side in (-reach, reach)
        )
        rows = [j * self.n_cells for j in range(j0, j1 + 1)]
        spans = [slice(int(self.starts[row + i0]), int(self.starts[row + i1 + 1])) for row in rows]
        squares = ((np.concatenate([self.sorted[span] for span in spans]) - (x, y)) ** 2).sum(axis=1)
        numbers = np.concatenate([self.order[span] for span in spans])
        if shown is not None:
            squares[~shown[numbers]] = np.inf
        best = int(squares.argmin()) if len(squares) else -1
        return int(numbers[best]) if best >= 0 and squares[best] <= reach * reach else None


# --- within a line


def inside(points: Points, polygon: Points) -> NDArray[np.bool_]:
    """(n,): which points (n, 2) a closed polygon (m, 2) goes around, by the even-odd rule.

    An edge is crossed by the ray to the right of a point where one of its ends lies above the point and the other does
    not (W. R. Franklin's test). Points are looked at in order of y, so that each edge only meets those at its height.
    """
    within = np.zeros(len(points), np.bool_)
    if len(polygon) < 3:
        return within
    (left, bottom), (right, top) = polygon.min(axis=0), polygon.max(axis=0)
    x, y = points.T
    near = np.flatnonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    near = near[np.argsort(y[near], kind="stable")]
    x, y = x[near], y[near]
    odd = np.zeros(len(near), np.bool_)
    heights = np.searchsorted(y, polygon[:, 1])  # the first point at or above each corner
    ends = zip(polygon.tolist(), np.roll(polygon, -1, axis=0).tolist(), strict=True)
    spans = zip(heights.tolist(), np.roll(heights, -1).tolist(), strict=True)
    for ((x0, y0), (x1, y1)), (low, high) in zip(ends, spans, strict=True):
        between = slice(min(low, high), max(low, high))
        odd[between] ^= x[between] < (x1 - x0) * (y[between] - y0) / ((y1 - y0) or 1.0) + x0
    within[near] = odd
    return within
