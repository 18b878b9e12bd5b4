"""A categorical factor: one button per value, each under the picture that it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.theme import RADIUS, Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.pixels import Pixels, thumbnail

_SIDE, _SEGMENT = 28, 28  # px
_AIR = 6  # px between a picture and its button, and between two lines
_ONE_LINE = 12  # values up to this many share one line
_LINES_SEEN = 3  # of many values; the rest scrolls
_BAR = 12  # px, room for the scroll bar
_WIDEST = 96  # px; longer words are shortened and told on hover


class _Cells(QAbstractScrollArea):
    """The buttons and their pictures, in as many lines as they need."""

    chosen = Signal(int)

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__()
        self._values = list(values)
        self._pictures: dict[int, Pixels] = {}
        self._images: dict[int, QImage] = {}
        self._current = 0
        self._hovered: int | None = None
        self._focus = FocusMark(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setMouseTracking(True)
        OverlayBar(self)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)

    def set_current(self, index: int) -> None:
        self._current = index
        self.setAccessibleDescription(self._values[index] if 0 <= index < len(self._values) else "")
        self.viewport().update()

    def set_pictures(self, pictures: Mapping[int, Pixels]) -> None:
        had = bool(self._pictures)
        self._pictures = dict(pictures)
        self._images.clear()
        if had != bool(self._pictures):
            self._fit()
        self.viewport().update()

    # --- layout

    def _columns_in(self, width: int) -> int:
        """As many as fit, spread evenly over the lines that it takes."""
        n = max(len(self._values), 1)
        widest = max((paint.text_width(value) for value in self._values), default=0.0) + 12
        fitting = max(1, min(_ONE_LINE, int(width // min(max(widest, _SIDE + 4), _WIDEST))))
        return n if n <= fitting else fitting if n > _LINES_SEEN * fitting else -(-n // -(-n // fitting))

    def _width(self) -> int:
        """The width for the buttons; the scroll bar has its own where it is needed."""
        width = self.viewport().width()
        return width if len(self._values) <= _LINES_SEEN * self._columns_in(width) else width - _BAR

    def _per_line(self) -> int:
        return self._columns_in(self._width())

    def _line_height(self) -> int:
        return _SEGMENT + (_SIDE + 3 * _AIR if self._pictures else _AIR)

    def _n_lines(self) -> int:
        return -(-len(self._values) // self._per_line())

    def _cell(self, index: int) -> QRectF:
        """The button of a value, in the coordinates of the viewport."""
        line, column = divmod(index, self._per_line())
        width = self._width() / self._per_line()
        left, right = round(column * width), round((column + 1) * width)
        top = line * self._line_height() - self.verticalScrollBar().value()
        return QRectF(left, top + (_SIDE + _AIR + 2 if self._pictures else 0), right - left, _SEGMENT)

    def _picture_cell(self, index: int) -> QRectF:
        cell = self._cell(index)
        return QRectF(round(cell.center().x() - _SIDE / 2), cell.top() - _AIR - _SIDE, _SIDE, _SIDE)

    def _fit(self) -> None:
        height = self._n_lines() * self._line_height()
        seen = min(self._n_lines(), _LINES_SEEN) * self._line_height()
        self.setFixedHeight(seen)
        self.verticalScrollBar().setPageStep(seen)
        self.verticalScrollBar().setSingleStep(self._line_height())
        self.verticalScrollBar().setRange(0, height - seen)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for first in range(0, len(self._values), self._per_line()):
            self._paint_line(painter, range(first, min(first + self._per_line(), len(self._values))))

    def _paint_line(self, painter: QPainter, indices: range) -> None:
        frame = QRectF(self._cell(indices[0]).topLeft(), self._cell(indices[-1]).bottomRight())
        if not frame.adjusted(0, -_SIDE - _AIR, 0, 0).intersects(QRectF(self.viewport().rect())):
            return
        path = QPainterPath()
        path.addRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        for i in indices:
            cell, is_current = self._cell(i), i == self._current
            if is_current or i == self._hovered:
                part = QPainterPath()
                part.addRect(cell)
                painter.fillPath(path.intersected(part), colour("accent" if is_current else "raised"))
            if i != indices[0]:
                painter.fillRect(QRectF(cell.left() - 0.5, cell.top() + 1, 1, cell.height() - 2), colour("line"))
            role: Role = "on_accent" if is_current else "muted"
            paint.draw_text(painter, cell.adjusted(3, 0, -3, 0), self._values[i], role, "body", paint.CENTRE)
            if self._pictures:
                self._paint_picture(painter, i)
        painter.setPen(colour("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        if self._focus.visible and self._current in indices:
            paint.focus_ring(painter, frame)

    def _paint_picture(self, painter: QPainter, index: int) -> None:
        box = self._picture_cell(index)
        if index not in self._pictures:
            paint.fill_round(painter, box, colour("line", 0.5), None, paint.THUMB_RADIUS)
            return
        ratio = self.devicePixelRatioF()
        image = self._images.get(index)
        if image is None or image.devicePixelRatio() != ratio:
            image = self._images[index] = thumbnail(self._pictures[index], _SIDE, ratio)
        paint.draw_image(painter, image, paint.centred(image, box))
        if index == self._current:
            paint.focus_ring(painter, box.adjusted(-2, -2, 2, 2), RADIUS - 2)

    # --- the hand

    def _index_at(self, at: QPointF) -> int | None:
        for i in range(len(self._values)):
            if self._cell(i).contains(at) or (self._pictures and self._picture_cell(i).contains(at)):
                return i
        return None

    def _choose(self, index: int) -> None:
        index = max(0, min(len(self._values) - 1, index))
        if index != self._current:
            self.set_current(index)
            self.ensure_visible()
            self.chosen.emit(index)

    def ensure_visible(self) -> None:
        """Scroll to the chosen value's line."""
        bar, line = self.verticalScrollBar(), self._current // self._per_line()
        top = line * self._line_height()
        bar.setValue(max(min(bar.value(), top), top + self._line_height() - bar.pageStep()))

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position())
        if index != self._hovered:
            self._hovered = index
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.viewport().update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        line = self._per_line()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -line, Qt.Key.Key_Down: line}
        if event.key() in steps and self._values:
            self._choose(self._current + steps[Qt.Key(event.key())])
        else:
            event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            paint.show_tip(self, event.globalPos(), "" if index is None else self._values[index])
            return True
        return super().viewportEvent(event)


