"""The bar at the left edge that chooses the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6 import QtGui
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app import icons
from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.menus import menu

WIDTH = 76
_ITEM_WIDTH, _ITEM_HEIGHT, _ICON, _EDGE = 64, 52, 20, 6
_LEAST_HEIGHT, _SPACING, _MARGIN, _AIR = 40, 2, 8, 8
MORE = "more"


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
        self._height = _ITEM_HEIGHT
        self._focus = FocusMark(self)
        self.setCheckable(not item.at_bottom)
        self.setAccessibleName(item.title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_reason("")

    @property
    def reason(self) -> str:
        return self._reason

    def set_height(self, height: int) -> None:
        if height != self._height:
            self._height = height
            self.updateGeometry()

    def set_reason(self, reason: str) -> None:
        self._reason = reason
        name = f"{self.item.title} ({self.item.shortcut})" if self.item.shortcut else self.item.title
        self.setToolTip(f"{name}\n{reason}" if reason else name)
        self.setAccessibleDescription(reason)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_EDGE + _ITEM_WIDTH, self._height)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(_EDGE, 0, _ITEM_WIDTH, self._height)
        hot = self.underMouse() or self.isDown()
        role: Role = "faint" if self._reason else "text" if self.isChecked() or hot else "muted"
        if self.isChecked() or (hot and not self._reason):
            paint.fill_round(painter, box, colour("raised", 1.0 if self.isChecked() else 0.6))
        if self.isChecked():
            painter.fillRect(QRect(0, (self._height - 24) // 2, 2, 24), colour("accent"))
        middle = box.center().x()
        tight = (_ITEM_HEIGHT - self._height) / 2  # where there are many, they move together
        paint_icon(painter, self.item.icon, QRectF(middle - _ICON / 2, 7 - tight, _ICON, _ICON), colour(role))
        label = QRectF(box.left() + 1, 30 - 1.25 * tight, box.width() - 2, 16)
        paint.draw_text(painter, label, self.item.title, role, "caption", paint.CENTRE)
        if self._focus.visible:
            paint.focus_ring(painter, box)


class ActivityBar(QWidget):
    """Icons with their words, the shown one marked. Up and Down move between them.

    Where there is little room they move together, and what then has none is behind "More".

    Signals:
        chosen(str): the key that the person chose, also of one that is greyed (its panel says why).
    """

    chosen = Signal(str)

    def __init__(self, items: Sequence[ActivityItem], current: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items = {item.key: _Item(item) for item in items}
        self._more = _Item(ActivityItem(MORE, "More", "dots-three"))
        self._more.setCheckable(False)
        self._more.clicked.connect(self._open_more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, _MARGIN, 0, _MARGIN)
        layout.setSpacing(_SPACING)
        for button in [*self._panels(), self._more]:
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
        self._fit()

    def current(self) -> str:
        """The key of the marked panel, empty where none is."""
        return next((key for key, button in self._items.items() if button.isChecked()), "")

    def set_reason(self, key: str, reason: str) -> None:
        """Grey a panel that cannot be used now and say why in its tooltip; empty frees it."""
        self._items[key].set_reason(reason)

    # --- where there is little room

    def minimumSizeHint(self) -> QSize:
        return QSize(WIDTH, 4 * _ITEM_HEIGHT)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    def hidden(self) -> list[str]:
        """The keys of the panels that are behind "More"."""
        return [button.item.key for button in self._panels() if button.isHidden()]

    def _panels(self) -> list[_Item]:
        return [button for button in self._items.values() if not button.item.at_bottom]

    def _fit(self) -> None:
        """Give every panel its height, or hide the last ones; the shown panel is never hidden."""
        panels, n_foot = self._panels(), len(self._items) - len(self._panels())
        room = self.height() - 2 * _MARGIN - _AIR - n_foot * (_ITEM_HEIGHT + _SPACING)
        height = max(_LEAST_HEIGHT, min(_ITEM_HEIGHT, room // max(len(panels), 1) - _SPACING))
        n_shown = max(1, room // (height + _SPACING))
        is_short = n_shown < len(panels)
        shown = panels[: n_shown - 1] if is_short else panels
        current = next((button for button in panels if button.isChecked()), None)
        if is_short and current is not None and current not in shown:
            shown = [*shown[:-1], current]
        for button in [*panels, self._more]:
            button.set_height(height)
        for button in panels:
            button.setVisible(button in shown)
        self._more.setVisible(is_short)

    def _open_more(self) -> None:
        entries = menu(self)
        for key in self.hidden():
            button = self._items[key]
            action = entries.addAction(icons.icon(button.item.icon), button.item.title)
            action.setToolTip(button.reason)
            action.triggered.connect(partial(self._choose, key))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(self._more.mapToGlobal(QPoint(self._more.width() + 4, 0)))

    def _choose(self, key: str) -> None:
        self.set_current(key)
        self.chosen.emit(key)

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, _Item):
            if button.item.at_bottom:
                self.chosen.emit(button.item.key)
            else:
                self._choose(button.item.key)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("window"))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), colour("line"))
