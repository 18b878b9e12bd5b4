"""The codes of the open model's data: read, encoded, kept, and encoded anew as the weights move."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.model_data import ModelData
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Progress
from latent_studio.core.latent import Floats
from latent_studio.core.request import Answer
from latent_studio.views.embedding import DataRows, Embed, Embedded, Split, part_of

N_KEPT = 6
AGAIN_S = 3.0
"""Newer weights are encoded with at most so often."""

Key = tuple[str, str, Split]
"""Digest of the weights, name of the data and where they lie, part."""


@dataclass(frozen=True, eq=False)
class Codes:
    """codes: (k, dim) of the first k rows; all of them once `is_whole`."""

    rows: DataRows
    codes: Floats
    is_whole: bool


class DataCodes(QObject):
    """Nothing is read or encoded unless it is `want`ed. What was shown stays until there is something newer.

    Signals:
        changed(): `current` gives something else.
        progressed(int, int): so many of all pictures are encoded; (n, n) in the end.
        failed(str, bool): the codes cannot be had, and why; whether it is because the data are not on this machine.
    """

    changed = Signal()
    progressed = Signal(int, int)
    failed = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._data = ModelData(session, "data codes", self)
        self._split: Split | None = None
        self._kept: OrderedDict[Key, Codes] = OrderedDict()
        self._current: Codes | None = None
        self._model = ""  # whose codes `_current` are
        self._asked: Embed | None = None
        self._is_due = False
        self._began_s = 0.0
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self._encode)
        self._data.found.connect(self._encode)
        self._data.failed.connect(self._fail)
        session.answered.connect(self._on_answered)
        session.weights_settled.connect(self._on_weights)

    @property
    def current(self) -> Codes | None:
        """What is known by now of the wanted part under the open model."""
        return self._current

    def want(self, split: Split | None) -> None:
        """Show this part of the data of the model that is open now; None: nothing is wanted, all work on it ends."""
        header, self._split = self._session.header, split
        self._stop()
        if split is None or header is None or "Encodes" not in header.capabilities:
            self._show(None)
            return
        key = self._key(header.digest)
        found = self._kept.get(key) if key else None
        if found is not None:
            self._show(found)
            return
        if self._current is not None and (self._current.rows.split != split or self._model != self._model_key()):
            self._show(None)
        self._encode()

    def rest(self) -> None:
        """Nobody looks: end all work and keep what there is."""
        self._split = None
        self._stop()

    # --- on the way

    def _stop(self) -> None:
        self._again.stop()
        self._asked, self._is_due = None, False
        self._session.views.engine.cancel("embed")

    def _model_key(self) -> str:
        model = self._session.document.model
        return "" if model is None else model.key

    def _key(self, digest: str) -> Key | None:
        return None if self._split is None else (digest, self._data.place(), self._split)

    @Slot()
    def _encode(self) -> None:
        """Ask for the data where they are not read yet, then for their codes."""
        header, model, split = self._session.header, self._session.document.model, self._split
        if header is None or model is None or split is None:
            return
        images = self._data.get()
        if images is None:
            self._data.read()
            return
        self._is_due, self._began_s = False, time.monotonic()
        rows = part_of(images, split)
        self._asked = Embed(model=model.key, rows=rows, code=self._session.document.code)
        self._session.ask(self._asked)

    def _fail(self, text: str, is_missing: bool) -> None:
        if self._split is not None:
            self.failed.emit(text, is_missing)

    @Slot()
    def _on_weights(self) -> None:
        if self._split is None or (self._current is None and self._asked is None):
            return
        if self._asked is not None:
            self._is_due = True  # once this is done: a restart each second would never come to an end
        elif not self._again.isActive():
            self._again.start(max(0, round(1000 * (self._began_s + AGAIN_S - time.monotonic()))))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked:
            return
        value, rows = answer.value, self._asked.rows
        if isinstance(value, Progress):
            self.progressed.emit(value.done, value.total)
        elif isinstance(value, Embedded):
            codes = Codes(rows, value.codes, value.is_last)
            key = self._key(answer.digest)
            if value.is_last and key is not None:
                self._kept[key] = codes
                self._kept.move_to_end(key)
                while len(self._kept) > N_KEPT:
                    self._kept.popitem(last=False)
            if value.is_last or self._current is None or not self._current.is_whole:
                self._show(codes)
            self.progressed.emit(len(value.codes), value.n)
        elif isinstance(value, Failed):
            self.failed.emit(value.text, False)
        if answer.is_last:
            self._asked = None
            if self._is_due:
                self._on_weights()

    def _show(self, codes: Codes | None) -> None:
        if codes is not self._current:
            self._current, self._model = codes, self._model_key()
            self.changed.emit()
