"""What the hand does with the map's pictures: look closer, adopt, carry away, and the menu."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.mapping import plane_choice
from latent_studio.app.mapping.map_surface import Point
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import to_array, to_qimage
from latent_studio.core.request import Answer, Priority
from latent_studio.studio.document import Document, with_code, with_column
from latent_studio.views.plane import Plane
from latent_studio.views.preview import Preview, PreviewPicture

CARRIED = "carried picture"  # the slot
STEER_REACH = 0.0005
"""The cross-hair is steered to this quantile at most: 3.3 σ. Nearer to 0 the code would run away."""


class MapPictures(QObject):
    """Connects a MapView with the document and with the actions that all pictures have."""

    def __init__(self, session: Session, view: MapView, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.actions = PictureActions(session, parent)
        self._peek = Peek(view)
        self._carried: Preview | None = None
        view.clicked.connect(self._on_clicked)
        view.steered.connect(self._on_steered)
        view.steering_ended.connect(session.seal)
        view.menu_requested.connect(self._on_menu)
        view.carry_requested.connect(self._on_carry)
        view.peek_requested.connect(self._on_peek)
        view.peek_ended.connect(self._peek.hide)
        session.answered.connect(self._on_answered)

    def shown_at(self, point: Point) -> Shown | None:
        """The picture at a plane point, as the actions take it; None where its tile has not come."""
        plane, tile = self._view.plane, self._view.tile_of(point)
        if plane is None or tile is None:
            return None
        return Shown(to_array(tile), code_at(plane, point), caption_of(plane, point))

    def _on_clicked(self, point: Point) -> None:
        self._move_to(point, merge=None)

    def _on_steered(self, point: Point) -> None:
        self._move_to(point, merge="map")

    def _move_to(self, point: Point, merge: str | None) -> None:
        plane, header = self._view.plane, self._session.header
        if plane is not None and header is not None:
            sweeps = plane_choice.how(self._session.document, header) == "columns"
            self._session.edit(lambda document: adopted(document, plane, point, sweeps=sweeps), merge)

    def _on_menu(self, point: Point, at: QPoint) -> None:
        found = self.shown_at(point)
        if found is not None:
            self.actions.open_menu(found, at)

    def _on_peek(self, point: Point, at: QPoint) -> None:
        found = self.shown_at(point)
        if found is not None:
            self._peek.show_picture(found.picture, found.caption, at)

    def _on_carry(self, point: Point) -> None:
        """The picture is decoded for good first, which takes a moment; if the button is still down, off it goes."""
        plane, model = self._view.plane, self._session.document.model
        if plane is not None and model is not None:
            code = code_at(plane, point)
            self._carried = Preview(model=model.key, code=code, slot=CARRIED, priority=Priority.STRIP)
            self._session.ask(self._carried)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if request is not self._carried or not isinstance(value, PreviewPicture) or not isinstance(request, Preview):
            return
        self._carried = None
        if QApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            picture = Shown(value.picture, request.code, is_reference=True)
            carry.start_drag(self._view, to_qimage(value.picture), self.actions.payload(picture))


def code_at(plane: Plane, point: Point) -> tuple[float, ...]:
    """The code at a point of the plane."""
    return tuple(plane.codes(np.array([point], np.float64))[0].tolist())


def adopted(document: Document, plane: Plane, point: Point, *, sweeps: bool) -> Document:
    """The document at a point of the plane. sweeps: two dimensions only, so that the others stay to the last bit."""
    if plane.spacing == "quantile":
        x, y = (min(max(value, STEER_REACH), 1 - STEER_REACH) for value in point)
    else:
        x, y = (min(max(v, low), high) for v, (low, high) in zip(point, plane.limits, strict=True))
    code = code_at(plane, (x, y))
    if not sweeps:
        return with_code(document, code)
    for axis in plane.axes:
        column = axis.direction.index(1.0)
        document = with_column(document, column, code[column])
    return document


def caption_of(plane: Plane, point: Point) -> str:
    """Where a picture lies, in words: `z0 −1.00 · z1 0.52`."""
    values = plane.values(np.array([point], np.float64))[0]
    return " · ".join(f"{axis.name} {shown(float(value))}" for axis, value in zip(plane.axes, values, strict=True))
