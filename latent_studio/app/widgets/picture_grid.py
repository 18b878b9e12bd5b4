"""A contact sheet under the hand: clicked, selected, carried away, gone through by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import overload

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.widgets import carry
from latent_studio.app.widgets.picture_field import GAP, WIDE_GAP, PictureField
from latent_studio.app.widgets.pixels import to_qimage
from latent_studio.app.widgets.several import ADD, EXTEND, step_of

__all__ = ["GAP", "WIDE_GAP", "PictureGrid"]


class PictureGrid(PictureField):
    """A contact sheet of `n_columns`; the pictures are as large as the width allows, up to `side_px`.

    With `selectable`, a click selects one, Ctrl-click and a rubber band (from between the pictures, or with Ctrl from
    anywhere) several, Shift-click all from the last one; Ctrl+A all, Escape none. What is dragged are the selected
    pictures, if it begins on one of them.

    Signals:
        clicked(int): by mouse or Enter.  menu_requested(int, QPoint): which picture, and where on the screen.
        selection_changed(list[int]): in order.  current_changed(int): the one that has the keyboard.
        band_moved(QPoint): the pointer while a rubber band is drawn, for whoever scrolls.
    """

    clicked = Signal(int)
    menu_requested = Signal(int, QPoint)
    selection_changed = Signal(list)
    current_changed = Signal(int)
    band_moved = Signal(QPoint)

    def __init__(
        self, n_columns: int = 6, *, side_px: int = 128, selectable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(n_columns, side_px, parent)
        self._selectable = selectable
        self._codes: Mapping[int, carry.Code] = {}
        self._files: Callable[[list[int]], list[str]] | None = None
        self._pressed: tuple[int | None, QPointF] | None = None
        self._band_end = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if selectable else Qt.FocusPolicy.TabFocus)

    def set_codes(self, codes: Mapping[int, carry.Code]) -> None:
        """The codes that travel with the pictures when they are dragged away, by index."""
        self._codes = codes

    def set_files(self, files: Callable[[list[int]], list[str]]) -> None:
        """What writes pictures as files and gives their paths, for drops on the desktop; called when one happens."""
        self._files = files

    def selection(self) -> list[int]:
        """The selected pictures, in order."""
        return sorted(self._chosen.places)

    def set_selection(self, places: Iterable[int]) -> None:
        """Select others; places that are not there count for nothing."""
        self._select({place for place in places if 0 <= place < len(self._pictures)})

    def current(self) -> int:
        """The picture that has the keyboard."""
        return self._chosen.current

    def set_current(self, index: int) -> None:
        """Give the keyboard to another one."""
        index = max(0, min(len(self._pictures) - 1, index))
        if index != self._chosen.current:
            self._chosen.current = index
            self.current_changed.emit(index)
            self.update()

    # --- the hand

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._shape().index_at(event.position()), event.position()
            self._peek.hide()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._band is not None and self._pressed is not None:
            self._stretch_band(self._pressed[1], event.position())
        elif self._pressed is not None:
            index, start = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._begin(index, event)
        else:
            self._hover(self._shape().index_at(event.position()), event.globalPosition().toPoint())

    def _begin(self, index: int | None, event: QtGui.QMouseEvent) -> None:
        """The pointer went far enough from where it was pressed: a rubber band, or pictures are carried away."""
        if self._selectable and (index is None or event.modifiers() & ADD):
            self._chosen.begin_band(event.modifiers())
            self._band = QRectF()
            self.mouseMoveEvent(event)
        elif index is not None:
            self._pressed = None
            self._carry(self.selection() if index in self._chosen.places else [index])

    def _carry(self, places: list[int]) -> None:
        there = [place for place in places if self._pictures[place] is not None]
        if there:
            files = self._files
            carry.start_drag_of(self, _OnTheirWay(self, there), None if files is None else lambda: files(there))

    def carried(self, place: int) -> carry.Carried:
        """One of the pictures as it is carried away; it must be there."""
        picture = self._pictures[place]
        assert picture is not None
        return carry.Carried(to_qimage(picture), self._codes.get(place))

    def _stretch_band(self, start: QPointF, end: QPointF) -> None:
        self._band_end = end
        corner = QPointF(min(max(end.x(), 0), self.width() - 1), min(max(end.y(), 0), self.height() - 1))
        self._band = QRectF(start, corner).normalized()
        self._select(self._chosen.before_band | set(self.places_in(self._band)))
        self.band_moved.emit(end.toPoint())
        self.update()

    def is_banding(self) -> bool:
        """Whether a rubber band is being drawn."""
        return self._band is not None

    def extend_band(self, dy: float) -> None:
        """The sheet moved under the pointer by so much, px: the band's end goes along."""
        if self._pressed is not None:
            self._stretch_band(self._pressed[1], self._band_end + QPointF(0, dy))

    def _hover(self, index: int | None, at: QPoint) -> None:
        """A larger picture that is shown already goes along with the pointer."""
        if index == self._hovered:
            return
        self._hovered = index
        self.update()
        if self._peek.isVisible():
            self._show_peek(index, at)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        pressed, band = self._pressed, self._band
        self._pressed = self._band = None
        if band is not None:
            self.update()
        elif pressed is not None and pressed[0] is not None:
            if self._shape().index_at(event.position()) == pressed[0]:
                self._click(pressed[0], event.modifiers())
        elif pressed is not None and not event.modifiers() & (ADD | EXTEND):
            self._select(set())

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._peek.hide()
        self.update()

    def _click(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        self.set_current(index)
        if self._selectable:
            self._select(self._chosen.clicked(index, modifiers))
        if not modifiers & (ADD | EXTEND if self._selectable else ADD):
            self.clicked.emit(index)

    def _forget_selection(self) -> None:
        self._select(set())

    def _select(self, places: set[int]) -> None:
        if places != self._chosen.places:
            self._chosen.places = places
            self.selection_changed.emit(self.selection())
            self.update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._pictures or not self._take_key(event):
            event.ignore()

    def _take_key(self, event: QtGui.QKeyEvent) -> bool:
        """Whether the key was for the pictures."""
        key = event.key()
        step = step_of(key, len(self._pictures), self._n_columns, self._rows_in_view())
        if step is not None:
            target = max(0, min(len(self._pictures) - 1, self._chosen.current + step))
            if self._selectable and event.modifiers() & EXTEND:
                self._click(target, event.modifiers())
            else:
                self.set_current(target)
            self._focus.visible = True
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._click(self._chosen.current, Qt.KeyboardModifier.NoModifier)
        elif self._selectable and key == Qt.Key.Key_Space:
            self._click(self._chosen.current, ADD)
        elif self._selectable and event.matches(QtGui.QKeySequence.StandardKey.SelectAll):
            self._select(set(range(len(self._pictures))))
        elif key == Qt.Key.Key_Escape and self._chosen.places:
            self._select(set())
        else:
            return False
        self.update()
        return True

    def _rows_in_view(self) -> int:
        return max(1, self.visibleRegion().boundingRect().height() // (self._shape().side + self._gap))

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        by_mouse = event.reason() == QtGui.QContextMenuEvent.Reason.Mouse
        current = self._chosen.current if self._pictures else None
        index = self._shape().index_at(QPointF(event.pos())) if by_mouse else current
        if index is not None:
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.cell(index).center().toPoint())
            self._peek.hide()
            self.menu_requested.emit(index, at)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            self._show_peek(self._shape().index_at(QPointF(event.pos())), event.globalPos())
            return True
        return super().event(event)


class _OnTheirWay(Sequence[carry.Carried]):
    """Pictures of a grid, each made ready when it is asked for."""

    def __init__(self, grid: PictureGrid, places: list[int]) -> None:
        self._grid, self._places = grid, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> carry.Carried: ...

    @overload
    def __getitem__(self, index: slice) -> list[carry.Carried]: ...

    def __getitem__(self, index: int | slice) -> carry.Carried | list[carry.Carried]:
        if isinstance(index, slice):
            return [self._grid.carried(place) for place in self._places[index]]
        return self._grid.carried(self._places[index])
