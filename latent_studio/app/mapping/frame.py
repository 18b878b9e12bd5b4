"""Where the map's lattice lies on the screen: whole device pixels, so that a shifted picture stays exact."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log2

from PySide6.QtCore import QRect

from latent_studio.studio.viewport import Viewport
from latent_studio.views.manifold import Cell, step_of
from latent_studio.views.plane import Plane, Range

SMALLEST_PX = 40
"""A picture is shown from this size up to twice it (logical px), where the next finer level takes over."""

FINEST_LEVEL = 20
"""Finer than this float32 codes of neighbours would hardly differ."""


@dataclass(frozen=True)
class Span:
    """Cells from (left, bottom) to (right, top), all of them included; empty where an end lies before its beginning."""

    left: int
    right: int
    bottom: int
    top: int

    def cells(self) -> list[Cell]:
        return [(x, y) for y in range(self.top, self.bottom - 1, -1) for x in range(self.left, self.right + 1)]

    def grown(self, n: int) -> Span:
        return Span(self.left - n, self.right + n, self.bottom - n, self.top + n)

    def within(self, other: Span) -> Span:
        return Span(
            max(self.left, other.left),
            min(self.right, other.right),
            max(self.bottom, other.bottom),
            min(self.top, other.top),
        )


@dataclass(frozen=True)
class Frame:
    """One view of the lattice, in device px. level: of the pictures.  side: of a picture and its cell.

    x, y: the middle of the picture in the plane's origin.  size: of the view.  ratio: device px per logical px.
    """

    level: int
    side: int
    x: int
    y: int
    size: tuple[int, int]
    ratio: float

    @staticmethod
    def of(viewport: Viewport, ratio: float) -> Frame:
        """The frame nearest to what a viewport asks for."""
        level, side = _level_and_side(viewport.scale, ratio)
        scale = side / step_of(level)
        width, height = (round(length * ratio) for length in viewport.size)
        x = round(width / 2 - viewport.centre[0] * scale)
        y = round(height / 2 + viewport.centre[1] * scale)
        return Frame(level, side, x, y, (width, height), ratio)

    @property
    def viewport(self) -> Viewport:
        """Exactly what is shown."""
        scale = self.side / step_of(self.level)
        width, height = self.size
        centre = (width / 2 - self.x) / scale, (self.y - height / 2) / scale
        logical = round(width / self.ratio), round(height / self.ratio)
        return Viewport(centre, scale / self.ratio, logical)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the view, in cells."""
        return (self.size[0] / 2 - self.x) / self.side, (self.y - self.size[1] / 2) / self.side

    def rect(self, cell: Cell, size: int = 1) -> QRect:
        """Where a picture lies that is `size` cells wide, its middle in that of `cell`."""
        width = size * self.side
        left, top = self.x + cell[0] * self.side, self.y - cell[1] * self.side
        return QRect(left - width // 2, top - width // 2, width, width)

    def cell_at(self, x: float, y: float) -> Cell:
        """The cell at a px."""
        half = self.side // 2
        return floor((x - self.x + half) / self.side), -floor((y - self.y + half) / self.side)

    def span(self, rect: QRect) -> Span:
        """The cells that a rectangle touches."""
        left, top = self.cell_at(rect.left(), rect.top())
        right, bottom = self.cell_at(rect.right(), rect.bottom())
        return Span(left, right, bottom, top)

    def everything(self) -> QRect:
        return QRect(0, 0, *self.size)

    def limits(self, plane: Plane) -> Span:
        """The cells that have a picture on that plane."""
        step, is_open = step_of(self.level), plane.spacing == "quantile"
        (left, right), (bottom, top) = (_cells_within(limits, step, is_open) for limits in plane.limits)
        return Span(left, right, bottom, top)


def snapped(scale: float, ratio: float) -> float:
    """The nearest scale, px per plane unit, at which a picture is a whole number of device px wide."""
    level, side = _level_and_side(scale, ratio)
    return side / step_of(level) / ratio


def _level_and_side(scale: float, ratio: float) -> tuple[int, int]:
    level = min(FINEST_LEVEL, floor(log2(scale / SMALLEST_PX) + 1e-9))
    side = round(scale * step_of(level) * ratio)
    smallest = round(SMALLEST_PX * ratio)
    return (level + 1, smallest) if side >= 2 * smallest and level < FINEST_LEVEL else (level, side)


def _cells_within(limits: Range, step: float, is_open: bool) -> tuple[int, int]:
    """The first and last whole multiple of the step within the limits; `is_open` leaves out the limits themselves."""
    far = 2**40
    low, high = max(limits[0] / step, -far), min(limits[1] / step, far)
    return (floor(low) + 1, ceil(high) - 1) if is_open else (ceil(low), floor(high))
