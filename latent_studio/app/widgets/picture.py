"""One picture: shown as it is, carried out by dragging, and a place to drop another."""

from __future__ import annotations

import time
from typing import Literal

from PySide6 import QtGui
from PySide6.QtCore import QMargins, QMimeData, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from latent_studio.app.theme import RADIUS, colour, theme
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.pixels import Pixels, fitted, resampled, to_array, to_qimage

__all__ = ["Picture", "to_qimage"]

Mode = Literal["pixels", "smooth"]
_SMALL_PX = 80  # pictures up to this side have smaller corners


class Picture(QWidget):
    """A picture with rounded corners, never stretched; a dashed place with a sentence while there is none.

    Signals:
        clicked(): with the mouse, or Enter.
        painted(float): `time.perf_counter()` at the end of each paint.
        menu_requested(QPoint): where, in global coordinates.
        dropped_files(list[str]), dropped_image(ndarray (h, w, 3) uint8), dropped_code(dict): only with `accept_drops`.
    """

    clicked = Signal()
    painted = Signal(float)
    menu_requested = Signal(QPoint)
    dropped_files = Signal(list)
    dropped_image = Signal(object)
    dropped_code = Signal(dict)

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        side_px: int = 168,
        empty_text: str = "",
        accept_drops: bool = False,
        selectable: bool = False,
    ) -> None:
        """A picture that wants `side_px` squared; `selectable` keeps room for the outline around it."""
        super().__init__(parent)
        self._side_px, self._empty_text = side_px, empty_text
        self._margin = int(paint.OUTLINE) if selectable else 0
        self._image, self._shown = QImage(), QImage()
        self._mode: Mode = "pixels"
        self._selected = self._is_target = False
        self._payload: carry.Code | None = None
        self._focus = FocusMark(self)
        self._pressed_at: QPointF | None = None
        self._alignment = Qt.AlignmentFlag.AlignCenter
        self.setAcceptDrops(accept_drops)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    # --- what it shows

    def set_image(self, array: Pixels | None) -> None:
        """Show (h, w) or (h, w, 3) uint8; None empties the place."""
        self._image = QImage() if array is None else to_qimage(array)
        self._shown = QImage()
        self.update()

    def set_mode(self, mode: Mode) -> None:
        """`pixels`: enlarged pixels are blocks; `smooth`: they blend. The size stays."""
        if mode != self._mode:
            self._mode, self._shown = mode, QImage()
            self.update()

    def set_selected(self, selected: bool) -> None:
        """Draw the accent outline, or not."""
        self._selected = selected
        self.update()

    def set_empty_text(self, text: str) -> None:
        """The sentence that stands in the empty place."""
        self._empty_text = text
        self.update()

    def set_payload(self, code: carry.Code | None) -> None:
        """The code (plain JSON data) that travels with the picture when it is dragged or copied."""
        self._payload = code

    def set_alignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Where the picture lies when the widget is larger than it."""
        self._alignment = alignment
        self.update()

    def image(self) -> QImage:
        """The picture in its own size; null where there is none."""
        return self._image

    def mime_data(self) -> QMimeData:
        """What dragging or copying takes along."""
        return carry.mime_of(self._image, self._payload)

    def sizeHint(self) -> QSize:
        side = self._side_px + 2 * self._margin
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        side = min(self._side_px, 48) + 2 * self._margin
        return QSize(side, side)

    def picture_rect(self) -> QRectF:
        """Where the picture lies in the widget, on whole device pixels."""
        ratio = self.devicePixelRatioF()
        room = self.rect().marginsRemoved(self._margins())
        box = QSize(int(room.width() * ratio), int(room.height() * ratio))
        size = fitted(self._image.size(), box) if not self._image.isNull() else _square(box)
        left = _share(self._alignment, Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)
        top = _share(self._alignment, Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom)
        x = room.x() + int((box.width() - size.width()) * left) / ratio
        y = room.y() + int((box.height() - size.height()) * top) / ratio
        return QRectF(x, y, size.width() / ratio, size.height() / ratio)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.picture_rect()
        radius = paint.THUMB_RADIUS if area.width() <= _SMALL_PX else float(RADIUS)
        if self._image.isNull():
            self._paint_empty(painter, area, radius)
        else:
            paint.draw_image(painter, self._for_screen(area), area, radius)
        if self._is_target:
            paint.fill_round(painter, area, colour("accent", 0.14), colour("accent"), radius)
        if self._selected:
            paint.outline(painter, area, radius)
        elif self._focus.visible:
            paint.focus_ring(painter, area, radius)
        painter.end()
        self.painted.emit(time.perf_counter())

    def _for_screen(self, area: QRectF) -> QImage:
        """Small for blocks (the brush enlarges it), else resampled once per size."""
        ratio = self.devicePixelRatioF()
        size = QSize(round(area.width() * ratio), round(area.height() * ratio))
        if self._mode == "pixels" and size.width() >= self._image.width():
            return self._image
        if self._shown.size() != size:
            self._shown = resampled(self._image, size, smooth=self._mode == "smooth")
        return self._shown

    def _paint_empty(self, painter: QPainter, area: QRectF, radius: float) -> None:
        paint.fill_round(painter, area, colour("surface"), None, radius)
        paint.dashed_round(painter, area, colour("line"), radius)
        painter.setFont(theme().font("caption"))
        painter.setPen(colour("muted"))
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        room = area.adjusted(12, 8, -12, -8)
        if room.contains(painter.boundingRect(room, flags, self._empty_text)):  # half a sentence helps nobody
            painter.drawText(room, flags, self._empty_text)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._shown = QImage()

    # --- the hand

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.picture_rect().contains(event.position()):
            self._pressed_at = event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed_at is None or self._image.isNull():
            return
        if (event.position() - self._pressed_at).manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            carry.start_drag(self, self._image, self._payload)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed_at is not None and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        self._pressed_at = None

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        mime = event.mimeData()
        if event.source() is not self and carry.is_welcome(mime):
            self._is_target = True
            event.acceptProposedAction()
            self.update()

    def dragLeaveEvent(self, event: QtGui.QDragLeaveEvent) -> None:
        self._is_target = False
        self.update()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """A code says most, then files (they may carry more than pixels), then bare pixels."""
        self._is_target = False
        self.update()
        mime = event.mimeData()
        files, code = carry.files_of(mime), carry.code_of(mime)
        if code is not None:
            self.dropped_code.emit(code)
        elif files:
            self.dropped_files.emit(files)
        elif mime.hasImage():
            self.dropped_image.emit(to_array(QImage(mime.imageData())))
        event.acceptProposedAction()

    def _margins(self) -> QMargins:
        return QMargins(self._margin, self._margin, self._margin, self._margin)


def _square(box: QSize) -> QSize:
    side = min(box.width(), box.height())
    return QSize(side, side)


def _share(alignment: Qt.AlignmentFlag, start: Qt.AlignmentFlag, end: Qt.AlignmentFlag) -> float:
    """The share of the room left over that goes before the picture."""
    return 0.0 if alignment & start else 1.0 if alignment & end else 0.5
