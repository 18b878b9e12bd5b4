"""All pictures of a list, however long: only those in view are asked for, made and painted."""

from __future__ import annotations

from collections import OrderedDict

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import thumbnail, to_qimage
from latent_studio.engine.errands import DataPage

BLOCK = 240
"""Pictures that are asked for at once: more than are seen, and a multiple of most numbers of columns."""
N_BLOCKS_KEPT = 60
N_IMAGES_KEPT = 3_000
_GAP, _MARGIN = 4, 24  # px


class PictureWall(QAbstractScrollArea):
    """Pictures in rows that fill the width, `side` px each. What has not come yet is an empty place.

    Signals:
        needed(int): a block of the list is in view and not there: ask for it with `put` as the answer.
        pointed(int): the picture under the pointer or, with the keyboard, the current one; -1: none any more.
        clicked(int), opened(int): opened by a double click or Enter.
        menu_requested(int, QPoint).
    All numbers are places in the list.
    """

    needed = Signal(int)
    pointed = Signal(int)
    clicked = Signal(int)
    opened = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side, self._n = side, 0
        self._blocks: OrderedDict[int, DataPage] = OrderedDict()
        self._images: OrderedDict[int, QImage] = OrderedDict()
        self._selected: list[int] = []
        self._current, self._hovered = -1, -1
        self._pressed: tuple[int, QPointF] | None = None
        self._focus, self._peek = FocusMark(self), Peek(self)
        OverlayBar(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # --- what it shows

    def set_count(self, n: int) -> None:
        """Another list of so many pictures, from its beginning; none of them is there yet."""
        self._n = n
        self._blocks.clear()
        self._images.clear()
        self._selected, self._current, self._hovered = [], -1, -1
        self._peek.hide()
        self.verticalScrollBar().setValue(0)
        self._fit()
        self._ask()

    def count(self) -> int:
        """How long the list is."""
        return self._n

    def put(self, block: int, page: DataPage) -> None:
        """The pictures of a block."""
        self._blocks[block] = page
        while len(self._blocks) > N_BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        self.viewport().update()
        self._ask()

    def set_side(self, side: int) -> None:
        """Larger or smaller pictures; the one at the top stays there."""
        if side == self._side:
            return
        top = self.first_in_view()
        self._side = side
        self._images.clear()
        self._fit()
        self.verticalScrollBar().setValue(top // self.n_columns() * (side + _GAP))
        self._ask()

    def first_in_view(self) -> int:
        """The place of the picture at the top left."""
        return self.verticalScrollBar().value() // (self._side + _GAP) * self.n_columns()

    def show_place(self, place: int) -> None:
        """Scroll so that a picture is at the top."""
        self.verticalScrollBar().setValue(max(0, place) // self.n_columns() * (self._side + _GAP))

    def page(self, place: int) -> tuple[DataPage, int] | None:
        """The block that holds a picture, and its place there; None where it has not come."""
        block = self._blocks.get(place // BLOCK)
        return None if block is None or place % BLOCK >= len(block.pictures) else (block, place % BLOCK)

    def selection(self) -> list[int]:
        """The selected pictures, in the order in which they were selected."""
        return list(self._selected)

    def n_columns(self) -> int:
        """How many pictures stand side by side."""
        return max(1, (self.viewport().width() - 2 * _MARGIN + _GAP) // (self._side + _GAP))

    def cell(self, place: int) -> QRectF:
        """Where a picture lies in the viewport (it may lie outside)."""
        row, column = divmod(place, self.n_columns())
        step = self._side + _GAP
        top = _MARGIN // 2 + row * step - self.verticalScrollBar().value()
        return QRectF(self._left() + column * step, top, self._side, self._side)

    def _left(self) -> int:
        """Where the first column begins: what the columns leave of the width is at both sides of them."""
        return (self.viewport().width() - self.n_columns() * (self._side + _GAP) + _GAP) // 2

    def _fit(self) -> None:
        step, bar = self._side + _GAP, self.verticalScrollBar()
        n_rows = -(-self._n // self.n_columns())
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(step // 2)
        bar.setRange(0, max(0, n_rows * step - _GAP + _MARGIN - self.viewport().height()))

    def _in_view(self) -> range:
        step = self._side + _GAP
        n_rows = self.viewport().height() // step + 2
        first = max(0, (self.verticalScrollBar().value() - _MARGIN // 2) // step * self.n_columns())
        return range(first, min(self._n, first + n_rows * self.n_columns()))

    def _ask(self) -> None:
        """Ask for what is in view; one block at a time, so that none is asked for that was scrolled past."""
        seen = self._in_view()
        if not seen:
            return
        for block in range(seen.start // BLOCK, (seen.stop - 1) // BLOCK + 1):
            if block in self._blocks:
                self._blocks.move_to_end(block)
            else:
                self.needed.emit(block)
                return

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()
        self._ask()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """What is painted moves along, so that only the rows that come into view are painted."""
        self._point(-1)
        self.viewport().scroll(dx, dy)
        self._ask()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), colour("window"))
        for place in self._in_view():
            cell = self.cell(place)
            if cell.toAlignedRect().intersects(event.rect()):
                self._paint(painter, place, cell)

    def _paint(self, painter: QPainter, place: int, cell: QRectF) -> None:
        image = self._image(place)
        if image is None:
            paint.fill_round(painter, cell, colour("line", 0.35), None, paint.THUMB_RADIUS)
            return
        paint.draw_image(painter, image, paint.centred(image, cell))
        if place in self._selected:
            paint.outline(painter, cell, paint.THUMB_RADIUS)
        elif place == self._current and self._focus.visible:
            paint.focus_ring(painter, cell, paint.THUMB_RADIUS)
        elif place == self._hovered:
            paint.fill_round(painter, cell, None, colour("muted"), paint.THUMB_RADIUS)

    def _image(self, place: int) -> QImage | None:
        image, found = self._images.get(place), self.page(place)
        if image is None or image.devicePixelRatio() != self.devicePixelRatioF():
            if found is None:
                return None
            page, at = found
            image = self._images[place] = thumbnail(page.pictures[at], self._side, self.devicePixelRatioF())
            while len(self._images) > N_IMAGES_KEPT:
                self._images.popitem(last=False)
        return image

    # --- the hand

    def place_at(self, at: QPointF) -> int:
        """The picture at a place of the viewport, -1 where there is none."""
        step = self._side + _GAP
        column, row = (
            int((at.x() - self._left()) // step),
            int((at.y() - _MARGIN // 2 + self.verticalScrollBar().value()) // step),
        )
        place = row * self.n_columns() + column
        inside = 0 <= column < self.n_columns() and 0 <= place < self._n
        return place if inside and self.cell(place).contains(at) else -1

    def _point(self, place: int) -> None:
        if place != self._hovered:
            former, self._hovered = self._hovered, place
            self._peek.hide()
            self.pointed.emit(place)
            for changed in (former, place):
                if changed >= 0:
                    self.viewport().update(self.cell(changed).toAlignedRect())

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = place, event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is None:
            self._point(self.place_at(event.position()))
            return
        place, start = self._pressed
        found = self.page(place)
        if found is not None and (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self._peek.hide()
            carry.start_drag(self, to_qimage(found[0].pictures[found[1]]), None)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.place_at(event.position()) == pressed[0]:
            self._click(pressed[0], several=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self.place_at(event.position())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(place)

    def _click(self, place: int, *, several: bool) -> None:
        self._current = place
        if several:
            (self._selected.remove if place in self._selected else self._selected.append)(place)
        else:
            self._selected = [place]
        self.viewport().update()
        self.clicked.emit(place)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        columns = self.n_columns()
        rows_seen = max(1, self.viewport().height() // (self._side + _GAP)) * columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -rows_seen,
            Qt.Key.Key_PageDown: rows_seen,
            Qt.Key.Key_Home: -self._n,
            Qt.Key.Key_End: self._n,
        }
        key = Qt.Key(event.key())
        if not self._n or key not in (*steps, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif key in steps:
            self._go_to(self._current + steps[key] if self._current >= 0 else 0)
        elif self._current >= 0:
            self.opened.emit(self._current)

    def _go_to(self, place: int) -> None:
        self._current = max(0, min(self._n - 1, place))
        box, bar = self.cell(self._current), self.verticalScrollBar()
        below = box.bottom() + _MARGIN // 2 - self.viewport().height()
        bar.setValue(round(bar.value() + min(0.0, box.top() - _MARGIN // 2) + max(0.0, below)))
        self._click(self._current, several=False)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        by_mouse = event.reason() == QtGui.QContextMenuEvent.Reason.Mouse
        place = self.place_at(QPointF(event.pos())) if by_mouse else self._current
        if place >= 0:
            at = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.cell(place).center().toPoint())
            self._peek.hide()
            self.menu_requested.emit(place, at)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            found = self.page(self.place_at(QPointF(event.pos())))
            if found is not None and self.place_at(QPointF(event.pos())) >= 0:
                page, at = found
                self._peek.show_picture(page.pictures[at], page.labels[at], event.globalPos())
            return True
        return super().viewportEvent(event)
