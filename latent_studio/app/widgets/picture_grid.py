"""A contact sheet: many pictures, painted in one widget, row by row from strips that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.grid_shape import GridShape
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.picture_strip import Strips, selection_mark
from latent_studio.app.widgets.pixels import Pixels, to_qimage
from latent_studio.app.widgets.several import ADD, EXTEND, Several, step_of

GAP = 4  # px between the pictures
WIDE_GAP = 8  # px where there is room for the outline of a selected one


class PictureGrid(QWidget):
    """A contact sheet of `n_columns`; the pictures are as large as the width allows, up to `side_px`.

    What is not there yet (None) is a plain tile. With `selectable`, a click selects one, Ctrl-click and a rubber band
    (from between the pictures, or with Ctrl from anywhere) several, Shift-click all from the last one; Ctrl+A all,
    Escape none. What is dragged are the selected pictures, if it begins on one of them.

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
        super().__init__(parent)
        self._n_columns, self._side_px, self._gap, self._selectable = n_columns, side_px, GAP, selectable
        self._pictures: list[Pixels | None] = []
        self._codes: Mapping[int, carry.Code] = {}
        self._files: Callable[[list[int]], list[str]] | None = None
        self._captions: Sequence[str] = ()
        self._strips = Strips()
        self._chosen = Several()
        self._hovered: int | None = None
        self._pressed: tuple[int | None, QPointF] | None = None
        self._band: QRectF | None = None
        self._band_end = QPointF()
        self._focus = FocusMark(self)
        self._peek = Peek(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if selectable else Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    # --- what it shows

    def set_pictures(self, pictures: Iterable[Pixels | None], captions: Sequence[str] = ()) -> None:
        """Show pictures, row by row; `captions` are told on hover."""
        former, self._pictures, self._captions = len(self._pictures), list(pictures), captions
        if len(self._pictures) != former:
            self.updateGeometry()
            self._chosen.current = self._chosen.anchor = 0
            self._select(set())
        self._strips.clear()
        self.update()

    def put(self, places: Iterable[int], pictures: Iterable[Pixels]) -> None:
        """Show other pictures at some places."""
        rows = set()
        for place, picture in zip(places, pictures, strict=True):
            self._pictures[place] = picture
            rows.add(place // self._n_columns)
        for row in rows:
            self._strips.drop(row)
            self.update(self._shape().row_rect(row, self.width()))

    def n_pictures(self) -> int:
        """How many there are, with those that are still to come."""
        return len(self._pictures)

    def picture(self, index: int) -> Pixels | None:
        """One of them; None where it is not there yet."""
        return self._pictures[index]

    def set_codes(self, codes: Mapping[int, carry.Code]) -> None:
        """The codes that travel with the pictures when they are dragged away, by index."""
        self._codes = codes

    def set_files(self, files: Callable[[list[int]], list[str]]) -> None:
        """What writes pictures as files and gives their paths, for drops on the desktop; called when one happens."""
        self._files = files

    def set_columns(self, n_columns: int, side_px: int | None = None, gap: int | None = None) -> None:
        """How many pictures stand side by side, and how large they may be, px."""
        wanted = n_columns, side_px or self._side_px, self._gap if gap is None else gap
        if wanted != (self._n_columns, self._side_px, self._gap):
            self._n_columns, self._side_px, self._gap = wanted
            self._strips.clear()
            self.updateGeometry()
            self.update()

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

    # --- layout

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        width = self._n_columns * (self._side_px + self._gap) - self._gap + margins.left() + margins.right()
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._n_columns * 24, 24)

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        return self._shape(width).height + margins.top() + margins.bottom()

    def _shape(self, width: int | None = None) -> GridShape:
        """Where everything lies at a width, by default the present one."""
        margins = self.contentsMargins()
        room = (self.width() if width is None else width) - margins.left() - margins.right()
        side = max(8, min(self._side_px, (room - self._gap * (self._n_columns - 1)) // self._n_columns))
        return GridShape(len(self._pictures), self._n_columns, side, self._gap, margins.left(), margins.top())

    def cell(self, index: int) -> QRectF:
        """Where a picture lies."""
        return self._shape().cell(index)

    def places_in(self, area: QRectF) -> list[int]:
        """The pictures that an area touches, in order."""
        return self._shape().places_in(area)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        shape = self._shape()
        seen = shape.places_in(QRectF(0, event.rect().top(), self.width(), event.rect().height()))
        if seen:
            for row in range(seen[0] // self._n_columns, seen[-1] // self._n_columns + 1):
                painter.drawImage(shape.cell(row * self._n_columns).topLeft(), self._strip(row))
        self._paint_marks(painter, seen)
        if self._band is not None:
            paint.fill_round(painter, self._band, colour("accent", 0.14), colour("accent"), 2)

    def _paint_marks(self, painter: QPainter, seen: list[int]) -> None:
        """Selected, hovered, and the one that has the keyboard."""
        marked, shape = [place for place in seen if place in self._chosen.places], self._shape()
        if marked:
            mark, out = selection_mark(shape.side, shape.gap, self.devicePixelRatioF())
            for place in marked:
                painter.drawImage(shape.cell(place).topLeft() - QPointF(out, out), mark)
        if self._focus.visible and self._pictures:
            paint.focus_ring(painter, self.cell(self._chosen.current), paint.THUMB_RADIUS)
        elif self._hovered is not None and self._hovered not in self._chosen.places:
            paint.fill_round(painter, self.cell(self._hovered), None, colour("muted"), paint.THUMB_RADIUS)

    def _strip(self, row: int) -> QImage:
        first, shape = row * self._n_columns, self._shape()
        pictures = self._pictures[first : first + self._n_columns]
        return self._strips.row(row, pictures, shape.side, shape.gap, self.devicePixelRatioF())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        if self._shape().side != self._shape(event.oldSize().width()).side:
            self._strips.clear()

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
        there = [(place, picture) for place in places if (picture := self._pictures[place]) is not None]
        if there:
            carried = [carry.Carried(to_qimage(picture), self._codes.get(place)) for place, picture in there]
            files = self._files
            wanted = [place for place, _ in there]
            carry.start_drag_of(self, carried, None if files is None else lambda: files(wanted))

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
        index = (
            self._shape().index_at(QPointF(event.pos()))
            if by_mouse
            else self._chosen.current
            if self._pictures
            else None
        )
        if index is not None:
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.cell(index).center().toPoint())
            self._peek.hide()
            self.menu_requested.emit(index, at)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            self._show_peek(self._shape().index_at(QPointF(event.pos())), event.globalPos())
            return True
        return super().event(event)

    def _show_peek(self, index: int | None, at: QPoint) -> None:
        picture = None if index is None else self._pictures[index]
        if picture is None or index is None:
            self._peek.hide()
        else:
            self._peek.show_picture(picture, self._captions[index] if index < len(self._captions) else "", at)
