"""A plane in the latent space, and the coordinates on it: what the map shows and everything that lies over it.

A code on the plane is `offset + s * first + t * second` with orthonormal directions, so that s and t are what a code
has along them: z itself for a single column. In quantile spacing a point is given by the quantiles of s and t under
the prior, which along a unit direction of independent standard normal numbers is again standard normal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Categorical, Factor, Floats, LatentSpace, Normal, inverse_normal_cdf, normal_cdf

Points = NDArray[np.float64]
Spacing = Literal["quantile", "linear"]
Range = tuple[float, float]

REACH = 3.0
"""Linear spacing of an axis without bounds is first shown this many σ each way."""

AROUND = 1.5
"""A plane through three codes is first shown so many times as far as they lie apart."""

ENDLESS: Range = (-np.inf, np.inf)
_NEAREST_TO_ONE = float(np.nextafter(1.0, 0.0))
_NEAREST_TO_ZERO = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Axis:
    """One direction of a plane.

    direction: (dim,) of length one.  bounds: of the coordinate along it, where the prior is uniform there.
    has_quantiles: whether the prior along it is known: standard normal without bounds, uniform within bounds.
    reach: the coordinates that are shown first where there are no bounds.
    """

    name: str
    direction: tuple[float, ...]
    bounds: Range = ENDLESS
    has_quantiles: bool = True
    reach: Range = (-REACH, REACH)

    def to_quantile(self, values: Points) -> Points:
        """Coordinates along the axis → quantiles of the prior in [0, 1]."""
        if self.bounds == ENDLESS:
            return normal_cdf(values)
        low, high = self.bounds
        return (values - low) / (high - low)

    def from_quantile(self, quantiles: Points) -> Points:
        """The inverse, in float64; quantiles outside (0, 1) are taken for the nearest inside."""
        inside = np.clip(quantiles, _NEAREST_TO_ZERO, _NEAREST_TO_ONE)
        if self.bounds == ENDLESS:
            return np.asarray(inverse_normal_cdf(inside))
        low, high = self.bounds
        return low + (high - low) * np.asarray(inside)


@dataclass(frozen=True)
class Plane:
    """Where the map lies: `across` to the right and `up`, through `offset`, which is orthogonal to both."""

    offset: tuple[float, ...]
    across: Axis
    up: Axis
    spacing: Spacing = "quantile"

    @property
    def axes(self) -> tuple[Axis, Axis]:
        return self.across, self.up

    @property
    def limits(self) -> tuple[Range, Range]:
        """Across and up, in plane units: outside there is nothing to show."""
        if self.spacing == "quantile":
            return (0.0, 1.0), (0.0, 1.0)
        return self.across.bounds, self.up.bounds

    @property
    def home(self) -> tuple[Range, Range]:
        """What is shown first: all of it, or the reach of an axis that has no end."""
        across, up = (
            axis.reach if limits == ENDLESS else limits for axis, limits in zip(self.axes, self.limits, strict=True)
        )
        return across, up

    def codes(self, points: Points) -> Floats:
        """(n, 2) in plane units → (n, dim) codes. Quantiles are mapped in float64 and only the code is rounded."""
        s, t = self.values(points).T
        first, second = self._directions
        return np.asarray(self._offset + s[:, None] * first + t[:, None] * second, np.float32)

    def project(self, codes: Floats) -> Points:
        """(n, dim) → (n, 2): where the codes, or their shadows on the plane, lie; the inverse of `codes` on it."""
        along = np.asarray(codes, np.float64) @ self._directions.T
        if self.spacing == "linear":
            return along
        return np.stack([axis.to_quantile(along[:, k]) for k, axis in enumerate(self.axes)], axis=1)

    def values(self, points: Points) -> Points:
        """(n, 2) in plane units → (n, 2) coordinates along the directions (z, for single columns), float64."""
        points = np.asarray(points, np.float64)
        if self.spacing == "linear":
            return points
        return np.stack([axis.from_quantile(points[:, k]) for k, axis in enumerate(self.axes)], axis=1)

    def points(self, values: Points) -> Points:
        """The inverse of `values`."""
        values = np.asarray(values, np.float64)
        if self.spacing == "linear":
            return values
        return np.stack([axis.to_quantile(values[:, k]) for k, axis in enumerate(self.axes)], axis=1)

    def distance(self, code: Floats) -> float:
        """How far a code (dim,) lies from the plane, in units of z; 0 on it."""
        z = np.asarray(code, np.float64)
        first, second = self._directions
        return float(np.linalg.norm(z - (self._offset + (z @ first) * first + (z @ second) * second)))

    def spaced(self, spacing: Spacing) -> Plane:
        """The same plane in other units; linear where the prior along an axis is not known."""
        has_quantiles = all(axis.has_quantiles for axis in self.axes)
        return replace(self, spacing=spacing if has_quantiles else "linear")

    @cached_property
    def _directions(self) -> Points:
        return np.asarray([self.across.direction, self.up.direction], np.float64)

    @cached_property
    def _offset(self) -> Points:
        return np.asarray(self.offset, np.float64)


def over_columns(
    space: LatentSpace, code: Sequence[float], across: int, up: int, spacing: Spacing = "quantile"
) -> Plane:
    """The plane that sweeps two columns of a code and holds the others where they are."""
    if across == up:
        raise StudioError("A plane needs two different dimensions: choose another for one of them.")
    axes = [_column_axis(space, column) for column in (across, up)]
    offset = np.array(code, np.float64)
    offset[[across, up]] = 0.0
    return Plane(tuple(offset.tolist()), axes[0], axes[1]).spaced(spacing)


def through(
    space: LatentSpace,
    origin: Sequence[float],
    directions: Sequence[Sequence[float]],
    names: tuple[str, str],
    spacing: Spacing = "quantile",
) -> Plane:
    """The plane through `origin` (dim,) along two directions (dim,), made orthonormal in their order (Gram-Schmidt).

    StudioError where they do not span a plane.
    """
    first = np.asarray(directions[0], np.float64)
    second = np.asarray(directions[1], np.float64)
    first = first / _length(first)
    second = second / _length(second)
    second = second - (second @ first) * first
    second = second / _length(second)
    second = second - (second @ first) * first  # once more: what rounding left of it
    point = np.asarray(origin, np.float64)
    offset = point - (point @ first) * first - (point @ second) * second
    offset -= (offset @ first) * first + (offset @ second) * second
    moved = (np.abs(first) > 0) | (np.abs(second) > 0)
    has_quantiles = all(isinstance(factor, Normal) for factor, columns in space.blocks() if moved[columns].any())
    across, up = (
        Axis(name, tuple(direction.tolist()), has_quantiles=has_quantiles)
        for name, direction in zip(names, (first, second), strict=True)
    )
    return Plane(tuple(offset.tolist()), across, up).spaced(spacing)


def through_codes(
    space: LatentSpace,
    codes: Sequence[Sequence[float]],
    names: tuple[str, str] = ("a → b", "a → c"),
    spacing: Spacing = "linear",
) -> Plane:
    """The plane through three codes (dim,): across from the first to the second, the third on one side of that."""
    first, second, third = (np.asarray(code, np.float64) for code in codes)
    sides = (second - first).tolist(), (third - first).tolist()
    plane = through(space, first.tolist(), sides, names, "linear")
    corners = plane.project(np.asarray(codes, np.float32))
    middle, half = (corners.max(0) + corners.min(0)) / 2, AROUND * float(np.ptp(corners, axis=0).max()) / 2
    across, up = (
        replace(axis, reach=(float(m - half), float(m + half))) for axis, m in zip(plane.axes, middle, strict=True)
    )
    return replace(plane, across=across, up=up).spaced(spacing)


def _length(direction: Points) -> float:
    length = float(np.linalg.norm(direction))
    if not length > 1e-9:
        raise StudioError("These do not span a plane: choose pictures whose codes do not lie on one line.")
    return length


def _column_axis(space: LatentSpace, column: int) -> Axis:
    factor = _factor_of(space, column)
    if isinstance(factor, Categorical):
        raise StudioError(f"{factor.name} is chosen, not swept: choose another dimension for the plane.")
    direction = np.zeros(space.dim)
    direction[column] = 1.0
    bounds = ENDLESS if isinstance(factor, Normal) else factor.bounds
    return Axis(space.column_names[column], tuple(direction.tolist()), bounds)


def _factor_of(space: LatentSpace, column: int) -> Factor:
    for factor, columns in space.blocks():
        if columns.start <= column < columns.stop:
            return factor
    raise StudioError(f"The code has {space.dim} dimensions: there is no number {column}.")
