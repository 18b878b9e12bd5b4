"""What part of an endless plane a widget shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Viewport:
    """x to the right and y up in plane units; pixels (logical) to the right and down from the widget's corner.

    centre: the plane point in the middle of the widget.  scale: px per plane unit.  size: width and height in px.
    """

    centre: tuple[float, float]
    scale: float
    size: tuple[int, int]

    def to_px(self, points: Points) -> Points:
        """(n, 2) of the plane → (n, 2) px."""
        width, height = self.size
        x = (points[:, 0] - self.centre[0]) * self.scale + width / 2
        y = height / 2 - (points[:, 1] - self.centre[1]) * self.scale
        return np.stack([x, y], axis=1)

    def to_plane(self, px: Points) -> Points:
        """(n, 2) px → (n, 2) of the plane."""
        width, height = self.size
        x = (px[:, 0] - width / 2) / self.scale + self.centre[0]
        y = (height / 2 - px[:, 1]) / self.scale + self.centre[1]
        return np.stack([x, y], axis=1)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(left, right, bottom, top) of what is seen, in plane units."""
        half_width, half_height = (side / 2 / self.scale for side in self.size)
        x, y = self.centre
        return x - half_width, x + half_width, y - half_height, y + half_height

    def panned(self, dx: float, dy: float) -> Viewport:
        """The plane moved by so many px under the widget: what was at (0, 0) is at (dx, dy)."""
        return replace(self, centre=(self.centre[0] - dx / self.scale, self.centre[1] + dy / self.scale))

    def zoomed(self, factor: float, at: tuple[float, float]) -> Viewport:
        """`factor` times as large; the plane point under the px `at` stays there."""
        (x, y), scale = self.to_plane(np.array([at], np.float64))[0], self.scale * factor
        width, height = self.size
        return replace(self, scale=scale, centre=(x - (at[0] - width / 2) / scale, y + (at[1] - height / 2) / scale))

    def resized(self, width: int, height: int) -> Viewport:
        """The same centre and scale in a widget of another size."""
        return replace(self, size=(width, height))
