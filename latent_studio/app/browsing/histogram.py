"""How a number is spread over the pictures: bins from its least to its greatest value."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.data.browsing import AttributeFacts

_HEIGHT, _TEXT = 44, 18  # px: of the bins, of the line under them


class Histogram(QWidget):
    """Bins with the bounds under them; what a bin holds is told on hover."""

    def __init__(self, facts: AttributeFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._hovered = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(240, _HEIGHT + _TEXT)

    def _bin(self, index: int) -> QRectF:
        counts = self._facts.counts
        step, most = self.width() / len(counts), max(counts) or 1
        height = max(1.0 if counts[index] else 0.0, _HEIGHT * counts[index] / most)
        return QRectF(index * step, _HEIGHT - height, max(1.0, step - 1), height)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        for i in range(len(self._facts.counts)):
            painter.fillRect(self._bin(i), colour("accent", 1.0 if i == self._hovered else 0.65))
        painter.fillRect(QRectF(0, _HEIGHT, self.width(), 1), colour("line"))
        line = QRectF(0, _HEIGHT + 2, self.width(), _TEXT)
        paint.draw_text(painter, line, f"{self._facts.low:.4g}", "muted", "number_caption")
        paint.draw_text(painter, line, f"{self._facts.high:.4g}", "muted", "number_caption", paint.RIGHT)
        if self._hovered >= 0:
            paint.draw_text(painter, line, self._said(self._hovered), "text", "number_caption", paint.CENTRE)

    def _said(self, index: int) -> str:
        facts = self._facts
        step = (facts.high - facts.low) / len(facts.counts)
        return f"{facts.low + index * step:.4g} … {facts.low + (index + 1) * step:.4g}: {facts.counts[index]:,}"

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        n = len(self._facts.counts)
        self._hovered = max(0, min(n - 1, int(event.position().x() / self.width() * n)))
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()
