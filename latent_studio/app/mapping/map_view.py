"""The map under the hand: it pans, zooms, is clicked, and gives its pictures away."""

from __future__ import annotations

from enum import Enum, auto

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.mapping.layers import MapTool, PictureLayer
from latent_studio.app.mapping.map_surface import MapSurface
from latent_studio.studio.viewport import Points

HOLD_MS = 400
"""Pressed so long without a move, the hand takes the picture instead of the map."""

WHEEL_DOUBLES = 360.0  # eighths of a degree: three notches
KEY_ZOOM = 2**0.5
KEY_PAN = 0.125  # of the view


class Hand(Enum):
    """What the pressed button does."""

    NOTHING = auto()
    CLICKS = auto()
    PANS = auto()
    STEERS = auto()
    DRAWS = auto()


class MapView(MapSurface):
    """Layers are asked first, from the top; what none of them takes is the pictures'.

    Signals:
        clicked(tuple): a picture was clicked; the plane point that it shows.
        steered(tuple), steering_ended(): the cross-hair is dragged: the point under it.
        menu_requested(tuple, QPoint), carry_requested(tuple): of the picture at a plane point.
        peek_requested(tuple, QPoint), peek_ended(): the pointer rests on a picture, or no longer.
    """

    clicked = Signal(tuple)
    steered = Signal(tuple)
    steering_ended = Signal()
    menu_requested = Signal(tuple, QPoint)
    carry_requested = Signal(tuple)
    peek_requested = Signal(tuple, QPoint)
    peek_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hand, self._pressed_at, self._pressed_view = Hand.NOTHING, QPointF(), self.viewport
        self._is_taken = False  # what the pointer rests on is a layer's
        self._hold = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._hold.timeout.connect(self._on_held)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def set_tool(self, tool: MapTool | None) -> None:
        self._hand = Hand.NOTHING
        super().set_tool(tool)
        self.setCursor(Qt.CursorShape.OpenHandCursor if tool is None else tool.cursor)

    # --- the mouse

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        px = event.position()
        self._pressed_at, self._pressed_view = px, self.viewport
        self._rest()
        if self._tool is not None:
            self._hand = Hand.DRAWS
            self._tool.press(px, self.viewport)
        elif self.cross_hair.is_under(px, self.viewport):
            self._hand = Hand.STEERS
        else:
            self._hand = Hand.CLICKS
            self._hold.start()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        px = event.position()
        if self._hand is Hand.CLICKS and self._has_left(px):
            self._hold.stop()
            self._hand = Hand.PANS
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        match self._hand:
            case Hand.PANS:
                moved = px - self._pressed_at
                self.set_viewport(self._pressed_view.panned(moved.x(), moved.y()))
            case Hand.STEERS:
                x, y = self.viewport.to_plane(_row(px))[0]
                self.steered.emit((float(x), float(y)))
            case Hand.DRAWS if self._tool is not None:
                self._tool.move(px, self.viewport)
            case Hand.NOTHING:
                self._hover(px)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._hold.stop()
        hand, self._hand = self._hand, Hand.NOTHING
        px = event.position()
        match hand:
            case Hand.CLICKS:
                self._click(px)
            case Hand.PANS:
                self.setCursor(Qt.CursorShape.OpenHandCursor)
            case Hand.STEERS:
                self.steering_ended.emit()
            case Hand.DRAWS if self._tool is not None:
                self._tool.release(px, self.viewport)

    def _has_left(self, px: QPointF) -> bool:
        return (px - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()

    def _click(self, px: QPointF) -> None:
        if any(layer.click(px, self.viewport) for layer in reversed(self._layers)):
            return
        cell = self.cell_at(px)
        if cell is not None:
            self.clicked.emit(self.point_of(cell))

    def _on_held(self) -> None:
        px = self._pressed_at
        cell = self.cell_at(px)
        if self._hand is not Hand.CLICKS:
            return
        if any(layer.carry(px, self.viewport) for layer in self._picture_layers()):
            self._hand = Hand.NOTHING
        elif cell is not None:
            self._hand = Hand.NOTHING
            self.carry_requested.emit(self.point_of(cell))

    def _picture_layers(self) -> list[PictureLayer]:
        """From the top."""
        return [layer for layer in reversed(self._layers) if isinstance(layer, PictureLayer)]

    def _hover(self, px: QPointF) -> None:
        """Ask the layers from the top; those below the one that takes it shall not show a card."""
        self.peek_ended.emit()
        is_taken = False
        for layer in reversed(self._layers):
            if is_taken:
                layer.leave()
            else:
                is_taken = layer.hover(px, self.viewport)
        self._is_taken = is_taken
        over_handle = self._tool is None and self.cross_hair.is_under(px, self.viewport)
        if self._tool is None:
            self.setCursor(Qt.CursorShape.SizeAllCursor if over_handle else Qt.CursorShape.OpenHandCursor)

    def _rest(self) -> None:
        """The pointer does something else now than look."""
        self.peek_ended.emit()
        for layer in self._layers:
            layer.leave()

    def leaveEvent(self, event: QEvent) -> None:
        self._rest()

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()
        if turned:
            self._rest()
            self.zoom_by(2 ** (turned / WHEEL_DOUBLES), event.position())
        event.accept()

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        """Two clicks are two clicks: the second adopts what the first did."""
        self.mousePressEvent(event)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        px = QPointF(event.pos())
        cell = self.cell_at(px)
        if any(layer.open_menu(px, self.viewport, event.globalPos()) for layer in self._picture_layers()):
            return
        if cell is not None:
            self._rest()
            self.menu_requested.emit(self.point_of(cell), event.globalPos())

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        width, height = self._size()
        pans = {
            Qt.Key.Key_Left: (KEY_PAN * width, 0.0), Qt.Key.Key_Right: (-KEY_PAN * width, 0.0),
            Qt.Key.Key_Up: (0.0, KEY_PAN * height), Qt.Key.Key_Down: (0.0, -KEY_PAN * height),
        }  # fmt: skip
        match event.key():
            case key if key in pans:
                self.pan_by(*pans[Qt.Key(key)])
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom_by(KEY_ZOOM)
            case Qt.Key.Key_Minus:
                self.zoom_by(1 / KEY_ZOOM)
            case Qt.Key.Key_0:
                self.fit()
            case Qt.Key.Key_Escape if self._tool is not None:
                self._tool.cancel()
                self.update()
            case _:
                event.ignore()

    def event(self, event: QEvent) -> bool:
        """Arrows are the map's own while it has the focus; resting on a picture enlarges it."""
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        is_claim = event.type() == QEvent.Type.ShortcutOverride
        if is_claim and isinstance(event, QtGui.QKeyEvent) and event.key() in arrows:
            event.accept()
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            if cell is not None and not self._is_taken and self._hand is Hand.NOTHING:
                self.peek_requested.emit(self.point_of(cell), event.globalPos())
            return True
        return super().event(event)


def _row(px: QPointF) -> Points:
    return np.array([[px.x(), px.y()]], np.float64)
