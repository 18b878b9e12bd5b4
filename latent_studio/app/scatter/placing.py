"""Codes to points of the map and lines of equal density, on a lane; only the newest answer counts."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.scatter.data_codes import Codes
from latent_studio.app.scatter.settings import Choices
from latent_studio.app.session import Session
from latent_studio.core.request import Answer
from latent_studio.views.embedding import Contours, DrawContours, Place, Placed
from latent_studio.views.plane import Plane


class Placing(QObject):
    """Signals:
    placed(Placed): the codes lie there now.
    contoured(Contours): the lines around what was asked for; None where none are wanted.
    """

    placed = Signal(object)
    contoured = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._place: Place | None = None
        self._contours: DrawContours | None = None
        session.answered.connect(self._on_answered)

    def ask(self, codes: Codes | None, plane: Plane | None, by: str) -> None:
        """Where do the codes lie, and what are their colours? None: what was asked is of no use any more."""
        self._place = None
        # between two models, codes may still be the former's
        if codes is not None and plane is not None and codes.codes.shape[1] == len(plane.offset):
            self._place = Place(rows=codes.rows, codes=codes.codes, plane=plane, by=by)
            self._session.ask(self._place)

    def ask_contours(self, placed: Placed | None, plane: Plane | None, choices: Choices) -> None:
        """Where do the points that are seen lie densely?"""
        self._contours = None
        if placed is None or plane is None or choices.contours == "none":
            self.contoured.emit(None)
            return
        rows = placed.colouring.rows[: len(placed.points)]
        self._contours = DrawContours(
            points=placed.points,
            colour_rows=rows,
            shown=tuple(row for row in np.flatnonzero(np.bincount(rows)).tolist() if row not in choices.hidden),
            is_per_class=choices.contours == "class" and bool(placed.colouring.classes),
            limits=plane.limits,
        )
        self._session.ask(self._contours)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, Placed) and answer.request is self._place:
            self.placed.emit(value)
        elif isinstance(value, Contours) and answer.request is self._contours:
            self.contoured.emit(value)
