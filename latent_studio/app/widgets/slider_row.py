"""A row of the Code dock: what it holds, where its parts lie, and how it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import RADIUS, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.numbers import clamped, shown
from latent_studio.app.widgets.pixels import Pixels, thumbnail
from latent_studio.app.widgets.slider import paint_slider

Key = int | str
Part = Literal["lock", "name", "strip", "slider", "value"]

ROW_HEIGHT, ROW_WIDTH = 50, 376
N_PICTURES, SIDE, GAP = 7, 28, 4
STRIP_WIDTH = N_PICTURES * SIDE + (N_PICTURES - 1) * GAP
_PAD, _LOCK, _VALUE = 16, 16, 48
_NAME_LEFT = _PAD + _LOCK + 9
_HALF_DARK = QColor(0, 0, 0, 128)  # over the pictures of a locked row, in either theme


@dataclass(frozen=True)
class DimensionRow:
    """One latent dimension (or one kept direction) as the dock shows it. `caption` is its KL or what stands for it."""

    key: Key
    name: str
    caption: str
    value: float
    low: float
    high: float
    neutral: float = 0.0
    locked: bool = False
    kept: bool = False
    tooltip: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says when the row is reached."""
        locked = ", locked" if self.locked else ""
        ends = f"{shown(self.low)} to {shown(self.high)}"
        return f"{self.name}, {self.caption}, value {shown(self.value)}, from {ends}{locked}"

    def picture_value(self, index: int) -> float:
        """The value whose picture stands at `index` of the strip."""
        return self.low + index / (N_PICTURES - 1) * (self.high - self.low)

    @property
    def nearest_picture(self) -> int:
        """The picture of the strip that is nearest to the value."""
        share = (clamped(self.value, self.low, self.high) - self.low) / (self.high - self.low)
        return round(share * (N_PICTURES - 1))


class RowShape:
    """Where the parts of a row lie, relative to its top left corner; what a wider dock gains goes to the names."""

    def __init__(self, width: float) -> None:
        """The shape of rows that are `width` px wide."""
        right = width - _PAD
        self.value = QRectF(right - _VALUE, 12, _VALUE + 4, 26)
        self.strip = QRectF(right - _VALUE - 3 - STRIP_WIDTH, 4, STRIP_WIDTH, SIDE)
        self.track = QRectF(self.strip.left() + SIDE / 2, 34, STRIP_WIDTH - SIDE, 14)
        self.lock = QRectF(_PAD, 17, _LOCK, 16)
        names = self.strip.left() - 7 - _NAME_LEFT
        self.name = QRectF(_NAME_LEFT, 8, names, 18)
        self.caption = QRectF(_NAME_LEFT, 26, names, 15)

    def part_at(self, at: QPointF) -> Part:
        """Which part a point hits; the slider takes the whole band under the strip."""
        if at.x() >= self.value.left() - 4:
            return "value"
        if at.x() >= self.strip.left() - 8:
            return "slider" if at.y() > self.strip.bottom() + 1 else "strip"
        return "lock" if at.x() < self.name.left() - 4 else "name"

    def picture_at(self, x: float) -> int | None:
        """The index of the strip's picture at `x`, None between two."""
        index, within = divmod(x - self.strip.left(), SIDE + GAP)
        return int(index) if 0 <= index < N_PICTURES and within < SIDE else None

    def picture(self, index: int) -> QRectF:
        """Where the strip's picture `index` lies."""
        return QRectF(self.strip.left() + index * (SIDE + GAP), self.strip.top(), SIDE, SIDE)

    def x_of(self, row: DimensionRow, value: float) -> float:
        """Where the handle stands for a value."""
        share = (clamped(value, row.low, row.high) - row.low) / (row.high - row.low)
        return self.track.left() + share * self.track.width()

    def value_at(self, row: DimensionRow, x: float) -> float:
        """The value for a handle at `x`, inside the range."""
        share = clamped((x - self.track.left()) / self.track.width(), 0.0, 1.0)
        return row.low + share * (row.high - row.low)


def strip_image(pictures: Sequence[Pixels], device_ratio: float) -> QImage:
    """Up to seven pictures side by side as one image, so that a row paints it in one stroke."""
    size = QSizeF(STRIP_WIDTH, SIDE) * device_ratio
    image = QImage(size.toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(device_ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    for index, pixels in enumerate(pictures[:N_PICTURES]):
        small = thumbnail(pixels, SIDE, device_ratio)
        cell = QRectF(index * (SIDE + GAP), 0, SIDE, SIDE)
        paint.draw_image(painter, small, paint.centred(small, cell))
    painter.end()
    return image


def paint_row(painter: QPainter, shape: RowShape, row: DimensionRow, strip: QImage | None, *, active: bool) -> None:
    """Paint a row with its top left corner at the painter's origin; `active`: under the pointer or the keyboard."""
    ground = colour("raised" if active else "surface")
    lock = colour("text" if row.locked else "muted" if active else "faint")
    paint_icon(painter, "lock-simple-fill" if row.locked else "lock-simple-open", shape.lock, lock)
    paint.draw_text(painter, shape.name, row.name)
    paint.draw_text(painter, shape.caption, row.caption, "muted", "number_caption")
    _paint_strip(painter, shape, row, strip, framed=active)
    at, neutral = shape.x_of(row, row.value), shape.x_of(row, row.neutral)
    paint_slider(painter, shape.track, at, neutral, ground, active=active, hollow=row.locked)
    if active and not row.locked:
        paint.fill_round(painter, shape.value, colour("window"), colour("line"))
    box = shape.value.adjusted(0, 0, -4, 0)
    paint.draw_text(painter, box, shown(row.value), "text", "number", paint.RIGHT)


def _paint_strip(painter: QPainter, shape: RowShape, row: DimensionRow, strip: QImage | None, *, framed: bool) -> None:
    if strip is None:
        for index in range(N_PICTURES):
            paint.fill_round(painter, shape.picture(index), colour("line", 0.5), None, paint.THUMB_RADIUS)
        return
    painter.drawImage(shape.strip.topLeft(), strip)
    if row.locked:
        for index in range(N_PICTURES):
            paint.fill_round(painter, shape.picture(index), _HALF_DARK, None, paint.THUMB_RADIUS)
    elif framed:
        frame = shape.picture(row.nearest_picture).adjusted(-2, -2, 2, 2)
        paint.focus_ring(painter, frame, RADIUS - 2)
