"""Where points lie densely, as lines of equal density; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
Points = NDArray[np.float64]
Line = NDArray[np.float64]
"""(m, 2): the corners of a closed line; the last is joined to the first."""

N_CELLS = 128  # each way
SHARES = (0.25, 0.5, 0.75, 0.9)
"""Each line goes around this share of the points."""

MIN_POINTS = 20
"""Fewer have no density worth a line."""


Limits = tuple[tuple[float, float], tuple[float, float]]
"""(low, high) across and up, beyond which there can be no points; infinite where they may lie anywhere."""

NOWHERE: Limits = ((-np.inf, np.inf), (-np.inf, np.inf))


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane: (low, high) across and up. mirrors: whether each of these is a limit of the plane."""

    across: tuple[float, float]
    up: tuple[float, float]
    mirrors: tuple[tuple[bool, bool], tuple[bool, bool]] = ((False, False), (False, False))

    @staticmethod
    def around(points: Points, limits: Limits = NOWHERE, margin: float = 0.1) -> Box:
        """What holds all but the outermost points, with some air up to the limits."""
        low, high = np.quantile(points, (0.0005, 0.9995), axis=0)
        air = margin * np.maximum(high - low, 1e-9)
        floor, ceiling = np.array(limits).T
        sides = np.stack([np.maximum(low - air, floor), np.minimum(high + air, ceiling)], axis=1).tolist()
        across, up = ((start, end) for start, end in sides)
        mirrors = [(start == least, end == most) for (start, end), (least, most) in zip(sides, limits, strict=True)]
        return Box(across, up, (mirrors[0], mirrors[1]))


def density(points: Points, box: Box, width: float = 1.0, n_cells: int = N_CELLS) -> Grid:
    """Points (n, 2) → (n_cells, n_cells), rows upwards: points per cell, smoothed by a Gaussian.

    Its width follows Scott's rule (D. W. Scott, Multivariate Density Estimation, 1992): σ = s · n^(-1/6) in two
    dimensions, with the spread s of the points along each axis; times `width`, less than 1 where there are several
    bumps. What it would carry over a limit of the plane is thrown back, so that nothing is lost.
    """
    places = []
    for axis, (low, high) in enumerate((box.across, box.up)):
        places.append(np.floor((points[:, axis] - low) * (n_cells / (high - low))).astype(np.int64))
    column, row = places
    is_in = (column >= 0) & (column <= n_cells) & (row >= 0) & (row <= n_cells)
    column, row = (np.minimum(place, n_cells - 1) for place in (column, row))  # what lies on the limit itself
    found = np.bincount((row * n_cells + column)[is_in], minlength=n_cells * n_cells)
    counts: Grid = found.reshape(n_cells, n_cells).astype(np.float64)
    sides = ((box.up, box.mirrors[1]), (box.across, box.mirrors[0]))
    for axis, ((low, high), mirrors) in enumerate(sides):
        spread = np.subtract(*np.quantile(points[:, 1 - axis], (0.84, 0.16))) / 2  # σ, of what is normal
        sigma = width * float(spread) * len(points) ** (-1 / 6) / (high - low) * n_cells
        counts = _smoothed(counts, max(sigma, 0.75), axis, mirrors)
    return counts


def _smoothed(grid: Grid, sigma: float, axis: int, mirrors: tuple[bool, bool]) -> Grid:
    """The grid convolved along one axis with a Gaussian of `sigma` cells, thrown back at the ends that are mirrors."""
    n = grid.shape[axis]
    place = np.arange(n)
    images = [place] + [-1 - place] * mirrors[0] + [2 * n - 1 - place] * mirrors[1]
    kernel = sum(np.exp(-0.5 * ((place[:, None] - image[None]) / sigma) ** 2) for image in images)
    kernel = kernel / (np.sqrt(2 * np.pi) * sigma)
    smoothed: Grid = kernel @ grid if axis == 0 else grid @ kernel.T
    return smoothed


def levels(grid: Grid, shares: Sequence[float] = SHARES) -> list[float]:
    """The densities whose lines go around those shares of what the grid holds (highest-density regions)."""
    falling = np.sort(grid.ravel())[::-1]
    held = np.cumsum(falling) / max(falling.sum(), 1e-300)
    places = np.minimum(np.searchsorted(held, shares), len(falling) - 2)
    return [float(level) for level in (falling[places] + falling[places + 1]) / 2]


