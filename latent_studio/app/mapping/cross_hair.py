"""Where the current code lies on the map, and the handle to take it elsewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from latent_studio.app.theme import DARK
from latent_studio.studio.viewport import Viewport

_RADIUS, _ARM, _AIR, _REACH = 8.0, 21.0, 3.0, 12.0  # px
_LIGHT, _ACCENT = QColor(255, 255, 255), QColor(DARK.accent)  # over pictures it is dark in either theme
_SHADE = QColor(0, 0, 0, 110)


class CrossHair:
    """A disc with four arms; hollow where the code lies beside the plane and only its shadow is shown."""

    def __init__(self) -> None:
        self.point: tuple[float, float] | None = None
        self.is_on_plane = True

    def px(self, viewport: Viewport) -> QPointF | None:
        """Where it is, px of the view."""
        if self.point is None:
            return None
        x, y = viewport.to_px(np.array([self.point], np.float64))[0]
        return QPointF(float(x), float(y))

    def is_under(self, px: QPointF, viewport: Viewport) -> bool:
        """Whether a press at this px takes the handle."""
        here = self.px(viewport)
        return here is not None and (here - px).manhattanLength() <= _REACH

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        here = self.px(viewport)
        if here is None or not QRectF(-_ARM, -_ARM, viewport.size[0] + 2 * _ARM, viewport.size[1] + 2 * _ARM).contains(
            here
        ):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for pen in (QPen(_SHADE, 4.5), QPen(_LIGHT, 2)):
            painter.setPen(pen)
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                inner, outer = _RADIUS + _AIR, _ARM
                painter.drawLine(here + QPointF(dx * inner, dy * inner), here + QPointF(dx * outer, dy * outer))
        painter.setPen(QPen(_SHADE, 4.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(here, _RADIUS, _RADIUS)
        painter.setPen(QPen(_LIGHT, 2))
        painter.setBrush(_ACCENT if self.is_on_plane else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(here, _RADIUS, _RADIUS)

    def hover(self, px: QPointF, viewport: Viewport) -> bool:
        return False

    def click(self, px: QPointF, viewport: Viewport) -> bool:
        return False

    def leave(self) -> None:
        """It shows no card."""
