"""The rows of a contact sheet as images: resampled, laid out and rounded for all pictures of a row at once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.pixels import Pixels, resampled, to_qimage

_Shape = tuple[int, ...] | None
_KEPT_BYTES = 64 << 20  # of rows, for scrolling back


class Strips:
    """The rows that were painted last, ready to be painted again."""

    def __init__(self) -> None:
        self._rows: OrderedDict[int, QImage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rows)

    def clear(self) -> None:
        """All look otherwise now."""
        self._rows.clear()

    def drop(self, row: int) -> None:
        """One looks otherwise now."""
        self._rows.pop(row, None)

    def row(self, row: int, pictures: Sequence[Pixels | None], side: int, gap: int, ratio: float) -> QImage:
        """A row's pictures in device pixels."""
        image = self._rows.get(row)
        if image is None or image.devicePixelRatio() != ratio:
            image = self._rows[row] = strip(pictures, side, gap, ratio)
            while len(self._rows) > 1 and len(self._rows) * image.sizeInBytes() > _KEPT_BYTES:
                self._rows.popitem(last=False)
        self._rows.move_to_end(row)
        return image


def strip(pictures: Sequence[Pixels | None], side: int, gap: int, ratio: float) -> QImage:
    """Pictures side by side in cells of `side` logical px with `gap` between them; None is a plain tile.

    Pictures of one shape are stacked and resampled together: their edges fall on whole pixels of source and target, so
    that none takes anything from its neighbour.
    """
    cell, step = max(1, round(side * ratio)), round((side + gap) * ratio)
    canvas = np.zeros((cell, (len(pictures) - 1) * step + cell, 4), np.uint8)
    first = 0
    for shape, group in groupby(pictures, key=_shape_of):
        found = list(group)
        tiles = _tiles([picture for picture in found if picture is not None], cell) if shape else _blank(cell)
        height, width = tiles.shape[1:3]
        top, left = (cell - height) // 2, (cell - width) // 2
        for place in range(len(found)):
            x = (first + place) * step + left
            canvas[top : top + height, x : x + width] = tiles[place if shape else 0]
        first += len(found)
    image = QImage(canvas.data, canvas.shape[1], cell, canvas.strides[0], QImage.Format.Format_ARGB32_Premultiplied)
    image = image.copy()  # of its own: `canvas` goes
    image.setDevicePixelRatio(ratio)
    return image


def selection_mark(side: int, gap: int, ratio: float) -> tuple[QImage, int]:
    """The outline of a selected picture, drawn once for all of them, and how far it lies outside, px."""
    out = round(paint.OUTLINE) if gap >= 2 * paint.OUTLINE else 0
    pixels = round((side + 2 * out) * ratio)
    mark = QImage(pixels, pixels, QImage.Format.Format_ARGB32_Premultiplied)
    mark.setDevicePixelRatio(ratio)
    mark.fill(Qt.GlobalColor.transparent)
    inset = 0.0 if out else paint.OUTLINE  # without room between the pictures it covers their edges
    painter = QPainter(mark)
    paint.outline(painter, QRectF(out + inset, out + inset, side - 2 * inset, side - 2 * inset), paint.THUMB_RADIUS)
    painter.end()
    return mark, out


def _shape_of(picture: Pixels | None) -> _Shape:
    return None if picture is None else picture.shape


def _tiles(pictures: list[Pixels], cell: int) -> NDArray[np.uint8]:
    """(k, h, w, 4) premultiplied: pictures of one shape as large as a square of `cell` device pixels allows."""
    h, w = pictures[0].shape[:2]
    size = QSize(w, h).scaled(QSize(cell, cell), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    stack = resampled(to_qimage(np.concatenate(pictures)), QSize(size.width(), size.height() * len(pictures)))
    levels = np.frombuffer(stack.constBits(), np.uint8).reshape(-1, size.height(), size.width(), 4)
    return np.asarray(levels * _mask(size.width(), size.height()) // 255, np.uint8)


def _blank(cell: int) -> NDArray[np.uint8]:
    """(1, cell, cell, 4): the place of a picture that is still to come."""
    tint = colour("surface")
    levels = np.array([tint.blue(), tint.green(), tint.red(), 255], np.uint16)
    return np.asarray(levels * _mask(cell, cell) // 255, np.uint8)[None]


@lru_cache(maxsize=16)
def _mask(width: int, height: int) -> NDArray[np.uint16]:
    """(height, width, 1) opacity of a tile with smooth corners."""
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(0)
    painter = QPainter(image)
    paint.fill_round(painter, image.rect(), QColor("white"), radius=paint.THUMB_RADIUS)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return rows[:, :width, None].astype(np.uint16)
