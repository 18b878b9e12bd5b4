"""The list of runs beside a training: picture, name, state, and how its loss went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from latent_studio.app.theme import Role, colour, theme
from latent_studio.app.widgets import paint, plot
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.pixels import Pixels, thumbnail

_ROW, _SIDE, _PAD, _TEXT = 72, 48, 16, 76  # px
_SPARK = 44  # px, width of the small curve


@dataclass(frozen=True, eq=False)
class RunItem:
    """One run. `losses` draw the small curve in the run's category colour; `is_plotted` fills the dot."""

    key: str
    title: str
    line: str
    role: Role = "muted"
    picture: Pixels | None = None
    category: int = 0
    is_plotted: bool = False
    losses: tuple[float, ...] = ()
    figure: str = ""


class RunList(QAbstractScrollArea):
    """Rows of 72 px. A click chooses a run, its dot puts its curve on the plot. Up and Down choose too.

    Signals:
        chosen(str), plotted(str, bool), menu_requested(str, QPoint): by key.
    """

    chosen = Signal(str)
    plotted = Signal(str, bool)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[RunItem] = []
        self._images: dict[str, tuple[Pixels, QImage]] = {}
        self._current = ""
        self._hovered: int | None = None
        self._focus = FocusMark(self)
        OverlayBar(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self.viewport().update)

    def set_items(self, items: Sequence[RunItem]) -> None:
        """Show other runs, or the same with newer figures."""
        self._items = list(items)
        keys = {item.key for item in self._items}
        self._images = {key: image for key, image in self._images.items() if key in keys}
        self._fit()
        self.viewport().update()

    def set_current(self, key: str) -> None:
        """Mark another run, without a signal."""
        self._current = key
        self.viewport().update()

    def current(self) -> str:
        """The key of the marked run, empty where none is."""
        return self._current

    def row_rect(self, key: str) -> QRect:
        """Where a run's row lies in the viewport."""
        index = next(i for i, item in enumerate(self._items) if item.key == key)
        return QRect(0, index * _ROW - self.verticalScrollBar().value(), self.viewport().width(), _ROW)

    def sizeHint(self) -> QSize:
        return QSize(264, 6 * _ROW)

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_ROW // 2)
        bar.setRange(0, max(0, len(self._items) * _ROW - self.viewport().height()))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, item in enumerate(self._items):
            row = self.row_rect(item.key)
            if row.intersects(event.rect()):
                self._paint_row(painter, item, row, is_hovered=i == self._hovered)

    def _paint_row(self, painter: QPainter, item: RunItem, row: QRect, *, is_hovered: bool) -> None:
        is_current = item.key == self._current
        if is_current or is_hovered:
            painter.fillRect(row, colour("raised", 1.0 if is_current else 0.5))
        if is_current:
            painter.fillRect(QRect(row.left(), row.top(), 2, row.height()), colour("accent"))
            if self._focus.visible:
                paint.focus_ring(painter, row)
        top, right = row.top(), row.right() - _PAD
        box = QRectF(_PAD, top + 12, _SIDE, _SIDE)
        image = self._image(item)
        if image is None:
            paint.fill_round(painter, box, colour("line", 0.5), None, paint.THUMB_RADIUS)
        else:
            paint.draw_image(painter, image, paint.centred(image, box))
        self._paint_dot(painter, item, top)
        end = right - _SPARK - 6
        title = QRectF(_TEXT + 16, top + 15, end - _TEXT - 16, 20)
        paint.draw_text(painter, title, item.title, "text", "strong" if is_current else "body")
        line = QRectF(_TEXT, top + 37, end - _TEXT, 16)
        paint.draw_text(painter, line, item.line, item.role, "caption")
        self._paint_losses(painter, item, QRectF(right - _SPARK, top + 16, _SPARK, 18))
        figure = QRectF(right - 64, top + 37, 65, 16)
        paint.draw_text(painter, figure, item.figure, "text", "number_caption", paint.RIGHT)

    def _paint_dot(self, painter: QPainter, item: RunItem, top: int) -> None:
        tint = theme().category(item.category) if item.is_plotted else colour("muted")
        painter.setPen(QPen(tint, 1.25))
        painter.setBrush(tint if item.is_plotted else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(_TEXT + 4, top + 25), 3.5, 3.5)

    def _paint_losses(self, painter: QPainter, item: RunItem, box: QRectF) -> None:
        y = np.array([loss for loss in item.losses if np.isfinite(loss)], dtype=np.float64)
        if len(y) < 2:
            return
        axes = plot.Axes(box, (0.0, len(y) - 1.0), (float(y.min()), plot.quantile(y, 0.95) or 1.0))
        painter.setPen(QPen(theme().category(item.category), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(axes.polygon(*plot.thinned(np.arange(len(y), dtype=np.float64), y, _SPARK)))

    def _image(self, item: RunItem) -> QImage | None:
        if item.picture is None:
            return None
        ratio = self.devicePixelRatioF()
        known = self._images.get(item.key)
        if known is None or known[0] is not item.picture or known[1].devicePixelRatio() != ratio:
            known = self._images[item.key] = item.picture, thumbnail(item.picture, _SIDE, ratio)
        return known[1]

    # --- the hand

    def _index_at(self, at: QPoint) -> int | None:
        index = (at.y() + self.verticalScrollBar().value()) // _ROW
        return index if 0 <= index < len(self._items) else None

    def _choose(self, index: int) -> None:
        item = self._items[max(0, min(len(self._items) - 1, index))]
        if item.key != self._current:
            self.set_current(item.key)
            self.setAccessibleDescription(f"{item.title}, {item.line}, {item.figure}")
            row, bar = self.row_rect(item.key), self.verticalScrollBar()
            bar.setValue(bar.value() + min(0, row.top()) + max(0, row.bottom() + 1 - self.viewport().height()))
            self.chosen.emit(item.key)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index is None or event.button() != Qt.MouseButton.LeftButton:
            return
        item = self._items[index]
        inside = event.position() - QPointF(self.row_rect(item.key).topLeft())
        if QRectF(_TEXT - 5, 14, 20, 22).contains(inside):
            self.plotted.emit(item.key, not item.is_plotted)
        else:
            self._choose(index)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        event.accept()  # the press has done it all; unaccepted, the release would go on to the panel

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        if index != self._hovered:
            self._hovered = index
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.viewport().update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self._items:
            now = next((i for i, item in enumerate(self._items) if item.key == self._current), -1)
            self._choose(now + steps[Qt.Key(event.key())])
        else:
            event.ignore()

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        index = self._index_at(event.pos())
        if index is not None:
            self.menu_requested.emit(self._items[index].key, event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._index_at(event.pos())
            item = self._items[index] if index is not None else None
            paint.show_tip(self.viewport(), event.globalPos(), item.title if item else "", item.line if item else "")
            return True
        return super().viewportEvent(event)
