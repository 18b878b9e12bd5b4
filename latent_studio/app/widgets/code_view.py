"""What the Code dock's list shows: rows of sliders and strips, painted in one widget.

All rows are painted in one widget, so 512 of them cost no more than the ten that can be seen.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import Pixels
from latent_studio.app.widgets.slider_row import (
    ROW_HEIGHT,
    ROW_WIDTH,
    DimensionRow,
    Key,
    Part,
    RowShape,
    paint_row,
    strip_image,
)

_HEADING = 32  # px
_HINTS: dict[Part, str] = {
    "lock": "Lock: randomise and reset leave this dimension as it is",
    "slider": "Drag; double-click resets",
    "value": "Click to type a value",
}


class CodeView(QAbstractScrollArea):
    """The rows, their layout and their painting; `CodeList` adds the hand.

    Signals:
        rows_visible(list of keys): after scrolling or new rows, so that strips are asked for only where they are seen.
    """

    rows_visible = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[DimensionRow] = []
        self._tops: list[int] = []
        self._index: dict[Key, int] = {}
        self._headings: dict[int, str] = {}  # by the row that they precede
        self._height = 0
        self._pictures: dict[Key, list[Pixels]] = {}
        self._strips: dict[Key, QImage] = {}
        self._shape = RowShape(ROW_WIDTH)
        self._current = 0
        self._hovered: tuple[int, Part] | None = None
        self._dragged: Key | None = None
        self._told: list[Key] = []
        self._tell = QTimer(self, singleShot=True, interval=0)
        self._tell.timeout.connect(self._tell_visible)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._peek = Peek(self)
        OverlayBar(self)

    # --- what it shows

    def set_rows(self, rows: Sequence[DimensionRow]) -> None:
        """Show other rows, or the same in another order; strips of keys that stay are kept."""
        current = self._key_of(self._current)
        self._rows = list(rows)
        self._index = {row.key: i for i, row in enumerate(self._rows)}
        self._pictures = {k: v for k, v in self._pictures.items() if k in self._index}
        self._strips = {k: v for k, v in self._strips.items() if k in self._index}
        self._current = self._index.get(current, 0) if current is not None else 0
        self._told = []  # told again even where the keys are the same: it may be another model
        self._arrange()

    def rows(self) -> list[DimensionRow]:
        """The rows as they stand, values and locks included."""
        return list(self._rows)

    def set_value(self, key: Key, value: float) -> None:
        """Move a handle, without a signal. The row under the mouse's own drag is left to the mouse."""
        if key != self._dragged and key in self._index:
            self._replace(self._index[key], value=value)

    def set_locked(self, key: Key, locked: bool) -> None:
        """Lock or free a row, without a signal."""
        if key in self._index:
            self._replace(self._index[key], locked=locked)

    def set_strip(self, key: Key, pictures: Sequence[Pixels]) -> None:
        """Seven pictures from `low` to `high`. They become pixels of the screen only when their row is painted."""
        if key in self._index:
            self._pictures[key] = list(pictures)
            self._strips.pop(key, None)
            self._update_row(self._index[key])

    def clear_strips(self) -> None:
        """Forget all pictures: another model is open."""
        self._pictures.clear()
        self._strips.clear()
        self.viewport().update()

    def visible_keys(self) -> list[Key]:
        """The keys of the rows that can be seen, from the top."""
        return [self._rows[i].key for i in self._visible()]

    def row_rect(self, key: Key) -> QRect:
        """Where a row lies in the viewport (it may lie outside)."""
        top = self._tops[self._index[key]] - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), ROW_HEIGHT)

    def content_height(self) -> int:
        """The height at which nothing needs to scroll, px."""
        return self._height

    def sizeHint(self) -> QSize:
        return QSize(ROW_WIDTH, min(self._height, 12 * ROW_HEIGHT))

    # --- layout

    def _arrange(self) -> None:
        """Where each row begins: one under the other, with headings where kept directions come before dimensions."""
        self._headings = {}
        n_kept = sum(row.kept for row in self._rows)
        if n_kept:
            for i, row in enumerate(self._rows):
                if i == 0 or row.kept != self._rows[i - 1].kept:
                    n_others = len(self._rows) - n_kept
                    self._headings[i] = "Kept directions" if row.kept else f"Dimensions, {n_others}"
        top, self._tops = 0, []
        for i in range(len(self._rows)):
            top += _HEADING if i in self._headings else 0
            self._tops.append(top)
            top += ROW_HEIGHT
        self._height = top
        self._fit_scroll_bar()
        self.viewport().update()
        self._tell.start()

    def _fit_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW_HEIGHT)
        bar.setRange(0, max(0, self._height - self.viewport().height()))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._shape = RowShape(self.viewport().width())
        self._fit_scroll_bar()
        self._tell.start()

    def _visible(self) -> range:
        if not self._tops:
            return range(0)
        top = self.verticalScrollBar().value()
        first = max(0, bisect_right(self._tops, top) - 1)
        end = bisect_right(self._tops, top + self.viewport().height() - 1)
        return range(first, end)

    def _on_scrolled(self) -> None:
        self.viewport().update()
        self._tell.start()

    def _tell_visible(self) -> None:
        keys = self.visible_keys()
        if keys != self._told:
            self._told = keys
            self.rows_visible.emit(keys)

    def _update_row(self, index: int) -> None:
        if 0 <= index < len(self._rows):
            self.viewport().update(self.row_rect(self._rows[index].key))

    def _replace(self, index: int, *, value: float | None = None, locked: bool | None = None) -> None:
        row = self._rows[index]
        self._rows[index] = replace(
            row, value=row.value if value is None else value, locked=row.locked if locked is None else locked
        )
        self._update_row(index)

    def _has_keyboard(self) -> bool:
        return self.hasFocus()

    def _key_of(self, index: int) -> Key | None:
        return self._rows[index].key if 0 <= index < len(self._rows) else None

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), colour("surface"))
        scroll = self.verticalScrollBar().value()
        for i in self._visible():
            top = self._tops[i] - scroll
            if i in self._headings:
                box = QRectF(16, top - _HEADING, self.viewport().width() - 32, _HEADING)
                paint.draw_text(painter, box, self._headings[i], "muted", "caption")
                if i:
                    painter.fillRect(QRectF(0, top - _HEADING, self.viewport().width(), 1), colour("line"))
            if event.rect().intersects(QRect(0, top, self.viewport().width(), ROW_HEIGHT)):
                self._paint_row(painter, i, top)

    def _paint_row(self, painter: QPainter, index: int, top: int) -> None:
        row = self._rows[index]
        has_keyboard = index == self._current and self._has_keyboard()
        hovered = self._hovered is not None and self._hovered[0] == index
        active = hovered or has_keyboard or row.key == self._dragged
        width = self.viewport().width()
        if active:
            painter.fillRect(QRect(0, top, width, ROW_HEIGHT), colour("raised"))
        if has_keyboard:
            painter.fillRect(QRect(0, top, 2, ROW_HEIGHT), colour("accent"))
        painter.translate(0, top)
        paint_row(painter, self._shape, row, self._strip(row.key), active=active)
        painter.translate(0, -top)

    def _strip(self, key: Key) -> QImage | None:
        ratio = self.devicePixelRatioF()
        image = self._strips.get(key)
        if key in self._pictures and (image is None or image.devicePixelRatio() != ratio):
            image = self._strips[key] = strip_image(self._pictures[key], ratio)
        return image

    # --- what hovering tells

    def _hit(self, at: QPointF) -> tuple[int, Part] | None:
        for i in self._visible():
            row = self.row_rect(self._rows[i].key)
            if row.contains(at.toPoint()):
                return i, self._shape.part_at(at - row.topLeft())
        return None

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            hit = self._hit(QPointF(event.pos()))
            if hit is None or not self._show_peek(hit[0], event):
                paint.show_tip(self.viewport(), event.globalPos(), self._hint(hit) if hit else "")
            return True
        return super().viewportEvent(event)

    def _show_peek(self, index: int, event: QtGui.QHelpEvent) -> bool:
        """Show the strip's picture under the pointer larger, with its value; False where there is none."""
        row = self._rows[index]
        inside = QPointF(event.pos() - self.row_rect(row.key).topLeft())
        picture = self._shape.picture_at(inside.x()) if self._shape.part_at(inside) == "strip" else None
        pictures = self._pictures.get(row.key, [])
        if picture is None or picture >= len(pictures):
            return False
        text = f"{row.name} = {shown(row.picture_value(picture))}"
        self._peek.show_picture(pictures[picture], text, event.globalPos())
        return True

    def _hint(self, hit: tuple[int, Part]) -> str:
        row, part = self._rows[hit[0]], hit[1]
        if part == "name":
            cut = paint.text_width(row.name) > self._shape.name.width()
            return "\n".join(line for line in (row.name if cut else "", row.tooltip) if line)
        if row.locked:
            return "Locked: click the lock to free it"
        return _HINTS.get(part, "")
