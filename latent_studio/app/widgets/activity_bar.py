"""The bar at the left edge that chooses the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

WIDTH = 76
_ITEM_WIDTH, _ITEM_HEIGHT, _ICON, _EDGE = 64, 52, 20, 6


@dataclass(frozen=True)
class ActivityItem:
    """One entry: a panel, or at the bottom something else. `shortcut` is told in the tooltip."""

    key: str
    title: str
    icon: str
    shortcut: str = ""
    at_bottom: bool = False


class _Item(QAbstractButton):
    def __init__(self, item: ActivityItem) -> None:
        super().__init__()
        self.item = item
        self._reason = ""
        self._focus = FocusMark(self)
        self.setCheckable(not item.at_bottom)
        self.setAccessibleName(item.title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_reason("")

    def set_reason(self, reason: str) -> None:
        self._reason = reason
        name = f"{self.item.title} ({self.item.shortcut})" if self.item.shortcut else self.item.title
        self.setToolTip(f"{name}\n{reason}" if reason else name)
        self.setAccessibleDescription(reason)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_EDGE + _ITEM_WIDTH, _ITEM_HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(_EDGE, 0, _ITEM_WIDTH, _ITEM_HEIGHT)
        hot = self.underMouse() or self.isDown()
        role: Role = "faint" if self._reason else "text" if self.isChecked() or hot else "muted"
        if self.isChecked() or (hot and not self._reason):
            paint.fill_round(painter, box, colour("raised", 1.0 if self.isChecked() else 0.6))
        if self.isChecked():
            painter.fillRect(QRect(0, (_ITEM_HEIGHT - 24) // 2, 2, 24), colour("accent"))
        middle = box.center().x()
        paint_icon(painter, self.item.icon, QRectF(middle - _ICON / 2, 7, _ICON, _ICON), colour(role))
        label = QRectF(box.left() + 1, 30, box.width() - 2, 16)
        paint.draw_text(painter, label, self.item.title, role, "caption", paint.CENTRE)
        if self._focus.visible:
            paint.focus_ring(painter, box)


class ActivityBar(QWidget):
    """Icons with their words, the shown one marked. Up and Down move between them.

    Signals:
        chosen(str): the key that the person chose, also of one that is greyed (its panel says why).
    """

    chosen = Signal(str)

    def __init__(self, items: Sequence[ActivityItem], current: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = {item.key: _Item(item) for item in items}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(2)
        for button in self._items.values():
            if not button.item.at_bottom:
                layout.addWidget(button)
        layout.addStretch()
        for button in self._items.values():
            if button.item.at_bottom:
                layout.addWidget(button)
            button.clicked.connect(self._on_clicked)
        self.setFixedWidth(WIDTH)
        self.set_current(current)

    def set_current(self, key: str) -> None:
        """Mark another panel, without a signal."""
        for button in self._items.values():
            button.setChecked(button.item.key == key and not button.item.at_bottom)

    def current(self) -> str:
        """The key of the marked panel, empty where none is."""
        return next((key for key, button in self._items.items() if button.isChecked()), "")

    def set_reason(self, key: str, reason: str) -> None:
        """Grey a panel that cannot be used now and say why in its tooltip; empty frees it."""
        self._items[key].set_reason(reason)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _Item):
            if not button.item.at_bottom:
                self.set_current(button.item.key)
            self.chosen.emit(button.item.key)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("window"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), colour("line"))
