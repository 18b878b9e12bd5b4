"""The few strokes that all painted widgets share."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QToolTip, QWidget

from latent_studio.app.theme import RADIUS, Role, TextRole, colour, theme

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter

THUMB_RADIUS = 2.0  # px, of pictures up to some 60 px
OUTLINE_AIR = 2.0  # px between a selected picture and its outline
OUTLINE_WIDTH = 2.0  # px
OUTLINE = OUTLINE_AIR + OUTLINE_WIDTH


def fill_round(
    painter: QPainter, area: QRectF | QRect, fill: QColor | None, border: QColor | None = None, radius: float = RADIUS
) -> None:
    """A rounded rectangle with a hairline border that lies inside `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(border, 1) if border else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(fill) if fill else Qt.BrushStyle.NoBrush)
    inset = 0.5 if border else 0.0
    painter.drawRoundedRect(QRectF(area).adjusted(inset, inset, -inset, -inset), radius, radius)
    painter.restore()


def dashed_round(painter: QPainter, area: QRectF | QRect, border: QColor, radius: float = RADIUS) -> None:
    """The place of something that is not there yet."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(border, 1)
    pen.setDashPattern([3, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.restore()


def outline(painter: QPainter, picture: QRectF, radius: float = RADIUS, width: float = OUTLINE_WIDTH) -> None:
    """The accent outline of a selected picture, with air between the two."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("accent"), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    out = OUTLINE_AIR + width / 2
    painter.drawRoundedRect(picture.adjusted(-out, -out, out, out), radius + out, radius + out)
    painter.restore()


def focus_ring(painter: QPainter, area: QRectF | QRect, radius: float = RADIUS) -> None:
    """What has the keyboard: a thin accent line just inside `area`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour("accent"), 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)
    painter.restore()


def draw_image(painter: QPainter, image: QImage, target: QRectF, radius: float = THUMB_RADIUS) -> None:
    """An image over `target` with smooth corners; enlarged pixels stay blocks.

    A textured brush is used because clipping to a rounded path is not antialiased. The image is taken by its device
    pixels: make it the size it has on the screen (`pixels.resampled`) or a whole fraction of it.
    """
    if image.isNull() or target.isEmpty():
        return
    texture = QImage(image)
    texture.setDevicePixelRatio(1.0)
    brush = QBrush(texture)
    fit = QTransform.fromTranslate(target.x(), target.y())
    brush.setTransform(fit.scale(target.width() / texture.width(), target.height() / texture.height()))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush)
    painter.drawRoundedRect(target, radius, radius)
    painter.restore()


def centred(image: QImage, cell: QRectF) -> QRectF:
    """Where a thumbnail lies in its cell, on whole device pixels."""
    size = image.deviceIndependentSize()
    ratio = image.devicePixelRatio()
    x = cell.x() + (cell.width() - size.width()) / 2
    y = cell.y() + (cell.height() - size.height()) / 2
    return QRectF(QPointF(round(x * ratio) / ratio, round(y * ratio) / ratio), size)


def draw_text(
    painter: QPainter,
    area: QRectF | QRect,
    text: str,
    role: Role = "text",
    font: TextRole = "body",
    align: Qt.AlignmentFlag = LEFT,
) -> None:
    """One line of text in a role's colour, cut short in the middle where `area` is too narrow."""
    painter.setFont(theme().font(font))
    painter.setPen(colour(role))
    box = QRectF(area)
    painter.drawText(box, align, elided(text, font, box.width()))


@lru_cache(maxsize=4096)
def text_width(text: str, font: TextRole = "body") -> float:
    """The width of one line, px. Remembered: most of what a drag repaints says the same as before."""
    return QFontMetricsF(theme().font(font)).horizontalAdvance(text)


def elided(text: str, font: TextRole, width: float) -> str:
    """The text, shortened in the middle to fit `width` px."""
    if text_width(text, font) <= width + 0.5:
        return text
    metrics = QFontMetricsF(theme().font(font))
    return metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width + 0.5)


def show_tip(widget: QWidget, at: QPoint, *lines: str) -> None:
    """A tooltip of the lines that say something; none where nothing does."""
    QToolTip.showText(at, "\n".join(line for line in lines if line), widget)
