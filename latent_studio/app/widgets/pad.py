"""Two dimensions of the code under one finger, over the pictures that they give."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import DARK, RADIUS, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.numbers import clamped, nudge_of, shown
from latent_studio.app.widgets.pixels import Pixels, resampled, to_qimage
from latent_studio.app.widgets.slider import factor_of

SIDE = 308
_LABELS = 44  # px at the right for the ends of the upward axis
_HANDLE, _MARKER = 7.0, 9.0  # px: radius, side
_VEIL = QColor(0, 0, 0, 130)  # over the pictures, so that what lies on them can be seen
_LIGHT, _ACCENT = QColor(255, 255, 255), QColor(DARK.accent)  # on pictures it is dark in either theme


class Pad(QWidget):
    """Drag the handle, or move it with the arrow keys (Shift finer, Alt coarser).

    Signals:
        moved(float, float): across and up, while it moves.
        released(float, float): at the end of a drag and for each key.
    """

    moved = Signal(float, float)
    released = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x = self._y = 0.0
        self._across, self._up = (-3.0, 3.0), (-3.0, 3.0)
        self._marker: tuple[float, float] | None = None
        self._sigma = True
        self._background = QImage()
        self._ground = QPixmap()  # what does not move with the handle, drawn once: a drag repaints at 60 Hz
        self._dragging = False
        self._focus = FocusMark(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Pad")

    # --- what it shows

    def set_background(self, array: Pixels | None) -> None:
        """The pictures that the plane gives, as one image of the whole square; None: black."""
        self._background = QImage() if array is None else to_qimage(array)
        self._change_ground()

    def set_ranges(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        """What the left and right, lower and upper ends stand for."""
        self._across, self._up = across, up
        self._change_ground()

    def set_position(self, x: float, y: float) -> None:
        """Move the handle, without a signal; not while the person drags it."""
        if not self._dragging and (x, y) != (self._x, self._y):
            self._put(x, y)

    def position(self) -> tuple[float, float]:
        """Across and up."""
        return self._x, self._y

    def set_marker(self, at: tuple[float, float] | None) -> None:
        """Where the encoded picture lies, if there is one."""
        self._marker = at
        self.update()

    def set_sigma(self, is_shown: bool) -> None:
        """Whether the circles of 1 and 2 standard deviations say something here (they do for a normal prior)."""
        self._sigma = is_shown
        self._change_ground()

    def sizeHint(self) -> QSize:
        return QSize(SIDE + _LABELS, SIDE)

    def square(self) -> QRectF:
        """The plane itself, without the labels at its right."""
        side = min(self.width() - _LABELS, self.height())
        return QRectF(0, 0, side, side)

    def point_of(self, x: float, y: float) -> QPointF:
        """Where a value lies in the widget."""
        box = self.square()
        across = (x - self._across[0]) / (self._across[1] - self._across[0])
        up = (y - self._up[0]) / (self._up[1] - self._up[0])
        return QPointF(box.left() + across * box.width(), box.bottom() - up * box.height())

    def _value_at(self, at: QPointF) -> tuple[float, float]:
        box = self.square()
        across = clamped((at.x() - box.left()) / box.width(), 0.0, 1.0)
        up = clamped((box.bottom() - at.y()) / box.height(), 0.0, 1.0)
        (left, right), (low, high) = self._across, self._up
        return left + across * (right - left), low + up * (high - low)

    def _put(self, x: float, y: float) -> None:
        self._x, self._y = x, y
        self.setAccessibleDescription(f"across {shown(x)}, up {shown(y)}")
        self.update()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.square()
        side = round(box.width() * self.devicePixelRatioF())
        if self._ground.width() != side:
            self._ground = self._drawn_ground(box, side)
        painter.drawPixmap(box.topLeft(), self._ground)
        painter.setClipRect(box)
        self._paint_handle(painter, box)
        painter.setClipping(False)
        self._paint_labels(painter, box)
        if self._focus.visible:
            paint.focus_ring(painter, box)

    def _change_ground(self) -> None:
        self._ground = QPixmap()
        self.update()

    def _drawn_ground(self, box: QRectF, side: int) -> QPixmap:
        ground = QPixmap(side, side)
        ground.setDevicePixelRatio(self.devicePixelRatioF())
        ground.fill(Qt.GlobalColor.transparent)
        painter = QPainter(ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._background.isNull():
            paint.fill_round(painter, box, QColor(0, 0, 0))
        else:
            paint.draw_image(painter, resampled(self._background, QSize(side, side)), box, RADIUS)
            paint.fill_round(painter, box, _VEIL)
        painter.setClipRect(box)
        self._paint_scale(painter, box)
        painter.end()
        return ground

    def _paint_scale(self, painter: QPainter, box: QRectF) -> None:
        """Lines through zero, and the circles (ellipses, where the two ranges differ)."""
        zero, one = self.point_of(0, 0), self.point_of(1, 1)
        painter.fillRect(QRectF(round(zero.x()), box.top(), 1, box.height()), _alpha(0.16))
        painter.fillRect(QRectF(box.left(), round(zero.y()), box.width(), 1), _alpha(0.16))
        if not self._sigma:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(theme().font("caption"))
        for n in (1, 2):
            painter.setPen(QPen(_alpha(0.28), 1))
            rise = n * (zero.y() - one.y())
            painter.drawEllipse(zero, n * (one.x() - zero.x()), rise)
            painter.setPen(_alpha(0.62))
            painter.drawText(QPointF(zero.x() + 5, zero.y() - rise + 13), f"{n} σ")

    def _paint_handle(self, painter: QPainter, box: QRectF) -> None:
        here, accent = self.point_of(self._x, self._y), _ACCENT
        painter.fillRect(QRectF(here.x() - 0.5, box.top(), 1, box.height()), accent)
        painter.fillRect(QRectF(box.left(), here.y() - 0.5, box.width(), 1), accent)
        if self._marker is not None:
            there = self.point_of(*self._marker)
            painter.setPen(QPen(accent.lighter(130), 1.75, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(here, there))
            painter.setPen(QPen(_LIGHT, 2))
            painter.setBrush(QColor(0, 0, 0))
            half = _MARKER / 2
            painter.drawRect(QRectF(there.x() - half, there.y() - half, _MARKER, _MARKER))
        painter.setPen(QPen(_LIGHT, 2))
        painter.setBrush(accent)
        painter.drawEllipse(here, _HANDLE, _HANDLE)

    def _paint_labels(self, painter: QPainter, box: QRectF) -> None:
        low, high = self._up
        column = QRectF(box.right() + 8, 0, _LABELS - 8, 16)
        for value, y in ((high, 0.0), (0.0, self.point_of(0, 0).y() - 8), (low, box.bottom() - 16)):
            if low <= value <= high:
                sign = "+" if value > 0 else ""
                text = sign + (shown(value) if value else "0")
                paint.draw_text(painter, column.translated(0, y), text, "muted", "number_caption")

    # --- the hand

    def _drag_to(self, at: QPointF) -> None:
        self._put(*self._value_at(at))
        self.moved.emit(self._x, self._y)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.square().contains(event.position()):
            self._dragging = True
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragging:
            self._drag_to(event.position())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._dragging:
            self._dragging = False
            self.released.emit(self._x, self._y)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        directions = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Down: (0, -1), Qt.Key.Key_Up: (0, 1),
        }  # fmt: skip
        if event.key() not in directions:
            event.ignore()
            return
        across, up = directions[Qt.Key(event.key())]
        factor = factor_of(event.modifiers())
        x = clamped(self._x + across * factor * nudge_of(*self._across), *self._across)
        y = clamped(self._y + up * factor * nudge_of(*self._up), *self._up)
        self._put(x, y)
        self.moved.emit(x, y)
        self.released.emit(x, y)

    def event(self, event: QEvent) -> bool:
        """The arrows are the pad's own while it has the focus."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        is_claim = event.type() == QEvent.Type.ShortcutOverride
        if is_claim and isinstance(event, QtGui.QKeyEvent) and event.key() in arrows:
            event.accept()
            return True
        return super().event(event)


def _alpha(alpha: float) -> QColor:
    white = QColor(_LIGHT)
    white.setAlphaF(alpha)
    return white
