"""The map itself: pictures that pan and zoom under the hand, and the layers above them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from latent_studio.app.mapping.canvas import TileCanvas
from latent_studio.app.mapping.cross_hair import CrossHair
from latent_studio.app.mapping.frame import FINEST_LEVEL, SMALLEST_PX, Frame, snapped
from latent_studio.app.mapping.layers import MapLayer, MapTool, PictureLayer
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.studio.viewport import Points, Viewport
from latent_studio.views.manifold import Cell, step_of
from latent_studio.views.plane import Plane

Point = tuple[float, float]
"""In plane units."""

HOLD_MS = 400
"""Pressed so long without a move, the hand takes the picture instead of the map."""

SETTLE_MS = 90
"""After the last step of a zoom the pictures are drawn as they should be."""

WHEEL_DOUBLES = 360.0  # eighths of a degree: three notches
KEY_ZOOM = 2**0.5
KEY_PAN = 0.125  # of the view
FIT_SHARE = 0.96  # of the view that the whole plane takes
SMALLEST_SHARE = 0.5
FAR = 1000.0  # in units of z: nobody gets lost further out


class Home(Enum):
    """Where the map goes by itself when it is resized."""

    NOWHERE = auto()
    ALL = auto()
    FULL = auto()


class Hand(Enum):
    """What the pressed button does."""

    NOTHING = auto()
    CLICKS = auto()
    PANS = auto()
    STEERS = auto()
    DRAWS = auto()


class MapView(QWidget):
    """Shows a viewport of a plane.

    Signals:
        viewport_changed(Viewport): panned, zoomed or resized.
        clicked(tuple): a picture was clicked; the plane point that it shows.
        steered(tuple), steering_ended(): the cross-hair is dragged: the point under it.
        menu_requested(tuple, QPoint), carry_requested(tuple): of the picture at a plane point.
    """

    viewport_changed = Signal(object)
    clicked = Signal(tuple)
    steered = Signal(tuple)
    steering_ended = Signal()
    menu_requested = Signal(tuple, QPoint)
    carry_requested = Signal(tuple)
    peek_requested = Signal(tuple, QPoint)
    peek_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = TileCanvas()
        self.cross_hair = CrossHair()
        self._plane: Plane | None = None
        self._frame = Frame(0, SMALLEST_PX, 0, 0, (SMALLEST_PX, SMALLEST_PX), 1.0)
        self._wish = 1.0  # the scale a person asked for, which `_frame` shows to the nearest whole px
        self._layers: list[MapLayer] = []
        self._tool: MapTool | None = None
        self._hand, self._pressed_at, self._pressed_view = Hand.NOTHING, QPointF(), self._frame.viewport
        self._home, self._is_taken = Home.FULL, False
        self._focus = FocusMark(self)
        self._hold = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._hold.timeout.connect(self._on_held)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Map of the latent space")
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    # --- what it shows

    @property
    def viewport(self) -> Viewport:
        """What is shown, exactly."""
        return self._frame.viewport

    @property
    def frame(self) -> Frame:
        """The same in device px and cells."""
        return self._frame

    @property
    def plane(self) -> Plane | None:
        return self._plane

    @property
    def is_home(self) -> bool:
        """Whether nobody has moved the map since it was shown as a whole, or first."""
        return self._home is not Home.NOWHERE

    @property
    def zoom(self) -> float:
        """How many times larger than where everything can be seen."""
        return self.viewport.scale / self._home_scale()

    def set_plane(self, plane: Plane, digest: str) -> None:
        """Show another plane. Where its points mean the same as before, the place stays, else all of it is shown."""
        before, self._plane = self._plane, plane
        self.canvas.set_sheet(digest, plane)
        if before is None or before.spacing != plane.spacing or before.axes != plane.axes:
            self.cover()
        self.update()

    def set_viewport(self, viewport: Viewport) -> None:
        """Show a part of the plane, as near as whole pixels allow."""
        self._home = Home.NOWHERE
        self._wish = viewport.scale
        self._show(viewport.resized(self.width(), self.height()))

    def fit(self) -> None:
        """Show all of the plane; of an endless one the part where the prior has its mass."""
        self._go_home(Home.ALL, FIT_SHARE * self._home_scale())

    def cover(self) -> None:
        """Fill the view with the plane, from its middle: how a map begins."""
        self._go_home(Home.FULL, self._home_scale(max))

    def _go_home(self, home: Home, scale: float) -> None:
        if self._plane is not None:
            (left, right), (bottom, top) = self._plane.home
            self._wish = scale
            self._show(Viewport(((left + right) / 2, (bottom + top) / 2), scale, self._size()))
            self._home = home

    def centre_on(self, point: Point) -> None:
        """Move the map so that this point is in the middle."""
        self.set_viewport(replace(self.viewport, centre=point, scale=self._wish))

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller; the point under the px `at` (by default the middle) stays where it is."""
        at = QPointF(self.width() / 2, self.height() / 2) if at is None else at
        self._wish = min(max(self._wish * factor, self._smallest_scale()), SMALLEST_PX * 2.0 ** (FINEST_LEVEL + 1))
        scale = snapped(self._wish, self.devicePixelRatioF())
        now = self.viewport
        if scale != now.scale:
            self._home = Home.NOWHERE
            self._show(now.zoomed(scale / now.scale, (at.x(), at.y())), rough=True)

    def pan_by(self, dx: float, dy: float) -> None:
        """Move the map by so many px."""
        self._home = Home.NOWHERE
        self._show(self.viewport.panned(dx, dy))

    def refresh(self) -> None:
        """Tiles have come, or a layer changed."""
        self.update()

    def _show(self, viewport: Viewport, *, rough: bool = False) -> None:
        frame = Frame.of(self._within_reach(viewport), self.devicePixelRatioF())
        is_zoom = (frame.level, frame.side) != (self._frame.level, self._frame.side)
        has_changed, self._frame = frame != self._frame, frame
        rough = (rough and is_zoom) or self._settle.isActive()
        if rough and is_zoom:
            self._settle.start()
        self.canvas.ground = colour("window")
        self.canvas.show(frame, rough=rough)
        self.update()
        if has_changed:
            self.viewport_changed.emit(self.viewport)

    def _within_reach(self, viewport: Viewport) -> Viewport:
        """The middle of the view never leaves the plane."""
        if self._plane is None:
            return viewport
        x, y = (
            min(max(value, max(low, -FAR)), min(high, FAR))
            for value, (low, high) in zip(viewport.centre, self._plane.limits, strict=True)
        )
        return replace(viewport, centre=(x, y))

    def _size(self) -> tuple[int, int]:
        return max(1, self.width()), max(1, self.height())

    def _home_scale(self, of: Callable[[float, float], float] = min) -> float:
        if self._plane is None:
            return 1.0
        (left, right), (bottom, top) = self._plane.home
        width, height = self._size()
        return max(of(width / (right - left), height / (top - bottom)), 1e-6)

    def _smallest_scale(self) -> float:
        return SMALLEST_SHARE * self._home_scale()

    def _on_settled(self) -> None:
        self.canvas.show(self._frame)
        self.update()

    # --- layers, tools and the cross-hair

    def add_layer(self, layer: MapLayer) -> None:
        """Put a layer over the pictures and the layers so far."""
        self._layers.append(layer)
        self.update()

    def set_tool(self, tool: MapTool | None) -> None:
        """Give the left button to a tool; None gives it back to the map."""
        if self._tool is not None and self._tool is not tool:
            self._tool.cancel()
        self._tool, self._hand = tool, Hand.NOTHING
        self.setCursor(Qt.CursorShape.OpenHandCursor if tool is None else tool.cursor)
        self.update()

    @property
    def tool(self) -> MapTool | None:
        return self._tool

    def set_cross_hair(self, point: Point | None, *, is_on_plane: bool = True) -> None:
        """Where the current code lies, or its shadow where it is not on the plane."""
        self.cross_hair.point, self.cross_hair.is_on_plane = point, is_on_plane
        self.update()

    # --- pictures under the hand

    def cell_at(self, px: QPointF) -> Cell | None:
        """The cell of the lattice under a px; None where the plane has ended."""
        if self._plane is None:
            return None
        ratio = self._frame.ratio
        cell = self._frame.cell_at(px.x() * ratio, px.y() * ratio)
        limits = self._frame.limits(self._plane)
        is_inside = limits.left <= cell[0] <= limits.right and limits.bottom <= cell[1] <= limits.top
        return cell if is_inside else None

    def point_of(self, cell: Cell) -> Point:
        """What the picture in a cell shows."""
        step = step_of(self._frame.level)
        return cell[0] * step, cell[1] * step

    def cell_rect(self, cell: Cell) -> QRectF:
        """Where the picture lies, px."""
        rect, ratio = QRectF(self._frame.rect(cell)), self._frame.ratio
        return QRectF(rect.x() / ratio, rect.y() / ratio, rect.width() / ratio, rect.height() / ratio)

    def tile_of(self, point: Point) -> QImage | None:
        """The tile that shows a point of the lattice, as it was decoded; None where it has not come."""
        step = step_of(self._frame.level)
        return self.canvas.tile((round(point[0] / step), round(point[1] / step)))

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self._frame.ratio
        if self._plane is None or self.canvas.pixmap.isNull():
            painter.fillRect(self.rect(), colour("window"))
            return
        painter.save()
        painter.scale(1 / ratio, 1 / ratio)
        painter.drawPixmap(0, 0, self.canvas.pixmap)
        painter.restore()
        viewport = self.viewport
        for layer in (*self._layers, self.cross_hair):
            painter.save()
            layer.paint(painter, viewport)
            painter.restore()
        if self._tool is not None:
            painter.save()
            self._tool.paint(painter, viewport)
            painter.restore()
        if self._focus.visible:
            paint.focus_ring(painter, self.rect(), 0)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        if self._home is Home.ALL:
            self.fit()
        elif self._home is Home.FULL:
            self.cover()
        else:
            self._show(replace(self.viewport.resized(*self._size()), scale=self._wish))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self.canvas.ground = colour("window")
            self.canvas.repaint()
        super().changeEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(800, 640)

    # --- the hand

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
                self._home = Home.NOWHERE
                self._show(self._pressed_view.panned(moved.x(), moved.y()))
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
