"""A contact sheet as it looks: many pictures in one widget, painted row by row from strips that are kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.grid_shape import GridShape
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.picture_strip import Strips, selection_mark
from latent_studio.app.widgets.pixels import Pixels
from latent_studio.app.widgets.several import Several

GAP = 4  # px between the pictures
WIDE_GAP = 8  # px where there is room for the outline of a selected one


class PictureField(QWidget):
    """`n_columns` of pictures, as large as the width allows, up to `side_px`; what is not there yet (None) is a plain
    tile. What can be done with them is `PictureGrid`'s."""

    def __init__(self, n_columns: int, side_px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._n_columns, self._side_px, self._gap = n_columns, side_px, GAP
        self._pictures: list[Pixels | None] = []
        self._captions: Sequence[str] = ()
        self._strips = Strips()
        self._chosen = Several()
        self._hovered: int | None = None
        self._band: QRectF | None = None
        self._focus = FocusMark(self)
        self._peek = Peek(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_pictures(self, pictures: Iterable[Pixels | None], captions: Sequence[str] = ()) -> None:
        """Show pictures, row by row; `captions` are told on hover."""
        former, self._pictures, self._captions = len(self._pictures), list(pictures), captions
        if len(self._pictures) != former:
            self.updateGeometry()
            self._chosen.current = self._chosen.anchor = 0
            self._forget_selection()
        self._strips.clear()
        self.update()

    def put(self, places: Iterable[int], pictures: Iterable[Pixels | None]) -> None:
        """Show other pictures at some places, or none yet."""
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

    def _forget_selection(self) -> None:
        """There are other pictures."""
        self._chosen.places = set()

    def set_columns(self, n_columns: int, side_px: int | None = None, gap: int | None = None) -> None:
        """How many pictures stand side by side, and how large they may be, px."""
        wanted = n_columns, side_px or self._side_px, self._gap if gap is None else gap
        if wanted != (self._n_columns, self._side_px, self._gap):
            self._n_columns, self._side_px, self._gap = wanted
            self._strips.clear()
            self.updateGeometry()
            self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._strips.clear()  # the places of pictures that are still to come have another colour

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

    def _show_peek(self, index: int | None, at: QPoint) -> None:
        picture = None if index is None else self._pictures[index]
        if picture is None or index is None:
            self._peek.hide()
        else:
            self._peek.show_picture(picture, self._captions[index] if index < len(self._captions) else "", at)
