"""Whether the focus came from the keyboard: only then is it worth a ring."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

_BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusMark(QObject):
    """Watches one widget; `visible` is true while it has the focus and got it by a key."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.visible = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self.visible = event.reason() in _BY_KEYBOARD
        elif event.type() == QEvent.Type.FocusOut:
            self.visible = False
        return False