class CategoryRow(QWidget):
    """A categorical factor of the code, for the head of the Code dock.

    Signals:
        value_chosen(str, int): the factor's name and the index of the value that the person chose.
    """

    value_chosen = Signal(str, int)

    def __init__(
        self, factor: str, values: Sequence[str], note: str = "", *, keys: str = "", parent: QWidget | None = None
    ) -> None:
        """Buttons for `values`; `note` says what the factor is, `keys` which keys choose (`keys 0–9`)."""
        super().__init__(parent)
        self._factor = factor
        self._cells = _Cells(values)
        self._cells.setAccessibleName(factor)
        self._cells.chosen.connect(self._on_chosen)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(ElidedLabel(factor))
        line.addWidget(caption(note or f"{len(values)} values"))
        line.addStretch()
        line.addWidget(caption(keys))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 16, 4)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addWidget(self._cells)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_value(self, index: int) -> None:
        """Show another value, without a signal."""
        self._cells.set_current(index)
        self._cells.ensure_visible()

    def value(self) -> int:
        """The index of the chosen value."""
        return self._cells._current

    def set_pictures(self, pictures: Sequence[Pixels] | Mapping[int, Pixels]) -> None:
        """What each value gives, all of them or some by index; empty takes the pictures away."""
        by_index = pictures if isinstance(pictures, Mapping) else dict(enumerate(pictures))
        self._cells.set_pictures(by_index)

    def sizeHint(self) -> QSize:
        return QSize(376, super().sizeHint().height())

    def _on_chosen(self, index: int) -> None:
        self.value_chosen.emit(self._factor, index)
