"""The search for the principal directions of the open model's data: read them, encode some, tell what was found."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Progress
from latent_studio.core.request import Answer
from latent_studio.data.image_set import ImageSet
from latent_studio.engine.errands import training_set
from latent_studio.views.embedding import part_of
from latent_studio.views.principal import FindPrincipal, Principal


class PrincipalSearch(QObject):
    """Signals:
    found(Principal).  progressed(str): how far it is, in words.  failed(str): why there is nothing to be found.
    """

    found = Signal(object)
    progressed = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, "principal directions", self)
        self._asked: FindPrincipal | None = None
        session.answered.connect(self._on_answered)

    def begin(self) -> None:
        """Search the data of the open model."""
        header, model = self._session.header, self._session.document.model
        if header is None or model is None:
            return
        spec, data, located = header.data, self._session.data, self._session.located.get(header.data.name, "")
        self.progressed.emit("Reading the data …")
        self._disk.ask(
            lambda: training_set(spec, data, located),
            then=partial(self._encode, model.key),
            failed=self._fail,
            slot="set",
        )

    def _encode(self, key: str, images: ImageSet) -> None:
        document = self._session.document
        if document.model is not None and document.model.key == key:
            self._asked = FindPrincipal(model=key, rows=part_of(images, "train"), code=document.code)
            self._session.ask(self._asked)

    def _fail(self, failed: Failed) -> None:
        self.failed.emit(failed.text)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked:
            return
        value, model = answer.value, self._session.document.model
        if isinstance(value, Progress):
            self.progressed.emit(f"{value.done:,} of {value.total:,} pictures encoded …")
        elif isinstance(value, Principal) and model is not None and model.key == self._asked.model:
            self.found.emit(value)
        elif isinstance(value, Failed):
            self.failed.emit(value.text)
        if answer.is_last:
            self._asked = None
