"""A categorical factor in the Code dock: a picture and a segment for each of its values."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.pixels import Pixels, thumbnail
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.latent import Categorical

MAX_SEGMENTS = 12
"""More values than this are offered in a list: their segments would be too narrow to read."""

_SIDE = 28  # px


class CategorySection(QWidget):
    """Signals:
    chosen(str, int): the factor's name and the value that the person chose; not for `set_value`.
    """

    chosen = Signal(str, int)

    def __init__(self, factor: Categorical, has_keys: bool) -> None:
        """A section; `has_keys` says that the digits 0 to 9 choose its values."""
        super().__init__()
        self._factor = factor
        labels = factor.labels or tuple(str(value) for value in range(factor.n_values))
        options = [Option(str(value), label) for value, label in enumerate(labels)]
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(ElidedLabel(factor.name))
        kind = "condition, " if factor.condition else ""
        head.addWidget(caption(f"{kind}{factor.n_values} values"))
        head.addStretch(1)
        if has_keys:
            head.addWidget(caption(f"keys 0–{min(factor.n_values, 10) - 1}"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 9)
        column.setSpacing(4)
        column.addLayout(head)
        self._strip: _CategoryStrip | None = None
        self._control: SegmentedControl | Choice
        if factor.n_values <= MAX_SEGMENTS:
            self._strip = _CategoryStrip(factor.n_values)
            self._strip.chosen.connect(self._on_picture)
            column.addWidget(self._strip)
            self._control = SegmentedControl(options, accent=True, stretch=True)
        else:
            self._control = Choice(options, as_field=True)
        self._control.setAccessibleName(factor.name)
        self._control.chosen.connect(self._on_chosen)
        column.addWidget(self._control)

    @property
    def factor(self) -> Categorical:
        return self._factor

    @property
    def wants_pictures(self) -> bool:
        """Whether there is a place for a picture of each value."""
        return self._strip is not None

    def set_value(self, value: int) -> None:
        """Show another value, without a signal."""
        self._control.set_current(str(value))
        if self._strip is not None:
            self._strip.set_current(value)

    def set_pictures(self, pictures: Sequence[Pixels]) -> None:
        """One picture per value."""
        if self._strip is not None:
            self._strip.set_pictures(pictures)

    def _on_chosen(self, key: str) -> None:
        self.chosen.emit(self._factor.name, int(key))

    def _on_picture(self, value: int) -> None:
        self.chosen.emit(self._factor.name, value)


class _CategoryStrip(QWidget):
    """Pictures side by side, each above its segment."""

    chosen = Signal(int)

    def __init__(self, n_values: int) -> None:
        super().__init__()
        self._n, self._current = n_values, 0
        self._pictures: Sequence[Pixels] = ()
        self._images: list[QImage] = []
        self._ratio = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_pictures(self, pictures: Sequence[Pixels]) -> None:
        self._pictures, self._ratio = pictures, 0.0
        self.update()

    def set_current(self, value: int) -> None:
        self._current = value
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._n * (_SIDE + 2), _SIDE + 8)

    def _cell(self, value: int) -> QRectF:
        left, right = (round(edge * self.width() / self._n) for edge in (value, value + 1))
        side = min(_SIDE, right - left - 2)
        return QRectF((left + right - side) // 2, (self.height() - side) // 2, side, side)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        if self._ratio != self.devicePixelRatioF():
            self._ratio = self.devicePixelRatioF()
            self._images = [thumbnail(picture, _SIDE, self._ratio) for picture in self._pictures]
        for value in range(self._n):
            cell = self._cell(value)
            if value < len(self._images):
                paint.draw_image(painter, self._images[value], cell)
            else:
                paint.fill_round(painter, cell, colour("line", 0.5), None, paint.THUMB_RADIUS)
            if value == self._current:
                paint.focus_ring(painter, cell.adjusted(-2, -2, 2, 2), 4)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            value = int(event.position().x() * self._n / max(1, self.width()))
            self.chosen.emit(max(0, min(self._n - 1, value)))
