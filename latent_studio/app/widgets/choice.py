"""A button that shows which of several things is chosen and opens the list of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app import icons
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button, Kind
from latent_studio.app.widgets.menus import menu


@dataclass(frozen=True)
class Option:
    """One entry: its key, what it is called, and, where it cannot be chosen now, why not."""

    key: str
    title: str
    tooltip: str = ""
    icon: str = ""
    reason: str = ""


class Choice(Button):
    """One of several. Space, Enter or Alt-Down open the list, Up and Down go through it in place.

    Signals:
        chosen(str): the key that the person chose; not for `set_current`.
    """

    chosen = Signal(str)

    def __init__(
        self,
        options: Sequence[Option | str] = (),
        current: str = "",
        *,
        icon: str = "",
        kind: Kind = "plain",
        as_field: bool = False,
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """A choice; `as_field` fills its form row instead of hugging its word."""
        super().__init__("", icon, kind, chevron=True, tooltip=tooltip, parent=parent)
        self._options: list[Option] = []
        self._current = ""
        self._as_field = as_field
        if as_field:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.set_options(options)
        if current:
            self.set_current(current)

    def set_options(self, options: Sequence[Option | str]) -> None:
        """Offer other things (a bare string is key and title); the current one stays where it is among them."""
        self._options = [Option(o, o) if isinstance(o, str) else o for o in options]
        keys = [option.key for option in self._options]
        self.set_current(self._current if self._current in keys else keys[0] if keys else "")
        self.setEnabled(bool(keys))

    def current(self) -> str:
        """The chosen key, empty where nothing is offered."""
        return self._current

    def set_current(self, key: str) -> None:
        """Show another choice, without a signal. Unknown keys are shown as they are."""
        self._current = key
        self.set_text(next((option.title for option in self._options if option.key == key), key))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(120, hint.height()) if self._as_field else hint

    def _ground(self) -> tuple[QColor | None, QColor | None]:
        fill, border = super()._ground()
        return (fill or colour("surface") if self._as_field else fill), border

    def _open(self) -> None:
        entries = menu(self)
        for option in self._options:
            action = entries.addAction(option.title)
            action.setData(option.key)
            action.setEnabled(not option.reason)
            action.setToolTip(option.reason or option.tooltip)
            if option.icon:
                action.setIcon(icons.icon(option.icon))
            if option.key == self._current:
                action.setIcon(icons.icon("check", "accent"))
                entries.setActiveAction(action)
        entries.setMinimumWidth(self.width())
        entries.triggered.connect(self._on_triggered)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _on_triggered(self, action: QtGui.QAction) -> None:
        self._choose(str(action.data()))

    def _choose(self, key: str) -> None:
        if key != self._current:
            self.set_current(key)
            self.chosen.emit(key)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() not in steps:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._open()
        else:
            self._step(steps[Qt.Key(event.key())])

    def _step(self, step: int) -> None:
        keys = [option.key for option in self._options if not option.reason]
        if self._current in keys:
            self._choose(keys[max(0, min(len(keys) - 1, keys.index(self._current) + step))])

    def event(self, event: QEvent) -> bool:
        """Show the whole title on hover where it is cut short."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            cut = self.width() < Button.sizeHint(self).width()
            if cut and self.text() not in self.toolTip():
                paint.show_tip(self, event.globalPos(), self.text(), self.toolTip())
                return True
        return super().event(event)
