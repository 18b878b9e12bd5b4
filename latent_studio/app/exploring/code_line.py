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
        return QSize(320, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        paint.draw_text(painter, QRectF(self.rect()), _TITLE, "text", "strong")
        left = round(paint.text_width(_TITLE, "strong")) + 10
        room = QRectF(left, 1, self.width() - left, self.height())
        if room.width() > 24:
            paint.draw_text(painter, room, self._text, "muted", "caption")
