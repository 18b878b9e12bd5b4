"""A strip of pictures with labels, for favourites and the like; the contact sheet is beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets import carry, paint
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.app.widgets.pixels import Pixels, thumbnail, to_qimage

__all__ = ["FilmItem", "FilmStrip", "PictureGrid"]

_SIDE, _PITCH, _LABEL = 56, 76, 20  # px
_TOP = int(paint.OUTLINE)


@dataclass(frozen=True, eq=False)
class FilmItem:
    """One picture of a strip; `code` travels with it when it is dragged."""

    key: str
    label: str
    picture: Pixels
    code: carry.Code | None = None


class FilmStrip(QAbstractScrollArea):
    """Pictures of 56 px in a row, each over its label; a place to add one stands first, where adding makes sense.

    Keys: Left and Right choose, Enter renames, Delete asks for removal.

    Signals:
        clicked(str), removed(str), menu_requested(str, QPoint), renamed(str, str): by key.
        add_requested().
    """

    clicked = Signal(str)
    removed = Signal(str)
    renamed = Signal(str, str)
    menu_requested = Signal(str, QPoint)
    add_requested = Signal()

    def __init__(self, *, can_add: bool = False, can_rename: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._can_add, self._can_rename = can_add, can_rename
        self._items: list[FilmItem] = []
        self._images: dict[str, QImage] = {}
        self._current = ""
        self._hovered: int | None = None
        self._pressed: tuple[int, QPointF] | None = None
        self._peek = Peek(self)
        self._edit = InlineEdit(self.viewport())
        self._edit.entered.connect(self._on_renamed)
        self._edit.left.connect(self._on_editor_left)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._on_scrolled)
        self.setFixedHeight(_SIDE + _LABEL + 2 * _TOP + 4)

    def set_items(self, items: Sequence[FilmItem]) -> None:
        """Show other pictures; the chosen one stays chosen where it is still there."""
        former = {item.key: item for item in self._items}
        kept = {item.key for item in items if item.key in former and former[item.key].picture is item.picture}
        self._images = {key: image for key, image in self._images.items() if key in kept}
        self._items = list(items)
        self._fit()
        self.viewport().update()

    def set_current(self, key: str) -> None:
        """Outline another picture, without a signal."""
        self._current = key
        self._show_current()
        self.viewport().update()

    def current(self) -> str:
        """The key of the outlined picture, empty where none is."""
        return self._current

    # --- layout: place 0 is the one for adding, where there is one

    def _n_places(self) -> int:
        return len(self._items) + self._can_add

    def _place(self, place: int) -> QRectF:
        return QRectF(_TOP + place * _PITCH - self.horizontalScrollBar().value(), _TOP, _SIDE, _SIDE)

    def picture_rect(self, key: str) -> QRectF:
        """Where a picture lies in the viewport."""
        return self._place(self._index(key) + self._can_add)

    def _index(self, key: str) -> int:
        return next((i for i, item in enumerate(self._items) if item.key == key), -1)

    def _place_at(self, at: QPointF) -> int | None:
        label = _LABEL + 2 * _TOP
        hits = (p for p in range(self._n_places()) if self._place(p).adjusted(0, 0, 0, label).contains(at))
        return next(hits, None)

    def _item_at(self, at: QPointF) -> FilmItem | None:
        place = self._place_at(at)
        return self._items[place - self._can_add] if place is not None and place >= self._can_add else None

    def _fit(self) -> None:
        width = 2 * _TOP + self._n_places() * _PITCH - (_PITCH - _SIDE)
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setRange(0, max(0, width - self.viewport().width()))

    def _show_current(self) -> None:
        index = self._index(self._current)
        if index >= 0:
            box, bar = self.picture_rect(self._current), self.horizontalScrollBar()
            beyond = max(0.0, box.right() + _TOP - self.viewport().width())
            bar.setValue(round(bar.value() + beyond + min(0.0, box.left() - _TOP)))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._fit()

    def _on_scrolled(self) -> None:
        self._edit.close_editor()
        self.viewport().update()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if self._can_add:
            box = self._place(0)
            paint.dashed_round(painter, box, colour("faint" if self._hovered == 0 else "line"), 4)
            paint_icon(painter, "plus", box.adjusted(19, 19, -19, -19), colour("muted"))
        for i, item in enumerate(self._items):
            box = self._place(i + self._can_add)
            if box.right() + _PITCH > 0 and box.left() - _PITCH < self.viewport().width():
                self._paint_item(painter, item, box, is_hovered=self._hovered == i + self._can_add)

    def _paint_item(self, painter: QPainter, item: FilmItem, box: QRectF, *, is_hovered: bool) -> None:
        image = self._image(item)
        area, is_current = paint.centred(image, box), item.key == self._current
        paint.draw_image(painter, image, area, paint.THUMB_RADIUS)
        if is_current:
            paint.outline(painter, area, paint.THUMB_RADIUS)
        label = QRectF(box.left() - 8, box.bottom() + _TOP, box.width() + 16, _LABEL)
        role = "text" if is_current or is_hovered else "muted"
        paint.draw_text(painter, label, item.label, "text" if role == "text" else "muted", "caption", paint.CENTRE)

    def _image(self, item: FilmItem) -> QImage:
        ratio = self.devicePixelRatioF()
        image = self._images.get(item.key)
        if image is None or image.devicePixelRatio() != ratio:
            image = self._images[item.key] = thumbnail(item.picture, _SIDE, ratio)
        return image

    # --- the hand

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = place, event.position()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None:
            place, start = self._pressed
            if (event.position() - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                if place >= self._can_add:
                    item = self._items[place - self._can_add]
                    carry.start_drag(self, to_qimage(item.picture), item.code)
            return
        place_now = self._place_at(event.position())
        if place_now != self._hovered:
            self._hovered = place_now
            self._peek.hide()
            self.viewport().update()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._pressed is not None and self._place_at(event.position()) == self._pressed[0]:
            self._click(self._pressed[0])
        self._pressed = None

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self._peek.hide()
        self.viewport().update()

    def _click(self, place: int) -> None:
        if place < self._can_add:
            self.add_requested.emit()
            return
        key = self._items[place - self._can_add].key
        self.set_current(key)
        self.clicked.emit(key)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        index, key = self._index(self._current), event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._items:
            step = 1 if key == Qt.Key.Key_Right else -1
            self._click(max(0, min(len(self._items) - 1, index + step)) + self._can_add)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and index >= 0 and self._can_rename:
            self.begin_rename(self._current)
        elif key == Qt.Key.Key_Delete and index >= 0:
            self.removed.emit(self._current)
        else:
            event.ignore()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        delta = event.angleDelta()
        bar = self.horizontalScrollBar()
        if bar.maximum() == 0:
            event.ignore()
        else:
            bar.setValue(bar.value() - (delta.y() or delta.x()) * _PITCH // 120)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        item = self._item_at(QPointF(event.pos()))
        if item is not None:
            self.menu_requested.emit(item.key, event.globalPos())

    def begin_rename(self, key: str) -> None:
        """Open the editor over a label."""
        self.set_current(key)
        box = self.picture_rect(key)
        area = QRectF(box.left() - _TOP, box.bottom() + _TOP - 1, box.width() + 2 * _TOP, 24)
        self._edit.open_at(area, self._items[self._index(key)].label)

    def _on_renamed(self, text: str) -> None:
        if text.strip():
            self.renamed.emit(self._current, text.strip())

    def _on_editor_left(self, move: int) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            item = self._item_at(QPointF(event.pos()))
            if item is not None:
                self._peek.show_picture(item.picture, item.label, event.globalPos())
            return True
        return super().viewportEvent(event)
