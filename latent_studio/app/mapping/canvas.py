"""The map's picture: composed of tiles, kept between frames, and only touched where something is new."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from latent_studio.app.mapping.frame import Frame
from latent_studio.app.mapping.tile_cache import ByteCache
from latent_studio.app.widgets.pixels import resampled, to_qimage
from latent_studio.core.events import Pixels
from latent_studio.views.manifold import Cell, coarsest
from latent_studio.views.plane import Plane

TILE_BYTES = 64 * 2**20
"""Of decoded pictures: four thousand of 64 px, twenty thousand of 28 px."""

SCALED_BYTES = 32 * 2**20
"""Of pictures at the size they have on the screen."""

N_SHEETS = 3
COARSEST_STAND_IN = 5
"""So many levels coarser a picture may be that stands in for finer ones."""

TileKey = tuple[int, int, int, int]
"""Sheet, level, across, up: the coarsest level that has the picture."""


@dataclass(frozen=True)
class Sheet:
    """All tiles of one plane by one model's weights."""

    number: int
    digest: str
    plane: Plane


class TileCanvas:
    """Tiles of several sheets within a memory bound, and the picture of one frame of the newest sheet.

    Where a tile of the newest sheet is missing, the same cell of the sheet before stands in, else a coarser tile,
    enlarged. All px are device px.
    """

    def __init__(self, tile_bytes: int = TILE_BYTES, scaled_bytes: int = SCALED_BYTES) -> None:
        self.tiles: ByteCache[TileKey, QImage] = ByteCache(tile_bytes)
        self._scaled: ByteCache[tuple[TileKey, int], QImage] = ByteCache(scaled_bytes)
        self._sheets: list[Sheet] = []  # the newest first
        self._n_sheets = 0
        self._frame: Frame | None = None
        self._pixmap = QPixmap()
        self._is_rough = False
        self.ground = QColor(0, 0, 0)

    @property
    def sheet(self) -> Sheet | None:
        """What is shown."""
        return self._sheets[0] if self._sheets else None

    @property
    def pixmap(self) -> QPixmap:
        """The picture of the frame last shown."""
        return self._pixmap

    # --- what it shows

    def set_sheet(self, digest: str, plane: Plane) -> None:
        """Show another plane, or other weights. What was shown stays until new tiles come, where it is the same map."""
        if self.sheet is not None and (self.sheet.digest, self.sheet.plane) == (digest, plane):
            return
        known = next((s for s in self._sheets if (s.digest, s.plane) == (digest, plane)), None)
        others = [s for s in self._sheets if s is not known and _is_same_map(s.plane, plane)]
        self._n_sheets += known is None
        self._sheets = [known or Sheet(self._n_sheets, digest, plane), *others][:N_SHEETS]
        self.repaint()

    def clear(self) -> None:
        """Another model: nothing of what is here will be of use."""
        self._sheets.clear()
        self.tiles.clear()
        self._scaled.clear()
        self.repaint()

    def show(self, frame: Frame, *, rough: bool = False) -> None:
        """Make the picture of a frame. A shift keeps what stays in view; a zoom draws all, `rough` is quicker."""
        before, self._frame = self._frame, frame
        is_shift = before is not None and _is_shift(before, frame) and self._is_rough == rough
        self._is_rough = rough
        if not is_shift or before is None:
            self.repaint()
            return
        dx, dy = frame.x - before.x, frame.y - before.y
        width, height = frame.size
        if abs(dx) >= width or abs(dy) >= height:
            self.repaint()
            return
        if dx or dy:
            self._pixmap.scroll(dx, dy, self._pixmap.rect())
            painter = self._painter()
            if dx:
                self._paint(painter, QRect(0 if dx > 0 else width + dx, 0, abs(dx), height))
            if dy:
                self._paint(painter, QRect(0, 0 if dy > 0 else height + dy, width, abs(dy)))
            painter.end()

    def repaint(self) -> None:
        """Draw everything anew."""
        frame = self._frame
        if frame is None:
            return
        if self._pixmap.size() != QSize(*frame.size):
            self._pixmap = QPixmap(*frame.size)
        painter = self._painter()
        self._paint(painter, frame.everything())
        painter.end()

    def add(self, level: int, cells: Sequence[Cell], pictures: Iterable[Pixels]) -> None:
        """Tiles of the newest sheet have come; those in view are drawn."""
        sheet, frame = self.sheet, self._frame
        if sheet is None:
            return
        for cell, picture in zip(cells, pictures, strict=True):
            image = to_qimage(picture)
            key = (sheet.number, *coarsest(level, cell))
            self.tiles.put(key, image, image.sizeInBytes())
            self._scaled.drop((key, frame.side if frame else 0))
        if frame is not None and level == frame.level:
            painter = self._painter()
            view = frame.everything()
            for cell in cells:
                # a coarse one stands in for its neighbours that are still to come
                area = frame.rect(cell, _fineness(cell)).intersected(view)
                if not area.isEmpty():
                    self._paint(painter, area)
            painter.end()

    def missing(self, margin: int = 0) -> list[Cell]:
        """The cells in view, and `margin` of them around it, that the newest sheet has no tile for."""
        if self.sheet is None or self._frame is None:
            return []
        number, level = self.sheet.number, self._frame.level
        span = self._frame.span(self._frame.everything()).grown(margin).within(self._frame.limits(self.sheet.plane))
        return [cell for cell in span.cells() if (number, *coarsest(level, cell)) not in self.tiles]

    def tile(self, cell: Cell) -> QImage | None:
        """The picture of a cell of the frame, by the newest sheet that has it."""
        found = self._find(cell)
        return None if found is None else found[1]

    # --- painting

    def _painter(self) -> QPainter:
        painter = QPainter(self._pixmap)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        return painter

    def _paint(self, painter: QPainter, area: QRect) -> None:
        """Everything within `area`."""
        sheet, frame = self.sheet, self._frame
        if frame is None:
            return
        if sheet is None:
            painter.fillRect(area, self.ground)
            return
        touched = frame.span(area)
        span = touched.within(frame.limits(sheet.plane))
        found = [(cell, self._find(cell)) for cell in span.cells()]
        painter.setClipRect(area)
        missing = [cell for cell, tile in found if tile is None]
        if span != touched or missing:
            painter.fillRect(area, self.ground)
            self._paint_stand_ins(painter, missing, frame)
        for cell, tile in found:
            if tile is not None:
                self._draw(painter, frame.rect(cell), *tile)

    def _paint_stand_ins(self, painter: QPainter, missing: Iterable[Cell], frame: Frame) -> None:
        """Coarser tiles, enlarged, where finer ones are missing; of each level only what nothing finer covers."""
        levels: list[dict[Cell, QImage]] = [{} for _ in range(COARSEST_STAND_IN)]
        for x, y in missing:
            for n, found in enumerate(levels, 1):
                size = 2**n  # the picture of a coarser cell reaches half of this to each side of its middle
                covers = {(i * size, j * size) for i in {x // size, -(-x // size)} for j in {y // size, -(-y // size)}}
                here = {cell: tile[1] for cell in covers if (tile := self._find(cell)) is not None}
                found.update(here)
                if len(here) == len(covers):
                    break
        for n in range(COARSEST_STAND_IN, 0, -1):
            for cell, image in levels[n - 1].items():
                painter.drawImage(_fitted(image, frame.rect(cell, 2**n)), image)

    def _find(self, cell: Cell) -> tuple[TileKey, QImage] | None:
        assert self._frame is not None
        place = coarsest(self._frame.level, cell)
        for sheet in self._sheets:
            key = (sheet.number, *place)
            tile = self.tiles.get(key)
            if tile is not None:
                return key, tile
        return None

    def _draw(self, painter: QPainter, target: QRect, key: TileKey, tile: QImage) -> None:
        place = _fitted(tile, target)
        if place != target:
            painter.fillRect(target, self.ground)
        if self._is_rough and place.size() != tile.size():
            painter.drawImage(place, tile)
            return
        scaled = self._scaled.get((key, place.width()))
        if scaled is None:
            scaled = resampled(tile, place.size())
            self._scaled.put((key, place.width()), scaled, scaled.sizeInBytes())
        painter.drawImage(place.topLeft(), scaled)


def _fitted(tile: QImage, cell: QRect) -> QRect:
    """The largest place in a cell that keeps the picture's proportions."""
    if tile.width() == tile.height():
        return cell
    size = tile.size().scaled(cell.size(), Qt.AspectRatioMode.KeepAspectRatio)
    return QRect(
        cell.topLeft() + QPoint((cell.width() - size.width()) // 2, (cell.height() - size.height()) // 2), size
    )


def _fineness(cell: Cell) -> int:
    """Of how many cells each way a tile is the first to come: 4, 2 or 1."""
    bits = cell[0] | cell[1]
    return 4 if bits % 4 == 0 else 2 if bits % 2 == 0 else 1


def _is_shift(before: Frame, now: Frame) -> bool:
    return (before.level, before.side, before.size, before.ratio) == (now.level, now.side, now.size, now.ratio)


def _is_same_map(one: Plane, other: Plane) -> bool:
    """Whether a point means nearly the same on both: only what is held beside the plane differs."""
    return one.axes == other.axes and one.spacing == other.spacing
