"""What is left of a folded dock: a rail that opens it again."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

WIDTH = 40


class Rail(QAbstractButton):
    """40 px with the dock's name written downwards; `clicked` asks for the dock."""

    def __init__(self, text: str, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focus = FocusMark(self)
        self.setText(text)
        self.setToolTip(tooltip or f"Open {text}")
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 200)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        hot = self.underMouse() or self._focus.visible
        painter.fillRect(self.rect(), colour("raised" if hot else "surface"))
        painter.fillRect(QRect(0, 0, 1, self.height()), colour("line"))
        paint_icon(painter, "caret-double-left", QRect(12, 16, 16, 16), colour("text" if hot else "muted"))
        painter.translate(self.width(), 0)
        painter.rotate(90)
        box = QRectF(44, 0, self.height() - 60, self.width())
        paint.draw_text(painter, box, self.text(), "text" if hot else "muted")
