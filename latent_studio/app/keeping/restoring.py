"""Back to where a picture was made: its model opened, wherever that lies, and its code set, as one undo step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Failed
from latent_studio.core.header import Header
from latent_studio.studio.document import ModelRef
from latent_studio.studio.provenance import Provenance, Shelves, find_weights, parse_provenance, restored

Then = Callable[[], None]


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

    def restore(self, told: Provenance, then: Then | None = None) -> None:
        """Open exactly these weights and set the code, then call `then`; where that cannot be, a sentence says why."""
        if self._is_open(told.model):
            self._take_here(told, then)
        else:
            work = partial(find_weights, told.model, shelves_of(self._session))
            found, failed = partial(self._take, told, then), partial(self._on_missing, told, then)
            self._disk.ask(work, then=found, failed=failed, slot="model")

    def adopt(self, values: Mapping[str, Any]) -> None:
        """A code that was carried here from another place of the window, as it travels with a picture."""
        told, now = parse_provenance(json.dumps(values)), self._session.document.model
        if told is None:
            self._session.tell("warn", "That holds no code: drag a picture that a model made.")
        elif now is not None and told.model.key == now.key:
            self._take_here(told, None)  # the model may have trained on since the picture was shown
        else:
            self.restore(told)

    def _is_open(self, model: ModelRef) -> bool:
        """Whether the open model has these weights for good: a run may go on, a file stays what it is."""
        now = self._session.document.model
        if now is None or not (model.digest or model.key):
            return now is not None  # a code that names no model is one of the open model
        return now.key.endswith(".safetensors") and now.digest == model.digest

    def _on_missing(self, told: Provenance, then: Then | None, why: Failed) -> None:
        now = self._session.document.model
        if now is not None and told.model.key == now.key and not why.details:
            self._session.tell("info", f"{now.name} has been trained on since: the code is set on its present weights.")
            self._take_here(told, then)
        else:
            self._session.tell("bad" if why.details else "warn", why.text, why.details)

    def _take_here(self, told: Provenance, then: Then | None) -> None:
        now, header = self._session.document.model, self._session.header
        if now is not None and header is not None:
            self._set(told, then, now, header)

    def _take(self, told: Provenance, then: Then | None, found: tuple[str, Header]) -> None:
        key, header = found
        self._session.know(key, header)
        self._set(told, then, ModelRef(key=key, name=header.name, digest=header.digest), header)

    def _set(self, told: Provenance, then: Then | None, model: ModelRef, header: Header) -> None:
        try:
            code = told.code(header.space)
        except StudioError as error:
            self._session.tell("warn", str(error))
            return
        self._session.edit(lambda document: restored(document, model, code, told))
        if then is not None:
            then()
