"""A few words side by side of which one holds."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import RADIUS, Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.focus_mark import FocusMark

HEIGHT = 28
_PAD, _ICON, _GAP = 11, 16, 6


class SegmentedControl(QWidget):
    """Segments of which one is chosen, by click or with the arrow keys.

    Signals:
        chosen(str): the key of the segment that the person chose; not for `set_current`.
    """

    chosen = Signal(str)

    def __init__(
        self,
        options: Sequence[Option | str],
        current: str = "",
        *,
        accent: bool = False,
        stretch: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Segments; `accent` fills the chosen one with the accent, `stretch` shares the whole width equally."""
        super().__init__(parent)
        self._accent, self._stretch = accent, stretch
        self._hovered: int | None = None
        self._focus = FocusMark(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        across = QSizePolicy.Policy.Expanding if stretch else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed)
        self.set_options(options)
        self._current = current or (self._options[0].key if self._options else "")

    def set_options(self, options: Sequence[Option | str]) -> None:
        """Offer other segments."""
        self._options = [Option(o, o) if isinstance(o, str) else o for o in options]
        self.updateGeometry()
        self.update()

    def current(self) -> str:
        """The chosen key."""
        return self._current

    def set_current(self, key: str) -> None:
        """Show another choice, without a signal."""
        self._current = key
        self.setAccessibleDescription(next((o.title for o in self._options if o.key == key), ""))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._natural_widths())) + 1, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(len(self._options) * 24, HEIGHT) if self._stretch else self.sizeHint()

    def _natural_widths(self) -> list[float]:
        return [
            round(paint.text_width(option.title)) + 2 * _PAD + (_ICON + _GAP if option.icon else 0)
            for option in self._options
        ]

    def _edges(self) -> list[float]:
        """The x of each segment's left edge and of the last one's right, on whole pixels."""
        n = len(self._options)
        if self._stretch:
            return [float(round(i * self.width() / n)) for i in range(n + 1)] if n else []
        edges = [0.0]
        for width in self._natural_widths():
            edges.append(edges[-1] + width)
        edges[-1] = float(self.width())
        return edges

    def _segment_at(self, at: QPointF) -> int | None:
        edges = self._edges()
        inside = [i for i in range(len(self._options)) if edges[i] <= at.x() < edges[i + 1]]
        return inside[0] if inside and 0 <= at.y() < self.height() else None

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, edges = QRectF(self.rect()), self._edges()
        frame = QPainterPath()
        frame.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        for i, option in enumerate(self._options):
            cell = QRectF(edges[i], 0, edges[i + 1] - edges[i], area.height())
            fill = self._fill(i)
            if fill is not None:
                part = QPainterPath()
                part.addRect(cell)
                painter.fillPath(frame.intersected(part), fill)
            if i:
                painter.fillRect(QRectF(edges[i] - 0.5, 1, 1, area.height() - 2), colour("line"))
            self._paint_option(painter, cell, option)
        painter.setPen(colour("line"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(frame)
        if self._focus.visible:
            paint.focus_ring(painter, area)

    def _fill(self, index: int) -> QtGui.QColor | None:
        if self._options[index].key == self._current:
            return colour("accent" if self._accent else "raised")
        return colour("raised", 0.5) if index == self._hovered and self.isEnabled() else None

    def _paint_option(self, painter: QPainter, cell: QRectF, option: Option) -> None:
        is_current = option.key == self._current
        role: Role = "faint" if not self.isEnabled() or option.reason else "text" if is_current else "muted"
        if is_current and self._accent:
            role = "on_accent"
        ink = colour(role)
        painter.setPen(ink)
        if option.icon:
            width = _ICON + _GAP + paint.text_width(option.title)
            left = cell.center().x() - width / 2
            paint_icon(painter, option.icon, QRectF(left, cell.center().y() - _ICON / 2, _ICON, _ICON), ink)
            cell = QRectF(left + _ICON + _GAP, cell.top(), width, cell.height())
            paint.draw_text(painter, cell, option.title, role)
        else:
            paint.draw_text(painter, cell.adjusted(4, 0, -4, 0), option.title, role, "body", paint.CENTRE)

    # --- the hand

    def _choose(self, index: int) -> None:
        option = self._options[index]
        if option.key != self._current and not option.reason:
            self.set_current(option.key)
            self.chosen.emit(option.key)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        index = self._segment_at(event.position())
        if index is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(index)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hovered = self._segment_at(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        keys = [option.key for option in self._options]
        if event.key() in steps and keys:
            now = keys.index(self._current) if self._current in keys else 0
            self._choose(max(0, min(len(keys) - 1, now + steps[Qt.Key(event.key())])))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._segment_at(QPointF(event.pos()))
            option = self._options[index] if index is not None else None
            paint.show_tip(self, event.globalPos(), (option.reason or option.tooltip) if option else "")
            return True
        return super().event(event)
