"""The middle of a comparison: how far the pictures differ, one wiped over the other, or both on one skin."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.comparing.sides import View
from latent_studio.app.theme import RADIUS, colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.numbers import clamped
from latent_studio.app.widgets.pixels import Pixels, fitted, resampled, to_qimage
from latent_studio.app.widgets.slider import factor_of

_LIGHT, _SHADE = QColor(255, 255, 255), QColor(0, 0, 0, 90)  # on pictures it is dark in either theme
_KNOB = 11.0  # px, radius of the divider's knob
STEP = 0.05


class MixView(QWidget):
    """A and B in one place. Wipe and onion are dragged, or moved with the arrow keys (Shift finer); Home is half.

    Signals:
        mix_dragged(float): in [0, 1], while it moves.  mix_released(): at the end of a drag.
    """

    mix_dragged = Signal(float)
    mix_released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._a, self._b, self._difference = QImage(), QImage(), QImage()
        self._view: View = "difference"
        self._mix, self._sentence = 0.5, ""
        self._is_dragged = False
        self._focus = FocusMark(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("A and B compared")

    def set_pictures(self, a: Pixels | None, b: Pixels | None, difference: Pixels | None, sentence: str = "") -> None:
        """The pictures of both sides and |A − B|; the sentence stands where there is no difference to be shown."""
        images = [QImage() if pixels is None else to_qimage(pixels) for pixels in (a, b, difference)]
        self._a, self._b, self._difference = images
        self._sentence = sentence
        self.update()

    def set_view(self, view: View) -> None:
        """Show them in another way."""
        self._view = view
        is_moved = view != "difference"
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_moved else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor if is_moved else Qt.CursorShape.ArrowCursor)
        self.setToolTip("Drag, or use the arrow keys" if is_moved else "|A − B| per pixel and channel: black is equal")
        self.update()

    def set_mix(self, mix: float) -> None:
        """Where the divider stands, or how much of B is seen; without a signal."""
        if mix != self._mix and not self._is_dragged:
            self._mix = mix
            self.update()

    def mix(self) -> float:
        """What is shown now, in [0, 1]."""
        return self._mix

    def image(self) -> QImage:
        """The difference as it came, null where there is none."""
        return self._difference

    def picture_rect(self) -> QRectF:
        """Where the pictures lie, on whole device pixels."""
        image = self._difference if self._view == "difference" else self._a
        ratio = self.devicePixelRatioF()
        box = QSize(int(self.width() * ratio), int(self.height() * ratio))
        size = fitted(image.size(), box) if not image.isNull() else box
        return QRectF(0, 0, size.width() / ratio, size.height() / ratio)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.picture_rect()
        if self._view == "difference":
            if self._difference.isNull():
                self._paint_sentence(painter, area)
            else:
                self._draw(painter, self._difference, area)
        elif not (self._a.isNull() or self._b.isNull()):
            self._draw(painter, self._a, area)
            if self._view == "onion":
                self._paint_onion(painter, area)
            else:
                self._paint_wipe(painter, area)
        if self._focus.visible:
            paint.focus_ring(painter, area)

    def _draw(self, painter: QPainter, image: QImage, area: QRectF) -> None:
        """Over the whole area: enlarged in blocks, or shrunk."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(area.width() * ratio), round(area.height() * ratio))
        is_whole = size.width() % max(image.width(), 1) == 0 and size.height() % max(image.height(), 1) == 0
        paint.draw_image(painter, image if is_whole else resampled(image, size), area, RADIUS)

    def _paint_wipe(self, painter: QPainter, area: QRectF) -> None:
        x = round(area.left() + self._mix * area.width())
        painter.save()
        painter.setClipRect(QRectF(x, area.top(), area.right() - x, area.height()))
        self._draw(painter, self._b, area)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(x - 2, area.top(), 4, area.height()), _SHADE)
        painter.fillRect(QRectF(x - 1, area.top(), 2, area.height()), _LIGHT)
        self._paint_knob(painter, QPointF(clamped(x, area.left() + _KNOB, area.right() - _KNOB), area.center().y()))

    def _paint_onion(self, painter: QPainter, area: QRectF) -> None:
        painter.setOpacity(self._mix)
        self._draw(painter, self._b, area)
        painter.setOpacity(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, left, right = area.bottom() - 20, area.left() + 24, area.right() - 24
        painter.fillRect(QRectF(left - 1, y - 2, right - left + 2, 4), _SHADE)
        painter.fillRect(QRectF(left, y - 1, right - left, 2), _LIGHT)
        self._paint_knob(painter, QPointF(left + self._mix * (right - left), y))

    def _paint_knob(self, painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(_SHADE, 1))
        painter.setBrush(_LIGHT)
        painter.drawEllipse(at, _KNOB, _KNOB)
        painter.setPen(QPen(QColor(60, 62, 68), 1.5))
        for side in (-1, 1):
            tip = at + QPointF(side * 6, 0)
            painter.drawPolyline([tip - QPointF(side * 3, 3), tip, tip - QPointF(side * 3, -3)])

    def _paint_sentence(self, painter: QPainter, area: QRectF) -> None:
        paint.dashed_round(painter, area, colour("line"))
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("muted"))
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(area.adjusted(16, 12, -16, -12), flags, self._sentence)

    # --- the hand

    def _put(self, mix: float) -> None:
        mix = round(clamped(mix, 0.0, 1.0), 4)
        if mix != self._mix:
            self._mix = mix
            self.update()
            self.mix_dragged.emit(mix)

    def _drag_to(self, at: QPointF) -> None:
        area = self.picture_rect()
        inset = 24 if self._view == "onion" else 0
        self._put((at.x() - area.left() - inset) / max(area.width() - 2 * inset, 1.0))

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        is_there = self._view != "difference" and self.picture_rect().contains(event.position())
        if is_there and event.button() == Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self._drag_to(event.position())

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._is_dragged:
            self._drag_to(event.position())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._is_dragged:
            self._is_dragged = False
            self.mix_released.emit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._uses(event):
            event.ignore()
            return
        step = STEP * min(factor_of(event.modifiers()), 5.0)
        ways = {Qt.Key.Key_Left: self._mix - step, Qt.Key.Key_Right: self._mix + step, Qt.Key.Key_Home: 0.5}
        self._put(ways[Qt.Key(event.key())])
        self.mix_released.emit()

    def _uses(self, event: QtGui.QKeyEvent) -> bool:
        return self._view != "difference" and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home)

    def event(self, event: QEvent) -> bool:
        """The arrows are its own while it has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QtGui.QKeyEvent) and self._uses(event):
            event.accept()
            return True
        return super().event(event)
