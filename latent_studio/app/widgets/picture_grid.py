"""A contact sheet: many pictures, painted in one widget, row by row from strips that are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.picture_strip import strip
from latent_studio.app.widgets.pixels import Pixels, to_qimage

GAP = 4  # px between the pictures
WIDE_GAP = 8  # px where there is room for the outline of a selected one

_STRIP_BYTES = 64 << 20  # of rows kept for scrolling back
_BAND_FROM = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


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
        self._strips: OrderedDict[int, QImage] = OrderedDict()
        self._selected: set[int] = set()
        self._hovered: int | None = None
        self._pressed: tuple[int | None, QPointF] | None = None
        self._band: QRectF | None = None
        self._band_end = QPointF()
        self._before_band: set[int] = set()
        self._current = self._anchor = 0
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
            self._current = self._anchor = 0
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
            self._strips.pop(row, None)
            self.update(self._row_rect(row))

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
        return sorted(self._selected)

    def set_selection(self, places: Iterable[int]) -> None:
        """Select others; places that are not there count for nothing."""
        self._select({place for place in places if 0 <= place < len(self._pictures)})

    def current(self) -> int:
        """The picture that has the keyboard."""
        return self._current

    def set_current(self, index: int) -> None:
        """Give the keyboard to another one."""
        index = max(0, min(len(self._pictures) - 1, index))
        if index != self._current:
            self._current = index
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
        n_rows = -(-len(self._pictures) // self._n_columns)
        rows = max(n_rows * (self._side(width) + self._gap) - self._gap, 0)
        return rows + margins.top() + margins.bottom()

    def _side(self, width: int) -> int:
        margins = self.contentsMargins()
        room = width - margins.left() - margins.right() - self._gap * (self._n_columns - 1)
        return max(8, min(self._side_px, room // self._n_columns))

    def cell(self, index: int) -> QRectF:
        """Where a picture lies."""
        row, column = divmod(index, self._n_columns)
        side, margins = self._side(self.width()), self.contentsMargins()
        step = side + self._gap
        return QRectF(margins.left() + column * step, margins.top() + row * step, side, side)

    def places_in(self, area: QRectF | QRect) -> list[int]:
        """The pictures that an area touches, in order."""
        area, margins = QRectF(area), self.contentsMargins()
        side = self._side(self.width())
        rows = self._touched(area.top() - margins.top(), area.bottom() - margins.top(), side, self._n_rows())
        columns = self._touched(area.left() - margins.left(), area.right() - margins.left(), side, self._n_columns)
        places = (np.arange(*rows)[:, None] * self._n_columns + np.arange(*columns)).ravel()
        found: list[int] = places[places < len(self._pictures)].tolist()
        return found

    def _touched(self, start: float, end: float, side: int, n: int) -> tuple[int, int]:
        """Which of n cells along one axis, first and past the last, lie between two coordinates."""
        step = side + self._gap
        return max(0, int((start + self._gap) // step)), max(0, min(n, int(end // step) + 1))

    def _n_rows(self) -> int:
        return -(-len(self._pictures) // self._n_columns)

    def _index_at(self, at: QPointF) -> int | None:
        found = self.places_in(QRectF(at, at)) if at.x() >= 0 and at.y() >= 0 else []
        return found[0] if found and self.cell(found[0]).contains(at) else None

    def _row_rect(self, row: int) -> QRect:
        """The whole width of a row, with the outlines around its pictures."""
        top = int(self.cell(row * self._n_columns).top())
        return QRect(0, top - self._gap, self.width(), self._side(self.width()) + 2 * self._gap)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        seen = self.places_in(QRectF(0, event.rect().top(), self.width(), event.rect().height()))
        if seen:
            for row in range(seen[0] // self._n_columns, seen[-1] // self._n_columns + 1):
                painter.drawImage(self.cell(row * self._n_columns).topLeft(), self._strip(row))
        self._paint_marks(painter, seen)
        if self._band is not None:
            paint.fill_round(painter, self._band, colour("accent", 0.14), colour("accent"), 2)

    def _paint_marks(self, painter: QPainter, seen: list[int]) -> None:
        """Selected, hovered, and the one that has the keyboard."""
        marked = [place for place in seen if place in self._selected]
        if marked:
            mark, out = self._mark()
            for place in marked:
                painter.drawImage(self.cell(place).topLeft() - QPointF(out, out), mark)
        if self._focus.visible and self._pictures:
            paint.focus_ring(painter, self.cell(self._current), paint.THUMB_RADIUS)
        elif self._hovered is not None and self._hovered not in self._selected:
            paint.fill_round(painter, self.cell(self._hovered), None, colour("muted"), paint.THUMB_RADIUS)

    def _mark(self) -> tuple[QImage, int]:
        """The outline of a selected picture, drawn once for all of them, and how far it lies outside, px."""
        side, ratio = self._side(self.width()), self.devicePixelRatioF()
        out = round(paint.OUTLINE) if self._gap >= 2 * paint.OUTLINE else 0
        pixels = round((side + 2 * out) * ratio)
        mark = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        mark.setDevicePixelRatio(ratio)
        mark.fill(Qt.GlobalColor.transparent)
        painter = QPainter(mark)
        inset = 0.0 if out else paint.OUTLINE  # without room between the pictures it covers their edges
        around = QRectF(out, out, side, side).adjusted(inset, inset, -inset, -inset)
        paint.outline(painter, around, paint.THUMB_RADIUS)
        painter.end()
        return mark, out

    def _strip(self, row: int) -> QImage:
        """A row's pictures in device pixels."""
        side, ratio = self._side(self.width()), self.devicePixelRatioF()
        image = self._strips.get(row)
        if image is None or image.devicePixelRatio() != ratio:
            first = row * self._n_columns
            image = strip(self._pictures[first : first + self._n_columns], side, self._gap, ratio)
            self._strips[row] = image
            while len(self._strips) * image.sizeInBytes() > _STRIP_BYTES and len(self._strips) > 1:
                self._strips.popitem(last=False)
        self._strips.move_to_end(row)
        return image

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        if self._side(event.size().width()) != self._side(event.oldSize().width()):
            self._strips.clear()

    # --- the hand

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._index_at(event.position()), event.position()
            self._peek.hide()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._band is not None and self._pressed is not None:
            self._stretch_band(self._pressed[1], event.position())
        elif self._pressed is not None:
            index, start = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._begin(index, event)
        else:
            self._hover(self._index_at(event.position()), event.globalPosition().toPoint())

    def _begin(self, index: int | None, event: QtGui.QMouseEvent) -> None:
        """The pointer went far enough from where it was pressed: a rubber band, or pictures are carried away."""
        if self._selectable and (index is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self._before_band = set(self._selected) if event.modifiers() & _BAND_FROM else set()
            self._band = QRectF()
            self.mouseMoveEvent(event)
        elif index is not None:
            self._pressed = None
            self._carry(self.selection() if index in self._selected else [index])

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
        self._select(self._before_band | set(self.places_in(self._band)))
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
            if self._index_at(event.position()) == pressed[0]:
                self._click(pressed[0], event.modifiers())
        elif pressed is not None and not event.modifiers() & _BAND_FROM:
            self._select(set())

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._peek.hide()
        self.update()

    def _click(self, index: int, modifiers: Qt.KeyboardModifier) -> None:
        adds = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        extends = self._selectable and bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        self.set_current(index)
        if extends:
            ends = sorted((self._anchor, index))
            self._select(set(range(ends[0], ends[1] + 1)) | (self._selected if adds else set()))
            return
        self._anchor = index
        if self._selectable:
            self._select(self._selected ^ {index} if adds else {index})
        if not adds:
            self.clicked.emit(index)

    def _select(self, places: set[int]) -> None:
        if places != self._selected:
            self._selected = places
            self.selection_changed.emit(self.selection())
            self.update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._pictures or not self._take_key(event):
            event.ignore()

    def _take_key(self, event: QtGui.QKeyEvent) -> bool:
        """Whether the key was for the pictures."""
        key, step = event.key(), self._step_of(event.key())
        if step is not None:
            target = max(0, min(len(self._pictures) - 1, self._current + step))
            if self._selectable and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._click(target, event.modifiers())
            else:
                self.set_current(target)
            self._focus.visible = True
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._click(self._current, Qt.KeyboardModifier.NoModifier)
        elif self._selectable and key == Qt.Key.Key_Space:
            self._click(self._current, Qt.KeyboardModifier.ControlModifier)
        elif self._selectable and event.matches(QtGui.QKeySequence.StandardKey.SelectAll):
            self._select(set(range(len(self._pictures))))
        elif key == Qt.Key.Key_Escape and self._selected:
            self._select(set())
        else:
            return False
        self.update()
        return True

    def _step_of(self, key: int) -> int | None:
        n, page = len(self._pictures), self._n_columns * self._rows_in_view()
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._n_columns,
            Qt.Key.Key_Down: self._n_columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -n,
            Qt.Key.Key_End: n,
        }
        return steps[Qt.Key(key)] if key in steps else None

    def _rows_in_view(self) -> int:
        return max(1, self.visibleRegion().boundingRect().height() // (self._side(self.width()) + self._gap))

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        by_mouse = event.reason() == QtGui.QContextMenuEvent.Reason.Mouse
        index = self._index_at(QPointF(event.pos())) if by_mouse else self._current if self._pictures else None
        if index is not None:
            at = event.globalPos() if by_mouse else self.mapToGlobal(self.cell(index).center().toPoint())
            self._peek.hide()
            self.menu_requested.emit(index, at)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            self._show_peek(self._index_at(QPointF(event.pos())), event.globalPos())
            return True
        return super().event(event)

    def _show_peek(self, index: int | None, at: QPoint) -> None:
        picture = None if index is None else self._pictures[index]
        if picture is None or index is None:
            self._peek.hide()
        else:
            self._peek.show_picture(picture, self._captions[index] if index < len(self._captions) else "", at)
