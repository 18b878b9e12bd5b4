"""Samples of a run at codes that are drawn anew each time, by its newest weights, as long as it trains."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.session import Session
from latent_studio.core.events import Pixels
from latent_studio.core.request import Answer, Priority
from latent_studio.studio.run_pictures import N_SAMPLES
from latent_studio.views.samples import SamplePictures, Samples
from latent_studio.views.sampling import Draw

EVERY_MS = 1000


class NewestSamples(QObject):
    """Asks the interactive lane, behind everything a person does there, while there is a run to `follow`.

    Signals:
        drawn(object): as many pictures as fill a sheet.
    """

    drawn = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._key, self._step = "", -1
        self._seed = 0
        self._asked: Samples | None = None
        self._pictures: list[Pixels] = []
        self._waiting = QTimer(self, singleShot=True, interval=EVERY_MS)
        session.answered.connect(self._on_answered)

    def follow(self, key: str, step: int) -> None:
        """Draw of that run, which stands at a step; "": of none. Where it stands still, what was drawn is kept."""
        if not key:
            self._key, self._asked = "", None
        elif key != self._key or (step != self._step and not self._waiting.isActive()):
            self._key, self._step = key, step
            self._waiting.start()
            self._seed += 1
            self._pictures = []
            self._asked = Samples(
                model=key,
                draw=Draw(N_SAMPLES, self._seed),
                order=np.arange(N_SAMPLES),
                slot="newest samples",
                priority=Priority.BACKGROUND,
            )
            self._session.ask(self._asked)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked:
            return
        if isinstance(answer.value, SamplePictures):
            self._pictures += list(answer.value.pictures)
        if answer.is_last:  # a run that saved nothing yet has none, and no trouble either
            self._asked = None
            self.drawn.emit(tuple(self._pictures))
