"""The line under the large picture: where the current code lies."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.widgets import paint

_TITLE = "Current code"


class CodeLine(QWidget):
    """A title and a quiet sentence that changes at every step of a drag; painted, so that nothing is laid out anew."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "log p(z): how probable the prior finds the code, nats. "
            "Distance from the encoding: ‖z − E[q(z|x)]‖ for the picture beside."
        )

    def set_text(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.update()

    def text(self) -> str:
        return self._text

    def sizeHint(self) -> QSize:
        return QSize(320, 36)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 36)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter, area = QPainter(self), QRectF(self.rect())
        left = round(paint.text_width(_TITLE, "strong")) + 10
        if left + paint.text_width(self._text, "caption") <= area.width():
            paint.draw_text(painter, area, _TITLE, "text", "strong")
            paint.draw_text(painter, area.adjusted(left, 1, 0, 0), self._text, "muted", "caption")
        else:  # a narrow window: one under the other
            half = area.height() / 2
            paint.draw_text(painter, area.adjusted(0, 0, 0, -half), _TITLE, "text", "strong")
            paint.draw_text(painter, area.adjusted(0, half, 0, 0), self._text, "muted", "caption")
