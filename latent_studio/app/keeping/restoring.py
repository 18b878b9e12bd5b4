"""Back to where a picture was made: its model opened, wherever that lies, and its code set, as one undo step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.studio.document import ModelRef
from latent_studio.studio.provenance import Provenance, Shelves, find_weights, restored


def shelves_of(session: Session) -> Shelves:
    """Where this session's models lie."""
    places = session.places
    return Shelves(places.ready_made, places.runs, places.kept, session.opened_files)


class Restoring(QObject):
    """Restores what pictures, favourites and dropped files say of themselves."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, "restoring", self)

    def restore(self, told: Provenance, then: Callable[[], None] | None = None) -> None:
        """Open the weights and set the code, then call `then`; where that cannot be, a sentence says why."""
        open_model, header = self._session.document.model, self._session.header
        if not (told.model.digest or told.model.key):  # a code that names no model is one of the open model
            if open_model is not None and header is not None:
                self._take(told, then, (open_model.key, header))
        elif open_model is not None and header is not None and self._is_open(told.model):
            self._take(told, then, (open_model.key, header))
        else:
            work = partial(find_weights, told.model, shelves_of(self._session))
            self._disk.ask(work, then=partial(self._take, told, then), slot="model")

    def _is_open(self, model: ModelRef) -> bool:
        """Whether the open model has these weights and keeps them: a run may go on, a file stays what it is."""
        now = self._session.document.model
        same = now is not None and now.key.endswith(".safetensors") and now.digest == model.digest
        return same and bool(model.digest)

    def _take(self, told: Provenance, then: Callable[[], None] | None, found: tuple[str, Header]) -> None:
        key, header = found
        try:
            code = told.code(header.space)
        except StudioError as error:
            self._session.tell("warn", str(error))
            return
        model = ModelRef(key=key, name=header.name, digest=header.digest)
        self._session.know(key, header)
        self._session.edit(lambda document: restored(document, model, code, told))
        if then is not None:
            then()
