"""The pictures that the open model was trained on, where some panel needs the whole set."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.data.image_set import ImageSet
from latent_studio.engine.errands import training_set


class ModelData(QObject):
    """Read when somebody asks for them. One set at a time is kept here: the lanes' own memory keeps others.

    Signals:
        found(): `get` gives the open model's.
        failed(str, bool): why they cannot be had, and whether it is because they are not on this machine.
    """

    found = Signal()
    failed = Signal(str, bool)

    def __init__(self, session: Session, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, name, self)
        self._kept: tuple[str, ImageSet] | None = None

    def place(self) -> str:
        """Which data: what is known of them, and where a person found them; "" without a model."""
        header = self._session.header
        if header is None:
            return ""
        return f"{header.data.model_dump_json()} {self._session.located.get(header.data.name, '')}"

    def get(self) -> ImageSet | None:
        """The open model's, None until they are read."""
        return self._kept[1] if self._kept is not None and self._kept[0] == self.place() else None

    def read(self) -> None:
        """Read them; a signal tells what came of it."""
        header = self._session.header
        if header is None:
            return
        spec, data, located = header.data, self._session.data, self._session.located.get(header.data.name, "")
        if not spec.source:
            self.failed.emit(f"{header.name} does not say which data it was trained on.", False)
            return
        self._disk.ask(
            lambda: training_set(spec, data, located),
            then=partial(self._take, self.place()),
            failed=self._fail,
            slot="set",
        )

    def _take(self, place: str, images: ImageSet) -> None:
        self._kept = place, images
        if place == self.place():
            self.found.emit()

    def _fail(self, failed: Failed) -> None:
        self.failed.emit(failed.text, failed.kind == "DataMissingError")
