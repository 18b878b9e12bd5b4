"""A line drawn freely around points of the map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from latent_studio.app.theme import DARK
from latent_studio.studio.viewport import Viewport
from latent_studio.views.density import Points

_STEP = 2.0  # px between two corners
_LEAST = 6.0  # px: what is smaller was a click
_RIM = QColor(0, 0, 0, 170)


class Lasso:
    """A tool of the map; `drawn` is called with the closed line, (m, 2) in plane units, when it is let go.

    One line, and `put_down` is called: the hand pans again. Esc gives the line up, and once more the lasso.
    The line is kept in plane units, so that it stays around what it was drawn around should the map move meanwhile.
    """

    def __init__(
        self, drawn: Callable[[Points], None], repaint: Callable[[], None], put_down: Callable[[], None]
    ) -> None:
        self._drawn, self._repaint, self._put_down = drawn, repaint, put_down
        self._corners: list[tuple[float, float]] = []
        self._last = QPointF()

    @property
    def cursor(self) -> Qt.CursorShape:
        return Qt.CursorShape.CrossCursor

    @property
    def is_drawing(self) -> bool:
        return bool(self._corners)

    def press(self, px: QPointF, viewport: Viewport) -> None:
        self._corners = []
        self._add(px, viewport)

    def move(self, px: QPointF, viewport: Viewport) -> None:
        if self._corners and (px - self._last).manhattanLength() >= _STEP:
            self._add(px, viewport)

    def release(self, px: QPointF, viewport: Viewport) -> None:
        line, self._corners = np.array(self._corners, np.float64), []
        self._put_down()
        self._repaint()
        if len(line) >= 3 and np.ptp(line, axis=0).max() * viewport.scale >= _LEAST:
            self._drawn(line)

    def cancel(self) -> None:
        if not self._corners:
            self._put_down()
        self._corners = []
        self._repaint()

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        if len(self._corners) < 2:
            return
        px = viewport.to_px(np.array(self._corners, np.float64))
        line = QPolygonF([QPointF(x, y) for x, y in px.tolist()])
        accent = QColor(DARK.accent)
        tint = QColor(accent)
        tint.setAlphaF(0.14)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint)
        painter.drawPolygon(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((_RIM, 3.5), (accent, 1.75)):
            painter.setPen(
                QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            )
            painter.drawPolyline(line)
        painter.setPen(QPen(accent, 1.25, Qt.PenStyle.DotLine))
        painter.drawLine(line.last(), line.first())

    def _add(self, px: QPointF, viewport: Viewport) -> None:
        (corner,) = viewport.to_plane(np.array([[px.x(), px.y()]], np.float64)).tolist()
        self._corners.append((corner[0], corner[1]))
        self._last = px
        self._repaint()