def marching_squares(grid: Grid, level: float) -> list[Line]:
    """The closed lines on which a grid (rows upwards, columns to the right) has a value, in units of cells.

    Corner (row, column) lies at x = column, y = row; beyond the grid it falls to nothing, so that lines close at its
    edge. Each square between four corners is cut by at most two pieces, whose ends are interpolated along its sides
    (W. E. Lorensen, H. E. Cline, 1987, in two dimensions). Of the two ways through a saddle the one is taken that the
    mean of its corners tells.
    """
    grid = np.pad(grid, 1, constant_values=min(float(grid.min()), level) - 1e-9)
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]  # around the square, from below left
    case = (a > level) + 2 * (b > level) + 4 * (c > level) + 8 * (d > level)
    is_saddle = ((case == 5) | (case == 10)) & ((a + b + c + d) / 4 > level)
    case = np.where(is_saddle, 15 - case, case)  # a high middle joins the high corners: the lines of the other saddle
    edges, points = [], []
    for (first, second), cases in _PIECES.items():
        rows, columns = np.nonzero(np.isin(case, cases))
        for side in (first, second):
            edge, point = _crossing(grid, level, rows, columns, side)
            edges.append(edge)
            points.append(point)
    pairs = [np.concatenate(edges[start::2]) for start in (0, 1)]
    return _closed(np.stack(pairs, axis=1), np.concatenate(edges), np.concatenate(points) - 1)


# (row, column) of the two corners that a side of a square joins: below, right, above, left
_SIDES = (((0, 0), (0, 1)), ((0, 1), (1, 1)), ((1, 0), (1, 1)), ((0, 0), (1, 0)))
_PIECES = {  # two sides of the square → the cases in which a piece runs between them
    (3, 0): (1, 14, 5),
    (0, 1): (2, 13, 10),
    (1, 2): (4, 11, 5),
    (2, 3): (7, 8, 10),
    (1, 3): (3, 12),
    (0, 2): (6, 9),
}


def _crossing(
    grid: Grid, level: float, rows: NDArray[np.intp], columns: NDArray[np.intp], side: int
) -> tuple[NDArray[np.intp], Points]:
    """Which edge of the whole grid a side of each square is, (n,), and where the line crosses it, (n, 2)."""
    (r0, c0), (r1, c1) = _SIDES[side]
    first, second = grid[rows + r0, columns + c0], grid[rows + r1, columns + c1]
    share = (level - first) / (second - first)
    points = np.stack([columns + c0 + share * (c1 - c0), rows + r0 + share * (r1 - r0)], axis=1)
    return 2 * ((rows + r0) * grid.shape[1] + columns + c0) + (r1 - r0), points


def _closed(pieces: NDArray[np.intp], edges: NDArray[np.intp], points: Points) -> list[Line]:
    """Pieces (n, 2) between edges → closed lines. Each edge that is crossed joins exactly two pieces.

    edges: some order of all ends, with their points.
    """
    names, first = np.unique(edges, return_index=True)
    places = points[first]
    ends = np.searchsorted(names, pieces)
    order = np.argsort(ends.ravel(), kind="stable").reshape(-1, 2)  # of each edge, its two ends among all
    partner = (order ^ 1).tolist()  # the other end of the same piece
    flat = ends.ravel().tolist()
    is_done = [False] * len(names)
    lines = []
    for start in range(len(names)):
        if is_done[start]:
            continue
        here, came, line = start, -1, []
        while not is_done[here]:
            is_done[here] = True
            line.append(here)
            # leave by the piece that one did not come by
            out = partner[here][1] if partner[here][0] ^ 1 == came else partner[here][0]
            here, came = flat[out], out
        lines.append(places[line])
    return lines


def line_at(grid: Grid, box: Box, level: float) -> list[Line]:
    """Where the density of points in a box has a value, in units of the points.

    At a limit of the plane a line goes on beyond it instead of closing along it: clip it there.
    """
    before, after = (tuple(_BEYOND * box.mirrors[axis][end] for axis in (1, 0)) for end in (0, 1))
    grown = np.pad(grid, tuple(zip(before, after, strict=True)), mode="symmetric")
    low = np.array([box.across[0], box.up[0]])
    cell = (np.array([box.across[1], box.up[1]]) - low) / grid.shape[0]
    return [low + (line + 0.5 - before[::-1]) * cell for line in marching_squares(grown, level)]


_BEYOND = 2  # cells
