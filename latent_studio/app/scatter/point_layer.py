"""The points of the data as a layer of the map: painted, looked at closely, adopted, carried away."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication

from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.scatter.card import Point, PointCard
from latent_studio.app.scatter.cloud import Cloud
from latent_studio.app.scatter.hovering import PointPictures
from latent_studio.app.session import Session
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.pixels import to_qimage
from latent_studio.core.events import Pixels
from latent_studio.studio.document import with_code
from latent_studio.studio.viewport import Viewport

REACH = 8.0  # px to a point that the pointer means
_SHADE, _LIGHT = QColor(0, 0, 0, 140), QColor(255, 255, 255)


class PointLayer(QObject):
    """A `PictureLayer` of the map over a cloud of points, with the card of the one under the pointer."""

    def __init__(self, session: Session, view: MapView, cloud: Cloud) -> None:
        super().__init__(view)
        self._session, self._view, self._cloud = session, view, cloud
        self._hovered: int | None = None
        self._carried: int | None = None
        self.card = PointCard(view)
        self._pictures = PointPictures(session, self)
        self._actions = PictureActions(session, view)
        self._pictures.original_came.connect(self._on_original)
        self._pictures.decoded_came.connect(self._on_decoded)
        view.viewport_changed.connect(self.leave)
        view.add_layer(self)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        placed = self._cloud.placed
        if placed is None:
            return
        self._cloud.dots.paint(painter, viewport)
        if self._hovered is not None:
            here = self._px_of(self._hovered, viewport)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(self._cloud.tint(self._hovered))
            for pen, radius in ((QPen(_SHADE, 1), 7.0), (QPen(_LIGHT, 1.75), 5.75)):
                painter.setPen(pen)
                painter.drawEllipse(here, radius, radius)

    def hover(self, px: QPointF, viewport: Viewport) -> bool:
        index = None if self._view.tool is not None else self.index_at(px, viewport)
        if index is None:
            self.leave()
        elif index != self._hovered:
            self._hovered = index
            self._show_card(index, viewport)
            self._view.update()
        return index is not None

    def click(self, px: QPointF, viewport: Viewport) -> bool:
        index, placed = self.index_at(px, viewport), self._cloud.placed
        if index is None or placed is None:
            return False
        code = placed.codes[index]
        self._session.edit(lambda document: with_code(document, code))
        return True

    def carry(self, px: QPointF, viewport: Viewport) -> bool:
        """What the point's code gives is decoded first; if the button is still down then, off it goes."""
        index, placed = self.index_at(px, viewport), self._cloud.placed
        if index is None or placed is None:
            return False
        self._carried = index
        self._pictures.ask(placed.rows, index, tuple(placed.codes[index].tolist()))
        return True

    def open_menu(self, px: QPointF, viewport: Viewport, at: QPoint) -> bool:
        index = self.index_at(px, viewport)
        if index is not None:
            self._actions.open_menu(self._shown_of(index, None), at)
        return index is not None

    def _shown_of(self, index: int, decoded: Pixels | None) -> Shown:
        """A point as all pictures' actions take it; they decode its code themselves where they need the picture."""
        assert self._cloud.placed is not None
        split, number = self._cloud.placed.rows.place(index)
        code = tuple(self._cloud.placed.codes[index].tolist())
        picture = np.zeros((1, 1), np.uint8) if decoded is None else decoded
        return Shown(picture, code, f"{split} {number:,}", is_reference=decoded is not None)

    def leave(self) -> None:
        if self._hovered is not None:
            self._hovered = None
            self.card.hide()
            self._view.update()

    def index_at(self, px: QPointF, viewport: Viewport) -> int | None:
        """The point that is meant at a px of the map."""
        x, y = viewport.to_plane(np.array([[px.x(), px.y()]], np.float64))[0].tolist()
        return self._cloud.nearest((x, y), REACH / viewport.scale)

    def _px_of(self, index: int, viewport: Viewport) -> QPointF:
        assert self._cloud.placed is not None
        x, y = viewport.to_px(self._cloud.placed.points[index : index + 1])[0].tolist()
        return QPointF(x, y)

    # --- the card

    def _show_card(self, index: int, viewport: Viewport) -> None:
        placed, plane = self._cloud.placed, self._view.plane
        if placed is None or plane is None:
            return
        split, number = placed.rows.place(index)
        code = tuple(placed.codes[index].tolist())
        values = plane.values(placed.points[index : index + 1])[0].tolist()
        z = f"z = ({', '.join(shown(value) for value in code)})"
        if len(code) > 2:
            z = " · ".join(f"{axis.name} {shown(value)}" for axis, value in zip(plane.axes, values, strict=True))
        where = f"{split} · {number:,}"
        point = Point(where, self._cloud.class_of(index), self._cloud.tint(index), z, is_on_map=len(code) <= 2)
        self.card.show_point(point, self._px_of(index, viewport))
        self._pictures.ask(placed.rows, index, code)

    @Slot(int, object)
    def _on_original(self, index: int, picture: object) -> None:
        if index == self._hovered and isinstance(picture, np.ndarray):
            self.card.set_pictures(original=picture)

    @Slot(int, object)
    def _on_decoded(self, index: int, picture: object) -> None:
        if index == self._hovered and isinstance(picture, np.ndarray):
            self.card.set_pictures(decoded=picture)
        if index == self._carried and isinstance(picture, np.ndarray):
            self._carried = None
            if QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
                code = self._actions.payload(self._shown_of(index, picture))
                carry.start_drag(self._view, to_qimage(picture), code)
