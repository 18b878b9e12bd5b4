"""What a point of the map is: its picture, what the model makes of its code, its class and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6 import QtGui
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.pixels import fitted, resampled, to_qimage
from latent_studio.core.events import Pixels

SIDE = 112  # px
_PAD, _GAP, _LINE, _AIR = 12, 12, 18, 18  # px
_EDGE = 8  # px to the view's edge
HINT = "click adopts · hold carries · L lassos"


@dataclass(frozen=True, eq=False)
class Point:
    """What is known of it; pictures come when they are read and decoded.

    where: the split and the number in it.  what: the class, "" without.  tint: its colour.  is_on_map: the code lies on
    the plane, so that the map shows here what it gives.
    """

    where: str
    what: str
    tint: QColor
    z: str
    is_on_map: bool
    original: Pixels | None = None
    decoded: Pixels | None = None


class PointCard(QWidget):
    """Stands beside its point, within the map, and lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._map = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._point: Point | None = None
        self.hide()

    @property
    def known(self) -> Point | None:
        """What it says while it is shown."""
        return self._point if self.isVisible() else None

    def sizeHint(self) -> QSize:
        return QSize(2 * SIDE + _GAP + 2 * _PAD, SIDE + 3 * _LINE + 2 * _PAD + 10)

    def show_point(self, point: Point, at: QPointF) -> None:
        """Say what is known of the point at this px of the map."""
        self._point = point
        size, room = self.sizeHint(), self._map.rect()
        x = at.x() - size.width() - _AIR
        if x < _EDGE:
            x = at.x() + _AIR
        y = min(max(at.y() - size.height() / 2, _EDGE), room.height() - size.height() - _EDGE)
        self.setGeometry(round(min(x, room.width() - size.width() - _EDGE)), round(y), size.width(), size.height())
        self.raise_()
        self.show()
        self.update()

    def set_pictures(self, *, original: Pixels | None = None, decoded: Pixels | None = None) -> None:
        """A picture of the point that is shown has come."""
        if self._point is not None:
            if original is not None:
                self._point = replace(self._point, original=original)
            if decoded is not None:
                self._point = replace(self._point, decoded=decoded)
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        point = self._point
        if point is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.fill_round(painter, self.rect(), colour("raised"), colour("line"))
        decoded = "decoded here" if point.is_on_map else "its code decoded"
        pairs = ((point.original, point.where), (point.decoded, decoded))
        for place, (picture, under) in enumerate(pairs):
            square = QRectF(_PAD + place * (SIDE + _GAP), _PAD, SIDE, SIDE)
            self._paint_picture(painter, picture, square)
            line = QRectF(square.left(), square.bottom() + 3, SIDE, _LINE)
            paint.draw_text(painter, line, under, "muted", "number_caption")
        line = QRectF(_PAD, _PAD + SIDE + _LINE + 8, self.width() - 2 * _PAD, _LINE)
        left = line.left()
        if point.what:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(point.tint)
            painter.drawEllipse(QPointF(left + 5, line.center().y()), 5, 5)
            left += 18
        width = paint.text_width(point.z, "number")
        paint.draw_text(painter, line, point.z, "text", "number", paint.RIGHT)
        paint.draw_text(
            painter, QRectF(left, line.top(), line.right() - width - 8 - left, _LINE), point.what, "text", "strong"
        )
        paint.draw_text(painter, line.translated(0, _LINE + 3), HINT, "muted", "caption")

    def _paint_picture(self, painter: QPainter, picture: Pixels | None, square: QRectF) -> None:
        if picture is None:
            paint.fill_round(painter, square, colour("surface"), None, 3)
            return
        ratio = self.devicePixelRatioF()
        whole, side = to_qimage(picture), round(SIDE * ratio)
        image = resampled(whole, fitted(whole.size(), QSize(side, side)))
        image.setDevicePixelRatio(ratio)
        paint.draw_image(painter, image, paint.centred(image, square), 3)
