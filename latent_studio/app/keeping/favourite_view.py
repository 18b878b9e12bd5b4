"""How the favourites look: small pictures over their names, in rows that scroll; painted in one widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import Pixels, thumbnail

SIDE, PITCH, ROW = 56, 72, 82  # px: a picture, from one to the next, from one row to the next
LEFT, TOP, NAME = 16, 5, 18  # px: the outline of a selected picture has room on all sides
HINT_HEIGHT = 64  # px, while there are none
HINT = "F keeps the current code; or drop a picture here"


@dataclass(frozen=True, eq=False)
class Tile:
    """A favourite as it is shown: its picture (None until it is decoded), its name, and what hovering tells."""

    picture: Pixels | None
    name: str
    about: str
    code: carry.Code


class FavouriteView(QAbstractScrollArea):
    """The pictures, their layout and painting; `FavouriteGrid` adds the hand. A favourite is named by its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[Tile] = []
        self._images: dict[int, QImage] = {}
        self._selected: int | None = None
        self._hovered: int | None = None
        self._current = 0
        self._gap: int | None = None  # before which place something would be dropped
        self._focus = FocusMark(self)
        self._peek = Peek(self)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Favourites")
        self.viewport().setMouseTracking(True)
        OverlayBar(self)

    # --- what it shows

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show these favourites; thumbnails of pictures that stay are not made again."""
        former = {id(tile.picture): self._images[i] for i, tile in enumerate(self._tiles) if i in self._images}
        self._tiles = list(tiles)
        known = ((i, former.get(id(tile.picture))) for i, tile in enumerate(self._tiles) if tile.picture is not None)
        self._images = {i: image for i, image in known if image is not None}
        self._current = max(0, min(self._current, len(self._tiles) - 1))
        self._hovered = None
        self._peek.hide()
        self._fit_scroll_bar()
        self.viewport().update()

    def set_selected(self, place: int | None) -> None:
        """Which favourite is the current code, if any."""
        if place != self._selected:  # asked at every step of a drag
            self._selected = place
            self.viewport().update()

    def show_place(self, place: int) -> None:
        """Scroll so that a favourite can be seen."""
        bar, top = self.verticalScrollBar(), place // self._n_columns() * ROW
        bar.setValue(min(max(bar.value(), TOP + top + ROW - self.viewport().height()), top))

    def content_height(self, n_rows: int | None = None) -> int:
        """The height of everything, or of at most so many rows, px."""
        if not self._tiles:
            return HINT_HEIGHT
        rows = -(-len(self._tiles) // self._n_columns())
        return (rows if n_rows is None else min(rows, n_rows)) * ROW + TOP

    # --- layout

    def _n_columns(self) -> int:
        return max(1, (self.viewport().width() - 2 * LEFT - SIDE) // PITCH + 1)

    def _cell(self, place: int) -> QRectF:
        """A picture with its name, in the content's coordinates."""
        row, column = divmod(place, self._n_columns())
        return QRectF(LEFT + column * PITCH, TOP + row * ROW, SIDE, SIDE + NAME)

    def _seen(self, place: int) -> QRectF:
        return self._cell(place).translated(0, -self.verticalScrollBar().value())

    def _place_at(self, at: QPointF) -> int | None:
        column = int((at.x() - LEFT) // PITCH)
        row = int((at.y() + self.verticalScrollBar().value() - TOP) // ROW)
        place = row * self._n_columns() + column
        is_one = 0 <= column < self._n_columns() and 0 <= place < len(self._tiles)
        return place if is_one and self._seen(place).contains(at) else None

    def _gap_at(self, at: QPointF) -> int:
        """Before which place something dropped at a point would lie."""
        column = round((at.x() - LEFT + (PITCH - SIDE) / 2) / PITCH)
        row = max(0, int((at.y() + self.verticalScrollBar().value() - TOP) // ROW))
        return max(0, min(row * self._n_columns() + max(0, min(column, self._n_columns())), len(self._tiles)))

    def _fit_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW // 2)
        bar.setRange(0, max(0, self.content_height() - self.viewport().height()))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit_scroll_bar()

    def _on_scrolled(self) -> None:
        self._peek.hide()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(LEFT + 5 * PITCH, self.content_height(2))

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), colour("surface"))
        if not self._tiles:
            self._paint_hint(painter)
        scroll, n_columns = self.verticalScrollBar().value(), self._n_columns()
        first = max(0, (scroll - TOP) // ROW) * n_columns
        last = ((scroll + self.viewport().height() - TOP) // ROW + 1) * n_columns
        for place in range(first, min(last, len(self._tiles))):
            self._paint_tile(painter, place)
        if self._gap is not None and self._tiles:
            self._paint_gap(painter, self._gap)

    def _paint_hint(self, painter: QPainter) -> None:
        area = QRectF(LEFT, TOP, self.viewport().width() - 2 * LEFT, HINT_HEIGHT - TOP - 12)
        is_target = self._gap is not None
        paint.dashed_round(painter, area, colour("accent" if is_target else "line"))
        left = area.left() + (area.width() - paint.text_width(HINT, "caption") - 22) / 2
        paint_icon(painter, "heart", QRectF(left, area.center().y() - 7, 14, 14), colour("muted"))
        paint.draw_text(painter, area.adjusted(left - area.left() + 22, 0, 0, 0), HINT, "muted", "caption")

    def _paint_tile(self, painter: QPainter, place: int) -> None:
        cell, is_selected = self._seen(place), place == self._selected
        picture = QRectF(cell.left(), cell.top(), SIDE, SIDE)
        image = self._image(place)
        if image is None:
            paint.fill_round(painter, picture, colour("raised"), None, paint.THUMB_RADIUS)
        else:
            picture = paint.centred(image, picture)
            paint.draw_image(painter, image, picture)
        if is_selected:
            paint.outline(painter, picture, paint.THUMB_RADIUS)
        elif self._focus.visible and place == self._current:
            paint.focus_ring(painter, picture.adjusted(-3, -3, 3, 3), paint.THUMB_RADIUS)
        elif place == self._hovered:
            paint.fill_round(painter, picture, None, colour("muted"), paint.THUMB_RADIUS)
        name = QRectF(cell.left() - 6, cell.top() + SIDE + 3, SIDE + 12, NAME - 3)
        role: Role = "text" if is_selected or place == self._hovered else "muted"
        paint.draw_text(painter, name, self._tiles[place].name, role, "caption", paint.CENTRE)

    def _paint_gap(self, painter: QPainter, gap: int) -> None:
        at_end = gap == len(self._tiles) and gap % self._n_columns() == 0
        cell = self._seen(gap - 1 if at_end else gap)
        x = cell.right() + (PITCH - SIDE) / 2 if at_end else cell.left() - (PITCH - SIDE) / 2
        paint.fill_round(painter, QRectF(x - 1, cell.top() - 2, 2, SIDE + 4), colour("accent"), None, 1)

    def _image(self, place: int) -> QImage | None:
        picture, ratio = self._tiles[place].picture, self.devicePixelRatioF()
        image = self._images.get(place)
        if picture is not None and (image is None or image.devicePixelRatio() != ratio):
            image = self._images[place] = thumbnail(picture, SIDE, ratio)
        return image

    # --- what hovering tells

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            place = self._place_at(QPointF(event.pos()))
            tile = None if place is None else self._tiles[place]
            if tile is not None and tile.picture is not None:
                self._peek.show_picture(tile.picture, tile.about, event.globalPos())
            return True
        return super().viewportEvent(event)
