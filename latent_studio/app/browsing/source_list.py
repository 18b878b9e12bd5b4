"""The column of sets at the left of the Data panel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.progress import paint_progress
from latent_studio.studio.data_list import HEADINGS, DataRow

WIDTH = 224  # px
_ROW, _HEADING, _PAD, _TEXT, _ICON = 46, 36, 16, 44, 16  # px
_ICONS = {"built in": "database", "recent": "clock-counter-clockwise", "here": "folder", "remote": "download-simple"}


class SourceList(QAbstractScrollArea):
    """Rows under headings. A click chooses one; Up and Down choose, too.

    Signals:
        chosen(str): by the person, by key.
        menu_requested(str, QPoint).
    """

    chosen = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[DataRow] = []
        self._tops: list[int] = []
        self._headings: list[tuple[int, str]] = []
        self._height = 0
        self._current = ""
        self._hovered = -1
        self._focus = FocusMark(self)
        OverlayBar(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Sets of pictures")
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[DataRow]) -> None:
        """Show other rows, grouped as they come."""
        self._rows, self._tops, self._headings = list(rows), [], []
        top = 4
        for section, group in groupby(rows, key=lambda row: row.section):
            self._headings.append((top, HEADINGS[section]))
            top += _HEADING
            for _ in group:
                self._tops.append(top)
                top += _ROW
            top += 8
        self._height = top
        self._fit()
        self.viewport().update()

    def rows(self) -> tuple[DataRow, ...]:
        """What it shows."""
        return tuple(self._rows)

    def current(self) -> str:
        """The key of the marked row."""
        return self._current

    def set_current(self, key: str) -> None:
        """Mark another row, without a signal."""
        self._current = key
        row = next((row for row in self._rows if row.key == key), None)
        self.setAccessibleDescription("" if row is None else f"{row.title}, {row.line}")
        self.viewport().update()

    def row_rect(self, key: str) -> QRect:
        """Where a row lies in the viewport."""
        return self._rect(next(i for i, row in enumerate(self._rows) if row.key == key))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 400)

    def _rect(self, index: int) -> QRect:
        return QRect(0, self._tops[index] - self.verticalScrollBar().value(), self.viewport().width(), _ROW)

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_ROW // 2)
        bar.setRange(0, max(0, self._height - self.viewport().height()))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        scroll = self.verticalScrollBar().value()
        for top, text in self._headings:
            line = QRectF(_PAD, top - scroll + 6, self.viewport().width() - 2 * _PAD, _HEADING - 6)
            paint.draw_text(painter, line, text, "muted", "caption")
        for i, row in enumerate(self._rows):
            area = self._rect(i)
            if area.intersects(event.rect()):
                self._paint_row(painter, row, area, is_hovered=i == self._hovered)

    def _paint_row(self, painter: QPainter, row: DataRow, area: QRect, *, is_hovered: bool) -> None:
        is_current = row.key == self._current
        if is_current or is_hovered:
            painter.fillRect(area, colour("raised", 1.0 if is_current else 0.5))
        if is_current:
            painter.fillRect(QRect(area.left(), area.top(), 2, area.height()), colour("accent"))
            if self._focus.visible:
                paint.focus_ring(painter, area)
        box = QRectF(_PAD, area.top() + (_ROW - _ICON) / 2, _ICON, _ICON)
        paint_icon(painter, _ICONS[row.section], box, colour("accent" if is_current else "muted"))
        width = area.width() - _TEXT - 10
        title = QRectF(_TEXT, area.top() + 5, width, 20)
        paint.draw_text(painter, title, row.title, "text", "strong" if is_current else "body")
        line = QRectF(_TEXT, area.top() + 24, width, 16)
        paint.draw_text(painter, line, row.line, "muted", "number_caption")
        if row.share is not None:
            bar = QRectF(_TEXT, area.bottom() - 3, width, 2)
            paint_progress(painter, bar, row.share, "muted" if row.is_held else "accent")

    # --- the hand

    def _index_at(self, at: QPoint) -> int:
        return next((i for i in range(len(self._rows)) if self._rect(i).contains(at)), -1)

    def _choose(self, index: int) -> None:
        row = self._rows[max(0, min(len(self._rows) - 1, index))]
        if row.key != self._current:
            self.set_current(row.key)
            box, bar = self.row_rect(row.key), self.verticalScrollBar()
            bar.setValue(bar.value() + min(0, box.top()) + max(0, box.bottom() + 1 - self.viewport().height()))
            self.chosen.emit(row.key)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index != self._hovered:
            self._hovered = index
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.viewport().update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self._rows:
            now = next((i for i, row in enumerate(self._rows) if row.key == self._current), -1)
            self._choose(now + steps[Qt.Key(event.key())])
        else:
            event.ignore()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        index = self._index_at(event.pos())
        if index >= 0:
            self.menu_requested.emit(self._rows[index].key, event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._index_at(event.pos())
            row = self._rows[index] if index >= 0 else None
            where = row.ref.path if row is not None and row.ref is not None else ""
            paint.show_tip(self.viewport(), event.globalPos(), row.title if row else "", where)
            return True
        return super().viewportEvent(event)
