"""What a person does to choose the plane: the sheet, the search for directions, the three places over the map."""

from __future__ import annotations

import json

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from latent_studio.app.mapping import plane_choice
from latent_studio.app.mapping.anchors import AnchorCard, AnchorMarks
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.mapping.plane_choice import N_ANCHORS, Code, How
from latent_studio.app.mapping.plane_sheet import PlaneSheet
from latent_studio.app.mapping.principal_search import PrincipalSearch
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, Priority
from latent_studio.studio.document import Document, code_from_json
from latent_studio.views.plane import Plane
from latent_studio.views.preview import Preview, PreviewPicture
from latent_studio.views.principal import Principal

SLOT = "anchor "  # and its place
AIR = 16  # px between the card and the edges of the map


class PlaneChooser(QObject):
    """Signals:
    changed(): whether the three places are shown changed without the document.
    told(str): what cannot be done, for the panel's banner.
    """

    changed = Signal()
    told = Signal(str)

    def __init__(self, session: Session, view: MapView, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self.sheet = PlaneSheet(parent)
        self.anchors, self.marks = AnchorCard(view), AnchorMarks()
        view.add_layer(self.marks)
        self.search = PrincipalSearch(session, self)
        self._is_placing = False  # three pictures are wanted, and are not all there yet
        self._pictured: dict[int, Code] = {}
        self.sheet.columns_wanted.connect(self._on_columns)
        self.sheet.principal_wanted.connect(self.search.begin)
        self.sheet.how_wanted.connect(self._on_how)
        self.search.found.connect(self._on_principal)
        self.search.progressed.connect(self.sheet.note_principal)
        self.search.failed.connect(self._on_search_failed)
        self.anchors.put.connect(self._on_anchor)
        self.anchors.emptied.connect(lambda place: self._set_anchor(place, None))
        self.anchors.closed.connect(lambda: self._on_how("columns"))
        session.answered.connect(self._on_answered)

    def forget(self) -> None:
        """Another model is open."""
        self._is_placing = False

    def show_document(self, document: Document, header: Header, plane: Plane) -> None:
        """What is chosen now, and the plane that is shown for it."""
        self.sheet.show_document(document, header)
        is_spanned = plane_choice.how(document, header) == "anchors"
        codes = plane_choice.anchors(document, header) if is_spanned else {}
        self.marks.points = plane.project(
            np.asarray([codes[k] for k in sorted(codes)], np.float32).reshape(-1, header.space.dim)
        )
        self.anchors.setVisible(is_spanned or self._is_placing)
        if is_spanned or self._is_placing:
            self._show_anchors(plane_choice.anchors(document, header))

    # --- dimensions and directions

    def _on_columns(self, across: int, up: int) -> None:
        header = self._session.header
        if header is not None:
            self._is_placing = False
            self._session.edit(lambda document: plane_choice.with_columns(document, header, across, up))

    def _on_how(self, way: str) -> None:
        header, document = self._session.header, self._session.document
        if header is None:
            return
        chosen: How = "principal" if way == "principal" else "anchors" if way == "anchors" else "columns"
        is_ready = {
            "columns": True,
            "principal": plane_choice.has_principal(document, header),
            "anchors": len(plane_choice.anchors(document, header)) == N_ANCHORS,
        }[chosen]
        self._is_placing = chosen == "anchors"
        if self._is_placing:
            self.sheet.close()
        if is_ready:
            self._session.edit(lambda document: plane_choice.with_how(document, chosen))
        elif chosen == "principal" and "Encodes" in header.capabilities:
            self.search.begin()
        self.changed.emit()

    def _on_principal(self, found: Principal) -> None:
        shares = " and ".join(f"{100 * share:.0f} %" for share in found.shares)
        self.sheet.note_principal(f"{shares} of the variance of the data's codes.")
        self._session.edit(lambda document: plane_choice.with_principal(document, found))

    def _on_search_failed(self, text: str) -> None:
        self.sheet.note_principal(text)
        self.told.emit(text)

    # --- three pictures

    def _on_anchor(self, place: int, values: object) -> None:
        header = self._session.header
        if header is None:
            return
        try:
            code = self._session.document.code if values is None else code_from_json(json.dumps(values), header.space)
        except StudioError as error:
            self.told.emit(str(error))
        else:
            self._set_anchor(place, code)

    def _set_anchor(self, place: int, code: Code | None) -> None:
        header = self._session.header
        if header is None:
            return
        self._is_placing = True
        try:
            changed = plane_choice.with_anchor(self._session.document, header, place, code)
        except StudioError as error:
            self.told.emit(str(error))
        else:
            self._session.edit(lambda _: changed)

    def _show_anchors(self, codes: dict[int, Code]) -> None:
        model, size = self._session.document.model, self.anchors.sizeHint()
        self.anchors.setGeometry(AIR, AIR, size.width(), size.height())
        for place in range(N_ANCHORS):
            code = codes.get(place)
            if code is None or model is None:
                self._pictured.pop(place, None)
                self.anchors.show_picture(place, None)
            elif code != self._pictured.get(place):
                self._pictured[place] = code
                self._session.ask(Preview(model=model.key, code=code, slot=f"{SLOT}{place}", priority=Priority.STRIP))

    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if isinstance(value, PreviewPicture) and request.slot.startswith(SLOT) and isinstance(request, Preview):
            place = int(request.slot.removeprefix(SLOT))
            if self._pictured.get(place) == request.code:
                self.anchors.show_picture(place, value.picture)
