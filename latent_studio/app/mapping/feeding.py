"""From the lane to the map: the tiles in view are asked for, and those that come are shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer
from latent_studio.views.manifold import Cell, ManifoldTiles, Tiles
from latent_studio.views.plane import Plane

MARGIN = 2
"""Cells around the view that are decoded too, after those in view."""

ASK_EVERY_MS = 40
"""While a person pans or zooms, what is in view is asked for so often."""


class TileFeed(QObject):
    """Keeps a MapView supplied while it is active.

    Signals:
        completed(int, float): so many pictures came for the view, in so many seconds of the lane.
        failed(str, str): the tiles cannot be had: why, and the details.
    """

    completed = Signal(int, float)
    failed = Signal(str, str)

    def __init__(self, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._model = ""
        self._is_active = self._is_due = False
        self._asked: ManifoldTiles | None = None
        self._n_come = 0
        self._pace = QTimer(self, singleShot=True, interval=ASK_EVERY_MS)
        self._pace.timeout.connect(self._on_pace)
        session.answered.connect(self._on_answered)
        session.weights_settled.connect(self._on_weights)
        view.viewport_changed.connect(self.ask)

    @property
    def asked(self) -> ManifoldTiles | None:
        """What is under way."""
        return self._asked

    def set_active(self, is_active: bool) -> None:
        """Work only while the map is on the screen."""
        self._is_active = is_active
        if is_active:
            self.ask()
        elif self._asked is not None:
            self._session.views.engine.cancel(self._asked.slot)
            self._asked = None

    def show(self, model: str, digest: str, plane: Plane) -> None:
        """Show a plane of the model of that key, whose weights are known to be those of `digest`."""
        if model != self._model:
            self._model = model
            self._view.canvas.clear()
        sheet = self._view.canvas.sheet  # a run may have newer weights than its header tells
        self._view.set_plane(plane, digest if sheet is None else sheet.digest)
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Have what is missing decoded, now or at the next step of the pace."""
        if not self._is_active:
            return
        self._is_due = self._pace.isActive()
        if not self._is_due:
            self._submit(self._view.canvas.missing() or self._view.canvas.missing(MARGIN))
            self._pace.start()

    @Slot()
    def _on_pace(self) -> None:
        if self._is_due:
            self.ask()

    def _submit(self, cells: list[Cell]) -> None:
        plane, frame = self._view.plane, self._view.frame
        if plane is None or not cells or not self._model:
            return
        asked = self._asked
        if asked is not None and (asked.plane, asked.level) == (plane, frame.level) and set(cells) <= set(asked.cells):
            return  # under way already
        self._asked = ManifoldTiles(
            model=self._model, plane=plane, level=frame.level, cells=tuple(cells), centre=frame.centre
        )
        self._n_come = 0
        self._session.ask(self._asked)

    @Slot()
    def _on_weights(self) -> None:
        """Newer weights: everything in view anew; the old pictures stay until it comes."""
        if self._is_active and self._view.plane is not None:
            frame = self._view.frame
            span = frame.span(frame.everything()).within(frame.limits(self._view.plane))
            self._asked = None
            self._submit(span.cells())

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if not isinstance(request, ManifoldTiles) or request.model != self._model:
            return
        if isinstance(value, Failed) and request is self._asked:
            self._asked = None
            self.failed.emit(value.text, value.details)
        elif isinstance(value, Tiles) and request.plane == self._view.plane:
            self._view.canvas.set_sheet(answer.digest, request.plane)
            self._view.canvas.add(request.level, value.cells, value.pictures)
            self._view.update()
            self._n_come += len(value.cells)
        if answer.is_last and request is self._asked:
            n, self._asked = self._n_come, None
            if n:
                self.completed.emit(n, answer.seconds)
                self.ask()  # what came into view meanwhile, or a margin around it
