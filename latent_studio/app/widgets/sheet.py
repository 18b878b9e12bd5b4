"""A sheet of rows under the hand: adopt, enlarge, carry, select, and move by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.pixels import to_qimage
from latent_studio.app.widgets.sheet_shape import MARGIN, NAMES
from latent_studio.app.widgets.sheet_view import Place, SheetView

CodeOf = Callable[[str, int], carry.Code | None]


class Sheet(SheetView):
    """Rows of pictures to choose from.

    Mouse: click adopts, hovering enlarges, dragging carries, Ctrl-click selects, right-click opens the menu.
    Keys: arrows move, Enter adopts, the menu key opens the menu.

    Signals:
        clicked(name, index).
        menu_requested(list of (name, index), QPoint): for the selection where the picture is one of it.
        row_menu_requested(name, QPoint): on a row's name.
    """

    clicked = Signal(str, int)
    menu_requested = Signal(list, QPoint)
    row_menu_requested = Signal(str, QPoint)

    def __init__(self, code_of: CodeOf, parent: QWidget | None = None, *, is_grid: bool = False) -> None:
        """code_of: the code that travels with a picture when it is dragged away."""
        super().__init__(parent, is_grid=is_grid)
        self._code_of = code_of
        self._pressed: tuple[Place, QPointF] | None = None

    def _at(self, at: QPointF) -> QPointF:
        return at + QPointF(0, self.verticalScrollBar().value())

    def _place_at(self, at: QPointF) -> Place | None:
        hit = self._shape.picture_at(self._at(at))
        return None if hit is None else (self._rows[hit[0]].name, hit[1])

    # --- the mouse

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = place, event.position()
            self._current = self._index[place[0]], place[1]
            self.viewport().update()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None:
            self._carry(event.position())
            return
        place, row = self._place_at(event.position()), self._shape.row_at(self._at(event.position()).y())
        if (place, row) != (self._hovered, self._hovered_row):
            if place != self._hovered:
                self._peek.hide()
            self._hovered, self._hovered_row = place, row
            shape = Qt.CursorShape.PointingHandCursor if place is not None else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def _carry(self, at: QPointF) -> None:
        assert self._pressed is not None
        (name, index), start = self._pressed
        if (at - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            if index < len(self.pictures(name)):
                self._peek.hide()
                carry.start_drag(self, to_qimage(self.pictures(name)[index]), self._code_of(name, index))

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._place_at(event.position()) != pressed[0]:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._selected ^= {pressed[0]}
        else:
            self._selected.clear()
            self.clicked.emit(*pressed[0])
        self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = self._hovered_row = None
        self._peek.hide()
        self.viewport().update()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        if event.reason() == QtGui.QContextMenuEvent.Reason.Keyboard:
            self._menu_by_key()
            return
        at = QPointF(self.viewport().mapFromGlobal(event.globalPos()))
        place, row = self._place_at(at), self._shape.row_at(self._at(at).y())
        if place is not None:
            self._open_menu(place, event.globalPos())
        elif row is not None and at.x() < MARGIN + NAMES:
            self.row_menu_requested.emit(self._rows[row].name, event.globalPos())

    def _open_menu(self, place: Place, at: QPoint) -> None:
        self._peek.hide()
        if place not in self._selected:
            self._selected.clear()
            self.viewport().update()
        self.menu_requested.emit(self.selection() or [place], at)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            self._show_tip(event)
            return True
        return super().viewportEvent(event)

    def _show_tip(self, event: QtGui.QHelpEvent) -> None:
        place = self._place_at(QPointF(event.pos()))
        number = self._shape.row_at(self._at(QPointF(event.pos())).y())
        row = None if number is None else self._rows[number]
        if row is not None and place is not None and place[1] < len(self.pictures(row.name)):
            text = (row.lead or f"{row.name} = ") + self._captions[row.name][place[1]]
            self._peek.show_picture(self.pictures(row.name)[place[1]], text, event.globalPos())
        elif row is not None and event.pos().x() < MARGIN + NAMES:
            paint.show_tip(self.viewport(), event.globalPos(), row.title or row.name, row.tooltip)

    # --- the keyboard

    def event(self, event: QEvent) -> bool:
        """Enter and the arrows are the sheet's own while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QtGui.QKeyEvent) and self._uses(event):
            event.accept()
            return True
        return super().event(event)

    def _uses(self, event: QtGui.QKeyEvent) -> bool:
        return bool(self._rows) and event.key() in (*_MOVES, Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._uses(event):
            event.ignore()
        elif event.key() in _MOVES:
            self._move(*_MOVES[Qt.Key(event.key())])
        else:
            row, index = self._current
            self.clicked.emit(self._rows[row].name, index)

    def _move(self, down: int, across: int) -> None:
        row = max(0, min(len(self._rows) - 1, self._current[0] + down))
        index = max(0, min(self._rows[row].n_pictures - 1, self._current[1] + across))
        self._current = row, index
        cell, bar = self.cell(self._rows[row].name, index), self.verticalScrollBar()
        beyond = max(0.0, cell.bottom() + MARGIN / 2 - self.viewport().height())
        bar.setValue(round(bar.value() + beyond + min(0.0, cell.top() - MARGIN / 2)))
        there = self._rows[row]
        self.setAccessibleDescription(f"{there.title or there.name}, picture {index + 1} of {there.n_pictures}")
        self.viewport().update()

    def _menu_by_key(self) -> None:
        if self._rows:
            name = self._rows[self._current[0]].name
            corner = self.cell(name, self._current[1]).bottomLeft().toPoint()
            self._open_menu((name, self._current[1]), self.viewport().mapToGlobal(corner))

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


_MOVES = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
"""Rows down and pictures across, by key."""
