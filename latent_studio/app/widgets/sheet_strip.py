"""A row's pictures as one image, so that scrolling paints it in one stroke."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from latent_studio.app.widgets import paint
from latent_studio.app.widgets.pixels import Pixels, fitted, resampled, to_qimage

FILLS = 0.8
"""A whole multiple of the pixels is shown where it fills so much of its place; else the picture fills all of it."""


def strip_image(pictures: Sequence[Pixels], cells: Sequence[QRectF], ratio: float) -> QImage:
    """The pictures of a row, each in its cell (px), on a ground that is see-through; `ratio`: device pixels per px."""
    size = QSizeF(max(cell.right() for cell in cells), max(cell.bottom() for cell in cells)) * ratio
    strip = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    strip.setDevicePixelRatio(ratio)
    strip.fill(Qt.GlobalColor.transparent)
    painter = QPainter(strip)
    for pixels, cell in zip(pictures, cells, strict=True):
        image = _at_size(pixels, (cell.size() * ratio).toSize(), ratio)
        paint.draw_image(painter, image, paint.centred(image, cell))
    painter.end()
    return strip


def _at_size(pixels: Pixels, box: QSize, ratio: float) -> QImage:
    image = to_qimage(pixels)
    whole = fitted(image.size(), box)
    fills = whole.width() >= FILLS * box.width() or whole.height() >= FILLS * box.height()
    size = whole if fills else image.size().scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
    made = resampled(image, size)
    made.setDevicePixelRatio(ratio)
    return made
