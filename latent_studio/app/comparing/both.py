"""The pictures of both sides: asked for at every step of a drag, and again when a side's weights are newer."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.comparing.sides import NAMES, Comparison, Name
from latent_studio.app.comparing.taking import Standing
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Snapshot
from latent_studio.core.request import Answer, Priority
from latent_studio.views.comparing import PreviewSide, SidePicture

SLOTS: dict[Name, str] = {"a": "compare a", "b": "compare b"}
"""A slot for each side: neither's request takes the place of the other's."""


class Both(QObject):
    """Signals:
    changed(name, is_retrained): a side has another picture; `is_retrained`: of the same code by newer weights.
    failed(name, text): a side cannot be shown; the sentence says why.
    """

    changed = Signal(str, bool)
    failed = Signal(str, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._pictures: dict[Name, tuple[str, SidePicture]] = {}  # with the key of the model that made each
        self._keys: dict[Name, str] = {}  # of the models that are asked
        self.is_watched = False
        session.answered.connect(self._on_answered)

    def picture(self, name: Name) -> SidePicture | None:
        """What a side shows, None while there is nothing."""
        found = self._pictures.get(name)
        return None if found is None else found[1]

    def key(self, name: Name) -> str:
        """The key of the model whose picture a side shows, "" while there is none."""
        found = self._pictures.get(name)
        return "" if found is None else found[0]

    def standing(self, name: Name) -> Standing | None:
        """What a side shows, for whoever brings something to it."""
        found = self._pictures.get(name)
        return None if found is None else Standing(found[0], found[1].header, found[1].code)

    def ask(self, *names: Name, priority: Priority = Priority.PREVIEW) -> None:
        """Have the sides decoded, both where none is named."""
        document, header = self._session.document, self._session.header
        if header is None or document.model is None or len(document.code) != header.space.dim:
            return
        now = Comparison.of(document)
        for name in names or NAMES:
            side = now.side(name)
            self._keys[name] = side.key(document.model.key)
            wanted, asked_at = side.wanted(document, header.space, now.linked), time.perf_counter()
            self._session.ask(
                PreviewSide(
                    slot=SLOTS[name], model=self._keys[name], wanted=wanted, asked_at=asked_at, priority=priority
                )
            )

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if isinstance(value, Snapshot) and self.is_watched:
            trained = [name for name in NAMES if self._keys.get(name) == value.key]
            if trained:
                # nobody drags just now: with a preview's own priority every new snapshot would make the film wait
                self.ask(*trained, priority=Priority.STRIP)
        elif isinstance(request, PreviewSide):
            name = next(name for name in NAMES if SLOTS[name] == request.slot)
            if request.model != self._keys.get(name):
                return
            if isinstance(value, SidePicture):
                former = self.picture(name)
                self._pictures[name] = request.model, value
                is_retrained = (
                    former is not None and former.code == value.code and former.header.digest != value.header.digest
                )
                self.changed.emit(name, is_retrained)
            elif isinstance(value, Failed):
                self._pictures.pop(name, None)
                self.failed.emit(name, value.text)
