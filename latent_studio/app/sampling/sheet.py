"""A draw on its way to the screen: its codes at once, its pictures as they are decoded, what is in view first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.latent import Floats
from latent_studio.core.request import Answer
from latent_studio.views.samples import DrawnCodes, SamplePictures, Samples
from latent_studio.views.sampling import Draw

SLOT = "samples"
LOOK_AFTER_MS = 60  # scrolling asks anew at most so often


class SampleSheet(QObject):
    """Asks for the pictures of one draw at a time. Nothing is decoded while it is not `set_active`.

    Signals:
        drawn(int): another draw of so many is wanted; none of its pictures is there.
        coded(): `codes` are those of the draw.
        arrived(object, object): places (k,) and pictures (k, h, w[, 3]), new or by newer weights.
        progressed(): `n_done` or `seconds` is another.
        failed(str, str): sentence and details.
    """

    drawn = Signal(int)
    coded = Signal()
    arrived = Signal(object, object)
    progressed = Signal()
    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._key, self._draw = "", Draw(0, 0)
        self._is_active = False
        self._fresh: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._view = 0, 0
        self._asked: Samples | None = None
        self.codes: Floats = np.zeros((0, 0), np.float32)
        self.digest = ""
        self.seconds = 0.0
        self._look = QTimer(self, singleShot=True, interval=LOOK_AFTER_MS)
        self._look.timeout.connect(self._on_look)
        session.answered.connect(self._on_answered)

    @property
    def draw(self) -> Draw:
        """What is shown, or will be."""
        return self._draw

    @property
    def model_key(self) -> str:
        """Whose samples they are."""
        return self._key

    def awaited(self) -> list[int]:
        """The samples whose pictures are still to come."""
        found: list[int] = np.flatnonzero(~self._fresh).tolist()
        return found

    @property
    def n_done(self) -> int:
        """How many pictures are those of the newest weights."""
        return int(self._fresh.sum())

    def code(self, place: int) -> tuple[float, ...] | None:
        """The code of a sample; None of a model without codes, and before it is known."""
        return tuple(self.codes[place].tolist()) if place < len(self.codes) and self.codes.shape[1] else None

    def show(self, model_key: str, draw: Draw) -> None:
        """Show a draw of a model; nothing happens where it is shown already."""
        if (model_key, draw) == (self._key, self._draw):
            return
        is_new_sheet = model_key != self._key or draw.n != self._draw.n
        self._key, self._draw = model_key, draw
        self._fresh = np.zeros(draw.n, np.bool_)
        self.codes, self.seconds = np.zeros((0, 0), np.float32), 0.0
        if is_new_sheet:
            self._view = 0, 0
        self.drawn.emit(draw.n)
        self._ask()

    def refresh(self) -> None:
        """There are newer weights: decode everything again, what is in view first. What is shown stays meanwhile."""
        self._fresh[:] = False
        self._ask()

    def look_at(self, first: int, end: int) -> None:
        """The samples [first, end) are in view."""
        self._view = first, end
        if not self._look.isActive():
            self._look.start()

    def set_active(self, is_active: bool) -> None:
        """Go on decoding, or stop: nobody sees it."""
        if is_active and not self._is_active:
            self._is_active = True
            self._ask()
        elif self._is_active and not is_active:
            self._is_active, self._asked = False, None
            self._session.views.engine.cancel(SLOT)

    def _ask(self) -> None:
        if not self._is_active or not self._key or self._fresh.all():
            return
        stale = np.flatnonzero(~self._fresh)
        first, end = self._view
        away = np.maximum(np.maximum(first - stale, stale - end + 1), 0)
        self._asked = Samples(model=self._key, draw=self._draw, order=stale[np.argsort(away, kind="stable")])
        self._session.ask(self._asked)

    @Slot()
    def _on_look(self) -> None:
        """Begin anew with what is in view, unless it is there or its turn is now; who has no code draws in order."""
        first, end = self._view
        stale = ~self._fresh
        if self._asked is None or not self.codes.size or not stale[first:end].any():
            return
        n_next = np.argmax(stale[self._asked.order])
        if not first <= self._asked.order[n_next] < end:
            self._ask()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.request is not self._asked:
            return
        value = answer.value
        self.seconds, self.digest = answer.seconds, answer.digest
        if isinstance(value, DrawnCodes):
            self.codes = value.codes
            self.coded.emit()
        elif isinstance(value, SamplePictures):
            self._fresh[value.places] = True
            self.arrived.emit(value.places, value.pictures)
            self.progressed.emit()
        elif isinstance(value, Failed):
            self.failed.emit(value.text, value.details)
        if answer.is_last:
            self._asked = None
            self.progressed.emit()
