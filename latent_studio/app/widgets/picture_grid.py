"""A contact sheet: many pictures, painted in one widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import Pixels, thumbnail, to_qimage

GAP = 4  # px between the pictures


class PictureGrid(QWidget):
    """A contact sheet of `n_columns`; the pictures are as large as the width allows, up to `side_px`.

    Signals:
        clicked(int), menu_requested(int, QPoint): which picture, by index.
        selection_changed(list[int]): with Ctrl-click; a plain click selects that one, where selecting is on.
    """

    clicked = Signal(int)
    menu_requested = Signal(int, QPoint)
    selection_changed = Signal(list)

    def __init__(
        self, n_columns: int = 6, *, side_px: int = 128, selectable: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._n_columns, self._side_px, self._selectable = n_columns, side_px, selectable
        self._pictures: list[Pixels] = []
        self._codes: Mapping[int, carry.Code] = {}
        self._captions: Sequence[str] = ()
        self._images: dict[int, QImage] = {}
        self._selected: set[int] = set()
        self._hovered: int | None = None
        self._pressed: tuple[int, QPointF] | None = None
        self._current = 0
        self._focus = FocusMark(self)
        self._peek = Peek(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_pictures(self, pictures: Sequence[Pixels], captions: Sequence[str] = ()) -> None:
        """Show pictures, row by row; `captions` are told on hover."""
        if len(pictures) != len(self._pictures):
            self.updateGeometry()
            self._selected.clear()
        self._pictures, self._captions = list(pictures), captions
        self._images.clear()
        self.update()

    def set_codes(self, codes: Mapping[int, carry.Code]) -> None:
        """The codes that travel with the pictures when they are dragged away, by index."""
        self._codes = codes

    def set_columns(self, n_columns: int) -> None:
        """How many pictures stand side by side."""
        self._n_columns = n_columns
        self._images.clear()
        self.updateGeometry()
        self.update()

    def selection(self) -> list[int]:
        """The selected pictures, in order."""
        return sorted(self._selected)

    def sizeHint(self) -> QSize:
        width = self._n_columns * (self._side_px + GAP) - GAP
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._n_columns * 24, 24)

    def heightForWidth(self, width: int) -> int:
        n_rows = -(-len(self._pictures) // self._n_columns)
        return max(n_rows * (self._side(width) + GAP) - GAP, 0)

    def _side(self, width: int) -> int:
        return max(8, min(self._side_px, (width - GAP * (self._n_columns - 1)) // self._n_columns))

    def cell(self, index: int) -> QRectF:
        """Where a picture lies."""
        row, column = divmod(index, self._n_columns)
        side = self._side(self.width())
        return QRectF(column * (side + GAP), row * (side + GAP), side, side)

    def _index_at(self, at: QPointF) -> int | None:
        return next((i for i in range(len(self._pictures)) if self.cell(i).contains(at)), None)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        for i in range(len(self._pictures)):
            cell = self.cell(i)
            if not event.rect().intersects(cell.toAlignedRect()):
                continue
            image = self._image(i, int(cell.width()))
            paint.draw_image(painter, image, paint.centred(image, cell))
            if i in self._selected or (self._focus.visible and i == self._current):
                paint.focus_ring(painter, cell, paint.THUMB_RADIUS)
            elif i == self._hovered:
                paint.fill_round(painter, cell, None, colour("muted"), paint.THUMB_RADIUS)

    def _image(self, index: int, side: int) -> QImage:
        ratio = self.devicePixelRatioF()
        image = self._images.get(index)
        if image is None or image.devicePixelRatio() != ratio:
            image = self._images[index] = thumbnail(self._pictures[index], side, ratio)
        return image

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        if self._side(event.size().width()) != self._side(event.oldSize().width()):
            self._images.clear()

    # --- the hand

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = index, event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None:
            index, start = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                carry.start_drag(self, to_qimage(self._pictures[index]), self._codes.get(index))
            return
        index_now = self._index_at(event.position())
        if index_now != self._hovered:
            self._hovered = index_now
            self._peek.hide()
            self.update()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None and self._index_at(event.position()) == self._pressed[0]:
            self._click(self._pressed[0], several=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._peek.hide()
        self.update()

    def _click(self, index: int, *, several: bool) -> None:
        self._current = index
        if self._selectable:
            self._selected = self._selected ^ {index} if several else {index}
            self.selection_changed.emit(self.selection())
            self.update()
        if not several:
            self.clicked.emit(index)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        columns = self._n_columns
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if event.key() in steps and self._pictures:
            self._current = max(0, min(len(self._pictures) - 1, self._current + steps[Qt.Key(event.key())]))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pictures:
            self._click(self._current, several=False)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        index = self._index_at(QPointF(event.pos()))
        if index is not None:
            self.menu_requested.emit(index, event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            if index is not None:
                text = self._captions[index] if index < len(self._captions) else ""
                self._peek.show_picture(self._pictures[index], text, event.globalPos())
            return True
        return super().event(event)
