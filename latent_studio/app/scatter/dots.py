"""The encodings as one image over the map, kept while the map only moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QTransform

from latent_studio.studio.viewport import Viewport
from latent_studio.views.density import NOWHERE, Limits
from latent_studio.views.scatter import Image, Points, blank, dot_radius, draw_dots

MARGIN = 96  # px around the viewport that are drawn, too: so far the map moves without drawing anew
_LEFT_OUT = 4  # px at the outer edge, where dots may be missing
_LEAST_MARGIN = 2 * _LEFT_OUT
FAINT = 0.22
"""Beside a group that is shown, other points are so strong."""
FAR = 1e6  # plane units; nothing lies so far out
_RIM = QColor(0, 0, 0, 170)  # around lines, so that they stand out from the dots


@dataclass(frozen=True, eq=False)
class Look:
    """What the points look like.

    rows: (n,) rows of `palette`, (k, 3) red, green, blue.  shown: (n,).  raised: (n,), the points of the group that is
    shown, or None.
    """

    rows: NDArray[np.unsignedinteger]
    palette: NDArray[np.uint8]
    shown: NDArray[np.bool_]
    opacity: float
    raised: NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class _Layer:
    """Points that are drawn alike: contiguous, so that a frame need not gather them."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    rows: NDArray[np.unsignedinteger]
    palette: NDArray[np.uint8]


class Dots:
    """Points (n, 2) of the plane with their look, and lines of equal density in plane units by colour."""

    def __init__(self) -> None:
        self._points: Points = np.zeros((0, 2))
        self._layers: list[_Layer] = []
        self._n_shown, self._area = 0, 1.0
        self._lines: Mapping[str, QPainterPath] = {}
        self._limits = NOWHERE
        self._image: QImage | None = None
        self._pixels: Image | None = None  # what `_image` reads
        self._at: Viewport | None = None
        self._ratio, self._margin = 1.0, 0

    def set_points(self, points: Points) -> None:
        """Where they are; nothing is shown until they have a look."""
        self._points = points
        middle = np.ptp(np.quantile(points, (0.05, 0.95), axis=0), axis=0) if len(points) else np.ones(2)
        self._area = float(np.prod(middle)) / 0.81
        self.set_look(None)

    def set_look(self, look: Look | None) -> None:
        """How they look; None: not at all."""
        self._layers = [] if look is None else [self._layer(look, *part) for part in _parts(look)]
        self._n_shown = sum(len(layer.x) for layer in self._layers)
        self._image = None

    def _layer(self, look: Look, which: NDArray[np.bool_], strength: float) -> _Layer:
        x, y = self._points[which].T
        levels = np.full((len(look.palette), 1), round(255 * strength), np.uint8)
        palette = np.concatenate([look.palette, levels], axis=1)
        return _Layer(np.ascontiguousarray(x), np.ascontiguousarray(y), look.rows[which], palette)

    @property
    def has_lines(self) -> bool:
        return bool(self._lines)

    def set_lines(self, lines: Mapping[str, QPainterPath], limits: Limits) -> None:
        """Lines in plane units by their colour, `#rrggbb`; they end at the limits of the plane."""
        self._lines, self._limits, self._image = lines, limits, None

    def radius(self, viewport: Viewport) -> float:
        """px of a dot at this scale: it depends on the zoom, not on what is in view, or dots would throb in a pan."""
        return dot_radius(self._n_shown, self._area * viewport.scale**2)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """The image where the viewport has moved by less than its margin since it was drawn, else a new one."""
        if not self._layers:
            return
        ratio = painter.device().devicePixelRatio()
        shift = self._shift(viewport, ratio)
        if shift is None:
            # in a zoom every frame is drawn anew and a margin would be in vain; a pan soon comes to use it
            is_zoom = self._at is not None and self._at.scale != viewport.scale
            self._draw(viewport, ratio, _LEAST_MARGIN if is_zoom else MARGIN)
            shift = QPointF(0, 0)
        assert self._image is not None
        painter.drawImage(shift - QPointF(self._margin, self._margin), self._image)

    def _shift(self, viewport: Viewport, ratio: float) -> QPointF | None:
        """px by which the image lies elsewhere now, on whole pixels of the screen; None where it does not serve."""
        at = self._at
        if self._image is None or at is None or ratio != self._ratio:
            return None
        if viewport.scale != at.scale or viewport.size != at.size:
            return None
        x = (at.centre[0] - viewport.centre[0]) * viewport.scale
        y = (viewport.centre[1] - at.centre[1]) * viewport.scale
        if max(abs(x), abs(y)) > self._margin - _LEFT_OUT:
            return None
        return QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio)

    def _draw(self, viewport: Viewport, ratio: float, margin: int) -> None:
        width, height = (round((side + 2 * margin) * ratio) for side in viewport.size)
        radius, scale = self.radius(viewport) * ratio, viewport.scale * ratio
        left, _, _, top = viewport.bounds
        self._pixels = blank(width, height)
        for layer in self._layers:
            x = (layer.x - (left - margin / viewport.scale)) * scale
            y = ((top + margin / viewport.scale) - layer.y) * scale
            draw_dots(self._pixels, x, y, layer.rows, layer.palette, radius)
        image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        self._image, self._at, self._ratio, self._margin = image, viewport, ratio, margin
        if self._lines:
            self._draw_lines(image, viewport, ratio, margin)

    def _draw_lines(self, image: QImage, viewport: Viewport, ratio: float, margin: int) -> None:
        """Lines of one device px are drawn some forty times faster than wider ones (measured: 10 ms against 410 ms for
        35,000 corners), so that their rim, and their width on a fine screen, are lines beside them."""
        left, _, _, top = viewport.bounds
        scale = viewport.scale * ratio
        image.setDevicePixelRatio(1.0)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        (west, east), (south, north) = np.clip(self._limits, -FAR, FAR).tolist()
        across = range(round(ratio))
        thick = [(dx, dy) for dx in across for dy in across]
        edge = len(across) - 0.5
        for is_rim, offsets in ((True, [(edge + 0.5, edge + 0.5), (-0.8, -0.8)]), (False, thick)):
            for dx, dy in offsets:
                x, y = margin * ratio - left * scale + dx, margin * ratio + top * scale + dy
                painter.setTransform(QTransform(scale, 0, 0, -scale, x, y))
                painter.setClipRect(QRectF(west, south, east - west, north - south))
                for hexadecimal, path in self._lines.items():
                    pen = QPen(_RIM if is_rim else QColor(hexadecimal), 1.0)
                    pen.setCosmetic(True)
                    painter.strokePath(path, pen)
        painter.end()
        image.setDevicePixelRatio(ratio)


def _parts(look: Look) -> list[tuple[NDArray[np.bool_], float]]:
    """Which points are drawn in turn, and how strong: a group that is shown stands out above the rest."""
    if look.raised is None:
        return [(look.shown, look.opacity)]
    return [(look.shown & ~look.raised, FAINT * look.opacity), (look.shown & look.raised, min(1.0, look.opacity + 0.3))]
