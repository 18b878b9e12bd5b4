"""A line editor that opens in place over a painted value or name."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget


class InlineEdit(QLineEdit):
    """Hidden until `open_at`. Enter, Tab, the arrows up and down and a click elsewhere commit; Esc gives up.

    Signals:
        entered(str): what was written, where it differs from what stood there.
        left(int): the editor is closed; +1 asks for the next row, -1 for the one before, 0 for neither.
    """

    entered = Signal(str)
    left = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._former = ""
        self._is_open = False
        self.setProperty("inline", True)
        self.hide()

    def open_at(
        self, area: QRectF, former: str, typed: str = "", align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    ) -> None:
        """Edit over `area`: the former text all selected, or what has been typed already in its place."""
        self.setAlignment(align)
        self._former, self._is_open = former, True
        self.setGeometry(area.toRect())
        self.setText(typed or former)
        if not typed:
            self.selectAll()
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self, *, commit: bool = True, move: int = 0) -> None:
        """Close it, if it is open; a changed text is entered unless `commit` is false."""
        if not self._is_open:
            return
        self._is_open = False  # first: hiding moves the focus, which would close it again
        had_focus = self.hasFocus()
        self.hide()
        if commit and self.text() != self._former:
            self.entered.emit(self.text())
        if had_focus:
            self.left.emit(move)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_editor()
        elif key == Qt.Key.Key_Escape:
            self.close_editor(commit=False)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.close_editor(move=1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        self.close_editor(move=1 if forward else -1)
        return True

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_editor()
