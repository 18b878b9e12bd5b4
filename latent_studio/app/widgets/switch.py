"""On or off, with its word."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

_WIDTH, _HEIGHT, _GAP = 28, 16, 8


class Switch(QAbstractButton):
    """A switch; `toggled(bool)` is its signal. `setChecked` sets it."""

    def __init__(self, text: str = "", *, checked: bool = False, tooltip: str = "", parent: QWidget | None = None):
        super().__init__(parent)
        self.setText(text)
        self.setToolTip(tooltip)
        self.setCheckable(True)
        self._focus = FocusMark(self)
        self.setChecked(checked)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        word = _GAP + round(paint.text_width(self.text())) + 1 if self.text() else 0
        return QSize(_WIDTH + word + 2, 28)

    def hitButton(self, pos: object) -> bool:
        """The word belongs to the switch."""
        return True

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(1, (self.height() - _HEIGHT) / 2, _WIDTH, _HEIGHT)
        on = self.isChecked()
        ground = colour("faint" if self.underMouse() else "line") if not on else colour("accent")
        if not self.isEnabled():
            ground = colour("raised")
        paint.fill_round(painter, track, ground, None, _HEIGHT / 2)
        x = track.right() - _HEIGHT / 2 if on else track.left() + _HEIGHT / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour("on_accent" if on else "text") if self.isEnabled() else colour("faint"))
        painter.drawEllipse(QPointF(x, track.center().y()), 5.5, 5.5)
        if self._focus.visible:
            paint.focus_ring(painter, track.adjusted(-1, -1, 1, 1), _HEIGHT / 2 + 1)
        word = QRectF(self.rect()).adjusted(_WIDTH + _GAP, 0, 0, 0)
        paint.draw_text(painter, word, self.text(), "text" if self.isEnabled() else "faint")
