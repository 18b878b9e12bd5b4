"""What of a plane is shown and how it is painted: pictures, the layers above them, the cross-hair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.mapping.canvas import TileCanvas
from latent_studio.app.mapping.cross_hair import CrossHair
from latent_studio.app.mapping.frame import FINEST_LEVEL, SMALLEST_PX, Frame, snapped
from latent_studio.app.mapping.layers import MapLayer, MapTool
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.studio.viewport import Viewport
from latent_studio.views.manifold import Cell, step_of
from latent_studio.views.plane import Plane

Point = tuple[float, float]
"""In plane units."""

SETTLE_MS = 90
"""After the last step of a zoom the pictures are drawn as they should be."""

FIT_SHARE = 0.96  # of the view that the whole plane takes
SMALLEST_SHARE = 0.5
FAR = 1000.0  # in units of z: nobody gets lost further out


class Home(Enum):
    """Where the map goes by itself when it is resized."""

    NOWHERE = auto()
    ALL = auto()
    FULL = auto()


class MapSurface(QWidget):
    """Shows a viewport of a plane; it has no hand (see `MapView`).

    Signals:
        viewport_changed(Viewport): panned, zoomed or resized.
    """

    viewport_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = TileCanvas()
        self.cross_hair = CrossHair()
        self._plane: Plane | None = None
        self._frame = Frame(0, SMALLEST_PX, 0, 0, (SMALLEST_PX, SMALLEST_PX), 1.0)
        self._wish = 1.0  # the scale a person asked for, which `_frame` shows to the nearest whole px
        self._layers: list[MapLayer] = []
        self._tool: MapTool | None = None
        self._home = Home.FULL
        self._focus = FocusMark(self)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Map of the latent space")

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
        self._tool = tool
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
        self._fit_in()

    def event(self, event: QEvent) -> bool:
        """On another screen a px is made of more or fewer."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit_in()
        return super().event(event)

    def _fit_in(self) -> None:
        """The widget has another size: show the same place, or all of the plane again."""
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
