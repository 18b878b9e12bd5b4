"""The sheet itself: rows of pictures under one head, painted in one widget however many there are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from math import ceil

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import Pixels
from latent_studio.app.widgets.progress import paint_progress
from latent_studio.app.widgets.sheet_shape import GAP, LABEL, MARGIN, NAMES, SheetRow, SheetShape
from latent_studio.app.widgets.sheet_strip import strip_image

HEAD = 36  # px, over the rows
N_KEPT = 64
"""Rows whose pictures stay although they are scrolled away."""

N_STRIPS = 32
"""Rows that stay ready to be painted in one stroke; more than any screen shows."""

Place = tuple[str, int]
"""A picture: the name of its row, and which one of it."""


class SheetView(QAbstractScrollArea):
    """The rows, their layout and their painting; `Sheet` adds the hand.

    `is_grid`: the rows stand as close as the columns, and are all seen at once where that can be.

    Signals:
        rows_visible(): others can be seen now; their pictures are given with `set_pictures`.
    """

    rows_visible = Signal()

    def __init__(self, parent: QWidget | None = None, *, is_grid: bool = False) -> None:
        super().__init__(parent)
        self._is_grid = is_grid
        self._rows: tuple[SheetRow, ...] = ()
        self._index: dict[str, int] = {}
        self._titles: tuple[str, ...] = ()
        self._n_steps, self._image_size = 9, QSizeF(1, 1)
        self._shape = SheetShape((), 1, 1, QSizeF(1, 1))
        self._pictures: OrderedDict[str, tuple[Pixels, ...]] = OrderedDict()
        self._captions: dict[str, tuple[str, ...]] = {}
        self._strips: OrderedDict[str, QImage] = OrderedDict()
        self._marks: Mapping[str, int] = {}
        self._selected: set[Place] = set()
        self._current: tuple[int, int] = (0, 0)
        self._hovered: Place | None = None
        self._hovered_row: int | None = None
        self._wanted_top: int | None = None
        self._peek = Peek(self)
        self._tell = QTimer(self, singleShot=True, interval=0)
        self._tell.timeout.connect(self.rows_visible)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setViewportMargins(0, HEAD, 0, 0)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.head = SheetHead(self)
        OverlayBar(self)

    # --- what it shows

    def set_rows(self, rows: Sequence[SheetRow], n_steps: int, image_size: QSizeF, titles: Sequence[str]) -> None:
        """Show other rows, or the same in another order; pictures of rows that stay are kept.

        n_steps: how many pictures share the width.  titles: what stands over them.
        """
        self._rows, self._titles = tuple(rows), tuple(titles)
        self._index = {row.name: i for i, row in enumerate(rows)}
        lengths = {row.name: row.n_pictures for row in rows}
        for name in [name for name, shown in self._pictures.items() if lengths.get(name) != len(shown)]:
            self._drop(name)
        self._selected = {place for place in self._selected if place[1] < lengths.get(place[0], 0)}
        self._n_steps, self._image_size = n_steps, image_size
        self._current = (min(self._current[0], max(0, len(rows) - 1)), self._current[1])
        self._arrange()

    def set_pictures(self, name: str, pictures: Sequence[Pixels], captions: Sequence[str]) -> None:
        """The pictures of a row, with what hovering tells of each."""
        if name not in self._index:
            return
        self._pictures[name], self._captions[name] = tuple(pictures), tuple(captions)
        self._pictures.move_to_end(name)
        self._strips.pop(name, None)
        seen = set(self.visible_names())
        for old in [old for old in self._pictures if old not in seen][: max(0, len(self._pictures) - N_KEPT)]:
            self._drop(old)
        self.viewport().update()

    def clear(self) -> None:
        """Forget all pictures: another model is open."""
        for name in list(self._pictures):
            self._drop(name)
        self._selected.clear()
        self.viewport().update()

    def set_marks(self, marks: Mapping[str, int]) -> None:
        """Frame one picture of each of these rows: the one nearest to the current code."""
        if marks != self._marks:
            self._marks = marks
            self.viewport().update()

    def has_pictures(self, name: str) -> bool:
        """Whether a row's pictures are at hand; those long scrolled away are not."""
        return name in self._pictures

    def pictures(self, name: str) -> tuple[Pixels, ...]:
        """The pictures of a row, empty where they are not at hand."""
        return self._pictures.get(name, ())

    def visible_names(self) -> list[str]:
        """The rows that can be seen, from the top."""
        return [self._rows[i].name for i in self._visible()]

    def cell(self, name: str, index: int) -> QRectF:
        """Where a picture lies in the viewport (it may lie outside)."""
        return self._shape.cell(self._index[name], index).translated(0, -self.verticalScrollBar().value())

    def selection(self) -> list[Place]:
        """The selected pictures, row by row."""
        return sorted(self._selected, key=lambda place: (self._index[place[0]], place[1]))

    def scroll_to(self, top: int) -> None:
        """Show the sheet from there on, px; once there are rows, where there are none yet."""
        self._wanted_top = top
        self.verticalScrollBar().setValue(top)

    def titles(self) -> list[tuple[float, str]]:
        """What stands over the columns: the middle of each, px, and its words; not of all where they lie too close."""
        width = self._shape.picture_width
        if self._shape.wraps:
            return []  # no title would stand over one column: they stand under the pictures
        places = [self._shape.left + k * (width + GAP) + width / 2 for k in range(len(self._titles))]
        return list(zip(places, self._titles, strict=True))[:: self._titled_every()]

    @property
    def title_width(self) -> float:
        """How wide a title may be."""
        return self._titled_every() * (self._shape.picture_width + GAP) - 2

    def _titled_every(self) -> int:
        widest = max((paint.text_width(title, "number_caption") for title in self._titles), default=0.0)
        return max(1, ceil((widest + 2) / (self._shape.picture_width + GAP)))

    def _drop(self, name: str) -> None:
        for kept in (self._pictures, self._captions, self._strips):
            kept.pop(name, None)

    # --- layout

    def _arrange(self) -> None:
        former = self._shape.picture_width
        width, height = self.viewport().width(), self.viewport().height() if self._is_grid else None
        ratio = self.devicePixelRatioF()
        self._shape = SheetShape(self._rows, width, self._n_steps, self._image_size, height, ratio)
        if self._shape.picture_width != former:
            self._strips.clear()
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(int(self._shape.picture_height + self._shape.between))
        bar.setRange(0, max(0, int(self._shape.total) - self.viewport().height()))
        if self._wanted_top is not None and self._rows:
            bar.setValue(self._wanted_top)
            self._wanted_top = None
        self.head.setGeometry(0, 0, self.width(), HEAD)
        self.head.update()
        self.viewport().update()
        self._tell.start()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._arrange()

    def _on_scrolled(self) -> None:
        self._peek.hide()
        self.viewport().update()
        self._tell.start()

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        return self._shape.visible(top, top + self.viewport().height())

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.translate(0, -self.verticalScrollBar().value())
        for index in self._visible():
            self._paint_row(painter, index)

    def _paint_row(self, painter: QPainter, index: int) -> None:
        row, shape = self._rows[index], self._shape
        box = QRectF(0, shape.top(index), self.viewport().width(), shape.height(index))
        if index == self._hovered_row or (self.hasFocus() and index == self._current[0]):
            around = box.adjusted(0, -shape.between / 2, 0, shape.between / 2)
            painter.fillRect(around, colour("raised", 0.6))
            if self.hasFocus() and index == self._current[0]:
                painter.fillRect(QRectF(0, around.top(), 2, around.height()), colour("accent"))
        self._paint_name(painter, row, box)
        strip = self._strip(index)
        if strip is not None:
            painter.drawImage(shape.cell(index, 0).topLeft(), strip)
        for k in range(row.n_pictures):
            cell = shape.cell(index, k)
            if strip is None:
                paint.fill_round(painter, cell, colour("line", 0.4), None, paint.THUMB_RADIUS)
            self._paint_state(painter, index, k, cell)
            label = self._label(row, k)
            if label:
                under = QRectF(cell.left() - 2, cell.bottom() + 1, cell.width() + 4, LABEL)
                role: Role = "text" if self._marks.get(row.name) == k else "muted"
                paint.draw_text(painter, under, label, role, "number_caption", paint.CENTRE)

    def _label(self, row: SheetRow, k: int) -> str:
        """What stands under a picture: a category's name, or the step where no title can stand over it."""
        if row.labels or not self._shape.wraps:
            return row.labels[k] if k < len(row.labels) else ""
        captions = self._titles or self._captions.get(row.name, ())
        return captions[k] if k < len(captions) else ""

    def _paint_name(self, painter: QPainter, row: SheetRow, box: QRectF) -> None:
        """Title, a thin bar, and what it tells in words; in the middle of the row's first line."""
        lines = 1 + bool(row.note) + bool(row.ends)
        top = box.top() + min(box.height(), self._shape.picture_height) / 2 - (18 * lines + 6 * bool(row.note)) / 2
        room = QRectF(MARGIN, top, NAMES - 12, 18)
        paint.draw_text(painter, room, row.title or row.name)
        if row.note:
            if row.share is not None:
                paint_progress(painter, QRectF(MARGIN, room.bottom() + 2, NAMES - 32, 3), row.share, "muted")
            room = room.translated(0, 18 + 6)
            paint.draw_text(painter, room, row.note, "muted", "number_caption")
        if row.ends:
            paint.draw_text(painter, room.translated(0, 16), row.ends, "muted", "number_caption")

    def _paint_state(self, painter: QPainter, index: int, k: int, cell: QRectF) -> None:
        place = (self._rows[index].name, k)
        if place in self._selected:
            paint.focus_ring(painter, cell.adjusted(-2, -2, 2, 2), 4)
        elif self._marks.get(place[0]) == k:
            paint.fill_round(painter, cell.adjusted(-2, -2, 2, 2), None, colour("accent"), 4)
        if place == self._hovered or (self.hasFocus() and self._current == (index, k)):
            paint.fill_round(painter, cell, None, colour("text"), paint.THUMB_RADIUS)

    def _strip(self, index: int) -> QImage | None:
        """All pictures of a row as one image, so that scrolling paints it in one stroke; made when first painted."""
        row, ratio = self._rows[index], self.devicePixelRatioF()
        pictures = self._pictures.get(row.name)
        if pictures is None:
            return None
        strip = self._strips.get(row.name)
        if strip is None or strip.devicePixelRatio() != ratio:
            corner = self._shape.cell(index, 0).topLeft()
            cells = [self._shape.cell(index, k).translated(-corner) for k in range(len(pictures))]
            strip = self._strips[row.name] = strip_image(pictures, cells, ratio)
        self._strips.move_to_end(row.name)
        while len(self._strips) > N_STRIPS:
            self._strips.popitem(last=False)
        return strip


class SheetHead(QWidget):
    """What the columns stand for, over the rows and not scrolled with them; over the names, how they are ordered."""

    def __init__(self, view: SheetView) -> None:
        super().__init__(view)
        self._view = view

    def set_order(self, order: QWidget) -> None:
        """The choice of the rows' order stands over their names, letters over letters."""
        order.setParent(self)
        order.move(MARGIN - 11, 4)
        order.setMaximumWidth(NAMES + 26)  # its last px lie beside the first title, which stands in the middle

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        width = self._view.title_width
        for x, title in self._view.titles():
            box = QRectF(x - width / 2, 4, width, self.height() - 4)
            paint.draw_text(painter, box, title, "muted", "number_caption", paint.CENTRE)
