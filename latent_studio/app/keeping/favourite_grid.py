"""The favourites under a person's hand: chosen, named, put in order, carried out and dropped in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.keeping.favourite_view import SIDE, FavouriteView, Tile
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.pixels import to_qimage

_EDGE_PX, _SCROLL_PX = 14, 12  # what is dragged near an edge scrolls


class FavouriteGrid(FavouriteView):
    """Pictures in rows. The arrows move among them, Enter takes one, F2 renames, Del throws it away.

    Signals (a favourite is named by its place):
        chosen(int): clicked, or Enter.
        renamed(int, str), removed(int), menu_requested(int, QPoint).
        moved(int, int): put before another place; the number of favourites is the end.
        dropped(QMimeData, int): something with a code or a file, before that place.
    """

    chosen = Signal(int)
    renamed = Signal(int, str)
    removed = Signal(int)
    menu_requested = Signal(int, QPoint)
    moved = Signal(int, int)
    dropped = Signal(QMimeData, int)

    def __init__(self, files: Callable[[int], list[str]] | None = None, parent: QWidget | None = None) -> None:
        """files: writes a favourite's PNG for another program that it is dropped on, and gives its path."""
        super().__init__(parent)
        self._files = files
        self._pressed: tuple[int, QPointF] | None = None
        self._carried: int | None = None
        self._edited = 0
        self._edit = InlineEdit(self.viewport())
        self._edit.entered.connect(self._on_entered)
        self._edit.left.connect(self._on_editor_left)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAcceptDrops(True)

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these favourites; an editor that is open gives up."""
        self._edit.close_editor(commit=False)
        super().set_tiles(tiles)

    def _on_scrolled(self) -> None:
        self._edit.close_editor()
        super()._on_scrolled()

    def rename(self, place: int) -> None:
        """Open the editor over a name."""
        self.show_place(place)
        self._edited = place
        cell = self._cell(place).translated(0, -self.verticalScrollBar().value())
        left = max(4.0, min(cell.center().x() - 60, self.viewport().width() - 124.0))
        self._edit.open_at(QRectF(left, cell.top() + SIDE + 1, 120, 22), self._tiles[place].name)

    # --- the mouse

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = place, event.position()
            self._current = place

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None:
            place, start = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                self._carry(place)
            return
        place_now = self._place_at(event.position())
        if place_now != self._hovered:
            self._hovered = place_now
            self._peek.hide()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None and self._place_at(event.position()) == self._pressed[0]:
            self.chosen.emit(self._pressed[0])
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.rename(place)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._peek.hide()
        self.viewport().update()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        by_mouse = event.reason() == QtGui.QContextMenuEvent.Reason.Mouse
        place = self._place_at(QPointF(event.pos())) if by_mouse else self._current
        if place is not None and place < len(self._tiles):
            here = self.viewport().mapToGlobal(self._seen(place).center().toPoint())
            self.menu_requested.emit(place, event.globalPos() if by_mouse else here)

    # --- the keyboard

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        key, n_columns = event.key(), self._n_columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -n_columns, Qt.Key.Key_Down: n_columns}
        if not self._tiles:
            event.ignore()
        elif key in steps:
            self._current = max(0, min(len(self._tiles) - 1, self._current + steps[Qt.Key(key)]))
            self.show_place(self._current)
            self.viewport().update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self._current)
        elif key == Qt.Key.Key_F2:
            self.rename(self._current)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit(self._current)
        else:
            event.ignore()

    def _on_entered(self, name: str) -> None:
        self.renamed.emit(self._edited, name)

    def _on_editor_left(self, move: int) -> None:
        self.setFocus()
        place = self._edited + move
        if move and 0 <= place < len(self._tiles):
            self.rename(place)

    # --- carrying

    def _carry(self, place: int) -> None:
        tile = self._tiles[place]
        if tile.picture is not None:
            self._carried = place
            write = self._files
            files = None if write is None else lambda: write(place)
            carry.start_drag_of(self, [carry.Carried(to_qimage(tile.picture), tile.code)], files)
            self._carried = None

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        mime = event.mimeData()
        if self._carried is not None or carry.codes_of(mime) or carry.files_of(mime):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QtGui.QDragMoveEvent) -> None:
        self._gap = self._gap_at(event.position())
        below = self.viewport().height() - event.position().y()
        step = -_SCROLL_PX if event.position().y() < _EDGE_PX else _SCROLL_PX if below < _EDGE_PX else 0
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + step)
        self.viewport().update()
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QtGui.QDragLeaveEvent) -> None:
        self._gap = None
        self.viewport().update()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        gap, self._gap = self._gap_at(event.position()), None
        self.viewport().update()
        event.acceptProposedAction()
        if self._carried is None:
            self.dropped.emit(event.mimeData(), gap)
        elif gap not in (self._carried, self._carried + 1):
            self.moved.emit(self._carried, gap)
