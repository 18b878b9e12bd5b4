"""A word that does something, inside a line of text."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latent_studio.app.theme import TextRole
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark


class Link(QAbstractButton):
    """Accent-coloured text to click; `clicked` is its signal."""

    def __init__(self, text: str, *, font: TextRole = "body", tooltip: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self._font = font
        self._focus = FocusMark(self)
        self.setText(text)
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self.text(), self._font)) + 1, 20)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint.draw_text(painter, area, self.text(), "accent" if self.isEnabled() else "faint", self._font)
        if self.underMouse() or self._focus.visible:
            y = area.center().y() + painter.fontMetrics().height() / 2 - 1
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
