"""The larger picture that hovering over a small one shows."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.pixels import Pixels, fitted, resampled, to_qimage

_SIDE, _PAD, _LINE = 168, 8, 20  # px


class Peek(QWidget):
    """A small window beside the pointer that lets the mouse through. Its owner shows it and hides it."""

    def __init__(self, owner: QWidget) -> None:
        flags = Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        super().__init__(owner, flags)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._image = QImage()
        self._lines: list[str] = []

    def show_picture(self, pixels: Pixels, text: str, near: QPoint) -> None:
        """Show a picture at up to 168 px with its lines of text, `near` the pointer (global) and on its screen."""
        self._image, self._lines = to_qimage(pixels), text.splitlines()
        size = QSize(_SIDE + 2 * _PAD, _SIDE + 2 * _PAD + _LINE * len(self._lines))
        self.resize(size)
        corner, screen = near + QPoint(16, 16), QtGui.QGuiApplication.screenAt(near)
        if screen is not None:
            room = screen.availableGeometry()
            if corner.x() + size.width() > room.right():
                corner.setX(near.x() - 16 - size.width())
            if corner.y() + size.height() > room.bottom():
                corner.setY(near.y() - 16 - size.height())
        self.move(corner)
        self.show()
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        paint.fill_round(painter, self.rect(), colour("raised"), colour("line"))
        ratio = self.devicePixelRatioF()
        side = round(_SIDE * ratio)
        size = fitted(self._image.size(), QSize(side, side))
        image = resampled(self._image, size)
        image.setDevicePixelRatio(ratio)
        area = paint.centred(image, QRectF(_PAD, _PAD, _SIDE, _SIDE))
        paint.draw_image(painter, image, area, 4)
        for number, text in enumerate(reversed(self._lines), 1):
            line = QRectF(_PAD, self.height() - number * _LINE - 4, self.width() - 2 * _PAD, _LINE)
            paint.draw_text(painter, line, text, "muted", "number_caption")
