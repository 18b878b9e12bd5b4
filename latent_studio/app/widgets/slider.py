"""A slider on a hairline, for temperature, opacity, strength; its strokes serve the Code dock's rows too."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets.numbers import clamped, nudge_of

HANDLE_RADIUS = 4.5  # px
_AIR = 2.5  # px between handle and line
_TICK = 4.0  # px, half the height of the neutral tick
FINER, COARSER = 0.1, 10.0


def paint_slider(
    painter: QPainter,
    line: QRectF,
    at: float,
    neutral: float,
    ground: QColor,
    *,
    active: bool = False,
    hollow: bool = False,
    tick: bool = True,
) -> None:
    """A track along the middle of `line`, filled from `neutral` to the handle `at` (both are x in px)."""
    y = round(line.center().y())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(line.left(), y - 1, line.width(), 2), colour("line"))
    mark = colour("muted" if hollow else "accent")
    painter.fillRect(QRectF(min(at, neutral), y - 1, abs(at - neutral), 2), mark)
    if tick:
        painter.fillRect(QRectF(round(neutral) - 0.5, y - _TICK, 1, 2 * _TICK), colour("muted"))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    centre = QPointF(at, y)
    painter.drawEllipse(centre, HANDLE_RADIUS + _AIR, HANDLE_RADIUS + _AIR)
    if hollow:
        painter.setPen(QPen(colour("muted"), 1.75))
        painter.drawEllipse(centre, HANDLE_RADIUS, HANDLE_RADIUS)
    else:
        painter.setBrush(colour("accent" if active else "text"))
        painter.drawEllipse(centre, HANDLE_RADIUS, HANDLE_RADIUS)
    painter.restore()


def factor_of(modifiers: Qt.KeyboardModifier) -> float:
    """How much finer (Shift) or coarser (Alt) a nudge is."""
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return FINER
    return COARSER if modifiers & Qt.KeyboardModifier.AltModifier else 1.0


def wheel_steps(event: QtGui.QWheelEvent) -> float:
    """Notches turned, up and right positive; Alt swaps the axes on some systems, so both count."""
    delta = event.angleDelta()
    return (delta.y() or delta.x()) / 120


class Slider(QWidget):
    """A plain slider. Arrows nudge (Shift finer, Alt coarser), Home and double-click reset, the wheel needs focus.

    Signals:
        value_dragged(float): while the handle moves.
        value_committed(float): at release, and for each key or wheel step.
    """

    value_dragged = Signal(float)
    value_committed = Signal(float)

    def __init__(
        self, low: float, high: float, value: float, neutral: float | None = None, parent: QWidget | None = None
    ) -> None:
        """A slider over [low, high]; the fill starts at `neutral` (a tick marks it) or at the left end."""
        super().__init__(parent)
        if not low < high:
            raise ValueError(f"a slider needs low < high, not {low} and {high}")
        self._low, self._high, self._default = low, high, value
        self._value, self._neutral = clamped(value, low, high), neutral
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def value(self) -> float:
        """The value shown now."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show another value, without a signal."""
        self._value = clamped(value, self._low, self._high)
        self.update()

    def set_range(self, low: float, high: float) -> None:
        """Change the ends; the value is kept inside."""
        self._low, self._high = low, high
        self.set_value(self._value)

    def sizeHint(self) -> QSize:
        return QSize(96, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 20)

    def _line(self) -> QRectF:
        return QRectF(self.rect()).adjusted(HANDLE_RADIUS + 1, 0, -HANDLE_RADIUS - 1, 0)

    def _x_of(self, value: float) -> float:
        line = self._line()
        return line.left() + (value - self._low) / (self._high - self._low) * line.width()

    def _drag_to(self, x: float) -> None:
        line = self._line()
        share = clamped((x - line.left()) / max(line.width(), 1.0), 0.0, 1.0)
        self.set_value(self._low + share * (self._high - self._low))
        self.value_dragged.emit(self._value)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        origin = self._low if self._neutral is None else self._neutral
        ground = self.palette().color(self.backgroundRole())
        active = self.hasFocus() or self._dragging or self.underMouse()
        at, tick = self._x_of(self._value), self._neutral is not None
        paint_slider(painter, self._line(), at, self._x_of(origin), ground, active=active, tick=tick)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._dragging = True
            self._drag_to(event.position().x())

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragging:
            self._drag_to(event.position().x())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.value_committed.emit(self._value)
            self.update()

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        self._commit(self._default)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        step = nudge_of(self._low, self._high) * factor_of(event.modifiers())
        if event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self._commit(self._value + step)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self._commit(self._value - step)
        elif event.key() == Qt.Key.Key_Home:
            self._commit(self._default)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()  # the panel scrolls
            return
        step = nudge_of(self._low, self._high) * factor_of(event.modifiers())
        self._commit(self._value + wheel_steps(event) * step)

    def _commit(self, value: float) -> None:
        self.set_value(value)
        self.value_committed.emit(self._value)
