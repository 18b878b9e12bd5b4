"""Where points lie densely, as lines of equal density; numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float64]
Points = NDArray[np.float64]
Segments = NDArray[np.float64]
"""(n, 2, 2): n straight pieces, each from (x, y) to (x, y)."""

N_CELLS = 128  # each way
SHARES = (0.25, 0.5, 0.75, 0.95)
"""Each line goes around this share of the points."""

MIN_POINTS = 20
"""Fewer have no density worth a line."""


@dataclass(frozen=True)
class Box:
    """A rectangle of the plane: (low, high) across and up."""

    across: tuple[float, float]
    up: tuple[float, float]

    @staticmethod
    def around(points: Points, margin: float = 0.08) -> Box:
        """What holds all but the outermost points, with some air."""
        low, high = np.quantile(points, (0.0005, 0.9995), axis=0)
        air = margin * np.maximum(high - low, 1e-9)
        (left, bottom), (right, top) = (low - air).tolist(), (high + air).tolist()
        return Box((left, right), (bottom, top))


def density(points: Points, box: Box, n_cells: int = N_CELLS) -> Grid:
    """Points (n, 2) → (n_cells, n_cells), rows upwards: points per cell, smoothed by a Gaussian.

    Its width follows Scott's rule (D. W. Scott, Multivariate Density Estimation, 1992): σ = s · n^(-1/6) in two
    dimensions, with the spread s of the points along each axis; half of that, as classes have more than one bump.
    """
    places = []
    for axis, (low, high) in enumerate((box.across, box.up)):
        places.append(np.floor((points[:, axis] - low) * (n_cells / (high - low))).astype(np.int64))
    column, row = places
    is_in = (column >= 0) & (column < n_cells) & (row >= 0) & (row < n_cells)
    found = np.bincount((row * n_cells + column)[is_in], minlength=n_cells * n_cells)
    counts: Grid = found.reshape(n_cells, n_cells).astype(np.float64)
    for axis, (low, high) in enumerate((box.up, box.across)):
        spread = np.subtract(*np.quantile(points[:, 1 - axis], (0.84, 0.16))) / 2  # σ, of what is normal
        sigma = 0.5 * float(spread) * len(points) ** (-1 / 6) / (high - low) * n_cells
        counts = _smoothed(counts, max(sigma, 0.75), axis)
    return counts


def _smoothed(grid: Grid, sigma: float, axis: int) -> Grid:
    """The grid convolved along one axis with a Gaussian of `sigma` cells; nothing comes in from outside."""
    place = np.arange(grid.shape[axis])
    kernel = np.exp(-0.5 * ((place[:, None] - place[None]) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
    smoothed: Grid = kernel @ grid if axis == 0 else grid @ kernel
    return smoothed


def levels(grid: Grid, shares: Sequence[float] = SHARES) -> list[float]:
    """The densities whose lines go around those shares of what the grid holds (highest-density regions)."""
    falling = np.sort(grid.ravel())[::-1]
    held = np.cumsum(falling) / max(falling.sum(), 1e-300)
    return [float(falling[np.searchsorted(held, share)]) for share in shares]


def marching_squares(grid: Grid, level: float) -> Segments:
    """The line where a grid (rows upwards, columns to the right) has a value, in units of cells.

    Corner (row, column) lies at x = column, y = row. Each square between four corners is cut by at most two pieces,
    whose ends are interpolated along its sides (W. E. Lorensen, H. E. Cline, 1987, in two dimensions). Of the two ways
    through a saddle the one is taken that the mean of its corners tells.
    """
    a, b, c, d = grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]  # around the square, from below left
    case = (a > level) + 2 * (b > level) + 4 * (c > level) + 8 * (d > level)
    is_saddle = ((case == 5) | (case == 10)) & ((a + b + c + d) / 4 > level)
    case = np.where(is_saddle, 15 - case, case)  # a high middle joins the high corners: the lines of the other saddle
    pieces = []
    for sides, cases in _PIECES.items():
        rows, columns = np.nonzero(np.isin(case, cases))
        ends = [_crossing(grid, level, rows, columns, side) for side in sides]
        pieces.append(np.stack(ends, axis=1))
    return np.concatenate(pieces)


_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))  # (row, column) of the four corners of a square, around it
_PIECES = {  # two sides of the square → the cases in which a piece runs between them; side k follows corner k
    (3, 0): (1, 14, 5),
    (0, 1): (2, 13, 10),
    (1, 2): (4, 11, 5),
    (2, 3): (7, 8, 10),
    (1, 3): (3, 12),
    (0, 2): (6, 9),
}


def _crossing(grid: Grid, level: float, rows: NDArray[np.intp], columns: NDArray[np.intp], side: int) -> Points:
    """(n, 2): where the line crosses a side of each square."""
    (r0, c0), (r1, c1) = _CORNERS[side], _CORNERS[(side + 1) % 4]
    first, second = grid[rows + r0, columns + c0], grid[rows + r1, columns + c1]
    share = (level - first) / (second - first)
    return np.stack([columns + c0 + share * (c1 - c0), rows + r0 + share * (r1 - r0)], axis=1)


def contours(points: Points, box: Box, n_cells: int = N_CELLS) -> list[Segments]:
    """A line for each of SHARES around points (n, 2), in units of the points; nothing around too few."""
    if len(points) < MIN_POINTS:
        return []
    grid = np.pad(density(points, box, n_cells), 1)  # lines close at the edge
    low = np.array([box.across[0], box.up[0]])
    cell = (np.array([box.across[1], box.up[1]]) - low) / n_cells
    return [low + (marching_squares(grid, level) - 0.5) * cell for level in levels(grid)]
