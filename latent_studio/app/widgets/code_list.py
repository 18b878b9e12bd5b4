"""The Code dock's list: a slider and a strip of pictures per latent dimension."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtWidgets import QWidget

from latent_studio.app.widgets.code_view import CodeView
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.numbers import MINUS, clamped, nudge_of, parsed, shown
from latent_studio.app.widgets.slider import factor_of, wheel_steps
from latent_studio.app.widgets.slider_row import DimensionRow, Part

_SCROLL_GRACE_S = 0.4  # a wheel that is scrolling goes on scrolling when a focused row passes under it
_NUMBER_STARTS = frozenset("0123456789.-+" + MINUS)


class CodeList(CodeView):
    """Rows of latent dimensions to be moved, locked, reset and jumped along.

    Mouse: drag or click the slider, click a picture, a value or a lock; double-click resets.
    Keys: Tab, Up and Down move between rows; Left and Right nudge (Shift finer, Alt coarser); Home resets; typing a
    number edits the value, Enter commits it; L locks. A locked row keeps its value.

    Signals (the key is the row's own):
        value_dragged(key, float): while a handle moves.
        value_committed(key, float): at its release, and for each typed number, wheel step and arrow key.
        strip_clicked(key, float), lock_toggled(key, bool), reset_requested(key), menu_requested(key, QPoint).
    """

    value_dragged = Signal(object, float)
    value_committed = Signal(object, float)
    strip_clicked = Signal(object, float)
    lock_toggled = Signal(object, bool)
    reset_requested = Signal(object)
    menu_requested = Signal(object, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag_start = 0.0
        self._scrolled_at_s = float("-inf")
        self._edit = InlineEdit(self.viewport())
        self._edit.entered.connect(self._on_typed)
        self._edit.left.connect(self._on_editor_left)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Code")

    def set_rows(self, rows: Sequence[DimensionRow]) -> None:
        """Show other rows, or the same in another order; strips of keys that stay are kept."""
        self._edit.close_editor(commit=False)
        super().set_rows(rows)

    def _on_scrolled(self) -> None:
        self._edit.close_editor()
        super()._on_scrolled()

    def _has_keyboard(self) -> bool:
        return self.hasFocus() or self._edit.isVisible()

    # --- the mouse

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is None or event.button() != Qt.MouseButton.LeftButton:
            return
        index, part = hit
        self._go_to(index)
        row = self._rows[index]
        if part == "lock":
            self._toggle_lock(index)
        elif part == "strip":
            picture = self._shape.picture_at(event.position().x())
            if picture is not None and not row.locked:
                self._replace(index, value=row.picture_value(picture))
                self.strip_clicked.emit(row.key, row.picture_value(picture))
        elif part == "slider" and not row.locked:
            self._dragged, self._drag_start = row.key, row.value
            on_handle = abs(event.position().x() - self._shape.x_of(row, row.value)) <= 7
            if not on_handle:  # grabbing the handle must not move it
                self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragged is not None:
            self._drag_to(event.position().x())
            return
        hit = self._hit(event.position())
        if hit != self._hovered:
            self._peek.hide()
            former, self._hovered = self._hovered, hit
            for changed in (former, hit):
                if changed is not None:
                    self._update_row(changed[0])
            self.viewport().setCursor(self._cursor(hit))

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragged is not None:
            row = self._rows[self._index[self._dragged]]
            self._dragged = None
            if row.value != self._drag_start:
                self.value_committed.emit(row.key, row.value)
            self._update_row(self._index[row.key])
            return
        hit = self._hit(event.position())
        if hit is not None and hit[1] == "value" and event.button() == Qt.MouseButton.LeftButton:
            self._open_editor()

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if hit[1] in ("slider", "name"):
            self._reset(hit[0])
        else:
            self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._peek.hide()
        if self._hovered is not None:
            index, self._hovered = self._hovered[0], None
            self._update_row(index)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        """Turns the focused row when the pointer is on it; everywhere else the list scrolls."""
        hit = self._hit(event.position())
        scrolls_on = time.monotonic() - self._scrolled_at_s < _SCROLL_GRACE_S
        if hit is not None and hit[0] == self._current and self.hasFocus() and not scrolls_on:
            self._nudge(wheel_steps(event) * factor_of(event.modifiers()))
            event.accept()
            return
        self._scrolled_at_s = time.monotonic()
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        hit = self._hit(QPointF(event.pos()))
        if hit is not None:
            self._go_to(hit[0])
            self.menu_requested.emit(self._rows[hit[0]].key, event.globalPos())

    def _drag_to(self, x: float) -> None:
        index = self._index[self._dragged] if self._dragged is not None else self._current
        row = self._rows[index]
        value = self._shape.value_at(row, x)
        if value != row.value:
            self._replace(index, value=value)
            self.value_dragged.emit(row.key, value)

    def _cursor(self, hit: tuple[int, Part] | None) -> Qt.CursorShape:
        if hit is None or hit[1] == "name":
            return Qt.CursorShape.ArrowCursor
        if hit[1] == "lock":
            return Qt.CursorShape.PointingHandCursor
        if self._rows[hit[0]].locked:
            return Qt.CursorShape.ForbiddenCursor
        return Qt.CursorShape.IBeamCursor if hit[1] == "value" else Qt.CursorShape.PointingHandCursor

    # --- the keyboard

    def event(self, event: QEvent) -> bool:
        """Claim the keys that a row uses before the window's shortcuts see them (0–9 choose a category elsewhere)."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QtGui.QKeyEvent) and self._uses(event):
            event.accept()
            return True
        return super().event(event)

    def _uses(self, event: QtGui.QKeyEvent) -> bool:
        keys = (
            Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_L,
        )  # fmt: skip
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier):
            return False
        return bool(self._rows) and (event.key() in keys or event.text() in _NUMBER_STARTS)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key, page = event.key(), max(1, len(self._visible()) - 1)
        moves = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        nudges = {Qt.Key.Key_Left: -1.0, Qt.Key.Key_Right: 1.0}
        if not self._uses(event):
            event.ignore()
        elif key in moves:
            self._go_to(self._current + moves[Qt.Key(key)])
        elif key in nudges:
            self._nudge(nudges[Qt.Key(key)] * factor_of(event.modifiers()))
        elif key == Qt.Key.Key_Home:
            self._reset(self._current)
        elif key == Qt.Key.Key_L:
            self._toggle_lock(self._current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open_editor()
        else:
            self._open_editor(event.text())

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the rows, and leaves the list at either end."""
        step = 1 if forward else -1
        if self.hasFocus() and 0 <= self._current + step < len(self._rows):
            self._go_to(self._current + step)
            return True
        return super().focusNextPrevChild(forward)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._go_to(0)
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._go_to(len(self._rows) - 1)
        self._update_row(self._current)
        self._speak()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_row(self._current)

    def _go_to(self, index: int) -> None:
        if not self._rows:
            return
        former, self._current = self._current, int(clamped(index, 0, len(self._rows) - 1))
        self._update_row(former)
        self._update_row(self._current)
        row, bar = self.row_rect(self._rows[self._current].key), self.verticalScrollBar()
        if self._current == 0:
            bar.setValue(0)
        elif row.top() < 0:
            bar.setValue(bar.value() + row.top())
        elif row.bottom() >= self.viewport().height():
            bar.setValue(bar.value() + row.bottom() + 1 - self.viewport().height())
        self._speak()

    # --- what the hand does

    def _commit(self, value: float) -> None:
        row = self._rows[self._current]
        value = clamped(value, row.low, row.high)
        if not row.locked and value != row.value:
            self._replace(self._current, value=value)
            self.value_committed.emit(row.key, value)
            self._speak()

    def _nudge(self, steps: float) -> None:
        row = self._rows[self._current]
        self._commit(row.value + steps * nudge_of(row.low, row.high))

    def _reset(self, index: int) -> None:
        if not self._rows[index].locked:
            self.reset_requested.emit(self._rows[index].key)

    def _toggle_lock(self, index: int) -> None:
        row = self._rows[index]
        self._replace(index, locked=not row.locked)
        self.lock_toggled.emit(row.key, not row.locked)
        self._speak()

    def _open_editor(self, typed: str = "") -> None:
        row = self._rows[self._current]
        if not row.locked:
            top = self.row_rect(row.key).topLeft()
            right = Qt.AlignmentFlag.AlignRight
            self._edit.open_at(self._shape.value.translated(top), shown(row.value), typed, right)
            self._update_row(self._current)

    def _on_typed(self, text: str) -> None:
        value = parsed(text)
        if value is not None:
            self._commit(value)

    def _on_editor_left(self, move: int) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._go_to(self._current + move)

    def _speak(self) -> None:
        """Tell a screen reader the row that has the keyboard."""
        if self._rows and self.hasFocus():
            self.setAccessibleDescription(self._rows[self._current].spoken)
