"""What the categories of the open model mean in its data: counted, matched, and counted anew as the weights move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.model_data import ModelData
from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer
from latent_studio.metrics.clusters import Matching, matched
from latent_studio.views.codes import CategoryGroup
from latent_studio.views.embedding import DataRows
from latent_studio.views.meaning import CategoryCounts, CountCategories

SLOT = "meaning"
AGAIN_MS = 3000
"""Newer weights are looked at with at most so often."""


@dataclass(frozen=True, eq=False)
class Meaning:
    """Categories and labels matched one to one, and the counts that it was found by."""

    counted: CategoryCounts
    matching: Matching


class Meanings(QObject):
    """Nothing is read or encoded unless it is `want`ed. What was found stays until there is something newer.

    Signals:
        changed(): `current` gives something else.
        failed(str, bool): it cannot be found out and why; whether it is because the data are not on this machine.
    """

    changed = Signal()
    failed = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._data = ModelData(session, "meaning of categories", self)
        self._disk = DiskWork(session, "matching of categories", self)
        self._wanted: tuple[str, CategoryGroup] | None = None  # of which model, and which categories
        self._asked: CountCategories | None = None
        self._found: tuple[object, Meaning] | None = None  # and what of
        self._digest = ""  # of the weights that the whole of it was found by
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.timeout.connect(self._on_again)
        self._data.found.connect(self.look)
        self._data.failed.connect(self._on_failed)
        session.answered.connect(self._on_answered)
        session.weights_settled.connect(self._on_weights)

    @property
    def current(self) -> Meaning | None:
        """What is known by now of the wanted categories of the open model."""
        return self._found[1] if self._found is not None and self._found[0] == self._subject() else None

    def want(self, group: CategoryGroup | None) -> None:
        """Find it out for these categories of the model that is open now; None: nobody wants to know it any more."""
        header, model = self._session.header, self._session.document.model
        wanted = None if group is None or model is None else (model.key, group)
        if wanted == self._wanted:
            return
        self._again.stop()
        self._session.views.engine.cancel(SLOT)
        self._wanted, self._asked = wanted, None
        if header is not None and (self.current is None or self._digest != header.digest):
            self.look()

    def _subject(self) -> object:
        return self._wanted, self._data.place()

    @Slot()
    def look(self) -> None:
        """Ask for the data where they are not read yet, then for the counts."""
        images = self._data.get()
        if self._wanted is None:
            return
        if images is None:
            self._data.read()
            return
        (model, group), rows = self._wanted, DataRows(images, "train")
        self._asked = CountCategories(model=model, rows=rows, group=group, code=self._session.document.code, slot=SLOT)
        self._session.ask(self._asked)

    @Slot()
    def _on_weights(self) -> None:
        if self._wanted is not None and not self._again.isActive():
            self._again.start()

    @Slot()
    def _on_again(self) -> None:
        if self._asked is None:
            self.look()
        else:
            self._again.start()  # once this is done: a new beginning each second would never come to an end

    @Slot(str, bool)
    def _on_failed(self, text: str, is_missing: bool) -> None:
        if self._wanted is not None:
            self.failed.emit(text, is_missing)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked:
            return
        value = answer.value
        if isinstance(value, CategoryCounts):
            then = partial(self._take, self._subject(), answer.digest if value.is_last else "", value)
            self._disk.ask(partial(matched, value.counts), then, slot="match")
        elif isinstance(value, Failed):
            self._on_failed(value.text, False)
        if answer.is_last:
            self._asked = None

    def _take(self, subject: object, digest: str, counted: CategoryCounts, matching: Matching) -> None:
        """The matching of some counts; while those of newer weights are few, the whole of the former ones stays."""
        if digest or self._found is None or self._found[0] != subject or not self._found[1].counted.is_last:
            self._found, self._digest = (subject, Meaning(counted, matching)), digest
            self.changed.emit()
