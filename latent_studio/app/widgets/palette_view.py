"""The palette: a field to type into and, under it, what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.key_hint import hint_width, paint_hint
from latent_studio.app.widgets.overlay import Overlay
from latent_studio.app.widgets.overlay_bar import OverlayBar

WIDTH, TOP, FIELD_HEIGHT, ROW_HEIGHT, N_ROWS = 600, 72, 52, 36, 11  # px, px, px, px, rows
_PAD, _ICON = 8, 16


@dataclass(frozen=True)
class Row:
    """One thing that was found. positions: the letters of its title that were typed.  note: what kind of thing it is.
    key: the key that does it, too."""

    title: str
    positions: tuple[int, ...] = ()
    note: str = ""
    icon: str = ""
    key: str = ""


class _Results(QAbstractScrollArea):
    """The list; it paints the rows in view only.

    Signals:
        clicked(int): that row.
    """

    clicked = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []
        self.current = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self._mouse_at = QPoint(-1, -1)
        OverlayBar(self)

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        self._fit()
        self.set_current(0)

    def set_current(self, index: int) -> None:
        self.current = max(0, min(len(self.rows) - 1, index))
        bar, top = self.verticalScrollBar(), self.current * ROW_HEIGHT
        bar.setValue(max(top + ROW_HEIGHT - self.viewport().height(), min(bar.value(), top)))
        self.viewport().update()

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW_HEIGHT)
        bar.setRange(0, max(0, len(self.rows) * ROW_HEIGHT - self.viewport().height()))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    def _row_at(self, y: float) -> int:
        index = int(y + self.verticalScrollBar().value()) // ROW_HEIGHT
        return index if 0 <= index < len(self.rows) else -1

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """The row under the mouse is the current one, once the mouse has moved: rows that come under it are not."""
        at, index = event.globalPosition().toPoint(), self._row_at(event.position().y())
        if index >= 0 and self._mouse_at not in (QPoint(-1, -1), at):
            self.set_current(index)
        self._mouse_at = at

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._row_at(event.position().y())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(index)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        first = self.verticalScrollBar().value() // ROW_HEIGHT
        last = min(len(self.rows), first + self.viewport().height() // ROW_HEIGHT + 2)
        for index in range(first, last):
            top = index * ROW_HEIGHT - self.verticalScrollBar().value()
            area = QRectF(0, top, self.viewport().width(), ROW_HEIGHT)
            self._paint_row(painter, self.rows[index], area, index == self.current)

    def _paint_row(self, painter: QPainter, row: Row, area: QRectF, is_current: bool) -> None:
        if is_current:
            paint.fill_round(painter, area, colour("raised"))
            painter.fillRect(QRectF(area.left(), area.center().y() - 9, 2, 18), colour("accent"))
        middle = area.center().y()
        if row.icon:
            icon = QRectF(area.left() + 12, middle - _ICON / 2, _ICON, _ICON)
            paint_icon(painter, row.icon, icon, colour("text" if is_current else "muted"))
        right = area.right() - 12
        if row.key:
            right -= hint_width(row.key)
            paint_hint(painter, right, middle, row.key)
            right -= 10
        left = area.left() + 40
        room = right - left
        note_width = min(paint.text_width(row.note, "caption"), max(room * 0.45, room - self._title_width(row) - 16))
        note = QRectF(right - note_width, area.top(), note_width, area.height())
        paint.draw_text(painter, note, row.note, "muted", "caption", paint.RIGHT)
        _paint_found(painter, QRectF(left, area.top(), room - note_width - 12, area.height()), row)

    def _title_width(self, row: Row) -> float:
        return paint.text_width(row.title)


def _paint_found(painter: QPainter, area: QRectF, row: Row) -> None:
    """The title with what was typed in the accent colour; plain where it has to be shortened."""
    if paint.text_width(row.title) > area.width():
        paint.draw_text(painter, area, row.title)
        return
    font = theme().font("body")
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    base = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
    for start, end, is_found in _stretches(len(row.title), row.positions):
        x = area.left() + metrics.horizontalAdvance(row.title[:start])
        painter.setPen(colour("accent" if is_found else "text"))
        painter.drawText(QPointF(x, base), row.title[start:end])


def _stretches(n: int, positions: Sequence[int]) -> list[tuple[int, int, bool]]:
    """(start, end, found or not) of what is painted in one colour."""
    found, edges = set(positions), [0]
    edges += [k for k in range(1, n) if (k in found) != (k - 1 in found)]
    return [(start, end, start in found) for start, end in zip(edges, [*edges[1:], n], strict=True)]


class PaletteView(Overlay):
    """Signals:
    typed(str): something else stands in the field.
    chosen(int): the row of that number.
    """

    typed = Signal(str)
    chosen = Signal(int)

    def __init__(self, parent: QWidget, placeholder: str, nothing: str) -> None:
        """placeholder: what may be typed; nothing: what to say where nothing is found."""
        super().__init__(parent)
        self._nothing = nothing
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(placeholder)
        self.field.setAccessibleName(placeholder)
        self.field.setStyleSheet("QLineEdit { border: none; background: transparent; font-size: 15px; padding: 0; }")
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.typed)
        self.setFocusProxy(self.field)
        self._results = _Results(self)
        self._results.clicked.connect(self._choose)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """What was found, best first; the first is the current one."""
        self._results.set_rows(rows)
        self.lay_out()
        self.update()

    def rows(self) -> list[Row]:
        """What is listed now."""
        return self._results.rows

    def current(self) -> int:
        """The row that Enter would choose."""
        return self._results.current

    def set_current(self, index: int) -> None:
        """Have Enter choose another row."""
        self._results.set_current(index)

    def open_over(self) -> None:
        self.field.clear()
        super().open_over()

    def card_rect(self) -> QRect:
        width = min(WIDTH, self.width() - 48)
        n_rows = max(1, min(N_ROWS, len(self._results.rows), (self.height() - TOP - FIELD_HEIGHT - 40) // ROW_HEIGHT))
        return QRect((self.width() - width) // 2, TOP, width, FIELD_HEIGHT + n_rows * ROW_HEIGHT + 2 * _PAD)

    def lay_out(self) -> None:
        card = self.card_rect()
        self.field.setGeometry(card.left() + 48, card.top() + 10, card.width() - 64, FIELD_HEIGHT - 20)
        list_top = card.top() + FIELD_HEIGHT + _PAD
        self._results.setGeometry(
            card.left() + _PAD, list_top, card.width() - 2 * _PAD, card.bottom() - list_top - _PAD + 1
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field keeps the keyboard; the keys that move in the list go there."""
        if watched is self.field and isinstance(event, QtGui.QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_key(event)
        return super().eventFilter(watched, event)

    def _take_key(self, event: QtGui.QKeyEvent) -> bool:
        keys = Qt.Key
        steps = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_PageUp: -N_ROWS, keys.Key_PageDown: N_ROWS}
        key = keys(event.key())
        if key in steps:
            self._results.set_current(self._results.current + steps[key])
        elif key in (keys.Key_Return, keys.Key_Enter):
            self._choose(self._results.current)
        elif key == keys.Key_Escape:
            self.dismiss()
        else:
            return key == keys.Key_Tab
        return True

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._results.rows):
            self.dismiss()
            self.chosen.emit(index)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        painter, card = QPainter(self), self.card_rect()
        lens = QRectF(card.left() + 20, card.top() + (FIELD_HEIGHT - 18) / 2, 18, 18)
        paint_icon(painter, "magnifying-glass", lens, colour("muted"))
        painter.fillRect(QRect(card.left() + 1, card.top() + FIELD_HEIGHT, card.width() - 2, 1), colour("line"))
        if not self._results.rows:
            area = QRectF(card.left() + 48, card.top() + FIELD_HEIGHT + _PAD, card.width() - 64, ROW_HEIGHT)
            paint.draw_text(painter, area, self._nothing, "muted")
