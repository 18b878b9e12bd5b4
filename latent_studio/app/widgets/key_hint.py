"""The small frame around the name of a key."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import paint

_HEIGHT, _PAD = 18, 6


def hint_width(key: str) -> float:
    """The width of the frame around a key's name, px."""
    return max(paint.text_width(key, "caption") + 2 * _PAD, float(_HEIGHT))


def paint_hint(painter: QPainter, left: float, middle: float, key: str, role: Role = "muted") -> None:
    """Paint the name of a key in its frame, from `left` on, centred on the line y = `middle`."""
    box = QRectF(QPointF(left, round(middle - _HEIGHT / 2)), QSize(round(hint_width(key)), _HEIGHT).toSizeF())
    paint.fill_round(painter, box, None, colour("line"), 4)
    paint.draw_text(painter, box, key, role, "caption", paint.CENTRE)


class KeyHint(QWidget):
    """The name of a key, framed."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setAccessibleName(key)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(hint_width(self._key)), _HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        paint_hint(QPainter(self), 0, self.height() / 2, self._key)
