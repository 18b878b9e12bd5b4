"""A card over the whole window, for as long as it takes to choose or read something."""

from __future__ import annotations

import shiboken6
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint

_RADIUS = 10.0  # px
_SHADOWS = ((2, 10), (6, 8), (14, 6))  # px beyond the card, opacity of 255


class Overlay(QWidget):
    """Lies over its parent, which it darkens, and takes all keys. Esc and a click beside the card close it.

    Who inherits says where the card lies (`card_rect`) and fills it; `open_over` shows it.

    Signals:
        closed(): it is gone; the keyboard is where it was before.
    """

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._former_focus: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        parent.installEventFilter(self)
        self.hide()

    def card_rect(self) -> QRect:
        """Where the card lies; overridden."""
        raise NotImplementedError

    def lay_out(self) -> None:
        """Put the card's content into `card_rect`; called at every change of size."""

    def open_over(self) -> None:
        """Show it and take the keyboard."""
        if self.isHidden():
            self._former_focus = QApplication.focusWidget()
        self.setGeometry(self._window().rect())
        self.lay_out()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Hide it and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        former = self._former_focus
        is_there = former is not None and shiboken6.isValid(former) and former.isVisible()  # it may be gone meanwhile
        (former if former is not None and is_there else self._window()).setFocus(Qt.FocusReason.PopupFocusReason)
        self._former_focus = None
        self.closed.emit()

    def _window(self) -> QWidget:
        parent = self.parentWidget()
        assert parent is not None
        return parent

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window().rect())
            self.lay_out()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:  # the window's keys rest meanwhile
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        event.accept()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if not self.card_rect().contains(event.position().toPoint()):
            self.dismiss()
        event.accept()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        event.accept()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 110 if colour("window").lightness() < 128 else 60))
        card = QRectF(self.card_rect())
        for reach, opacity in _SHADOWS:
            shadow = card.adjusted(-reach, -reach / 2, reach, reach * 1.5)
            paint.fill_round(painter, shadow, QColor(0, 0, 0, opacity), None, _RADIUS + reach)
        paint.fill_round(painter, card, colour("surface"), colour("line"), _RADIUS)
