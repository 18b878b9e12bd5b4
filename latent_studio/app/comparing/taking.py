"""What a person brings to a side: a picture with its code, a bare picture, a file, a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.comparing.sides import Name, split_key
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.restoring import shelves_of
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Failed, Pixels
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, Priority
from latent_studio.engine.errands import FilePicture, ReadPicture
from latent_studio.studio.provenance import Provenance, find_weights, parse_provenance, read_provenance
from latent_studio.views.comparing import Code
from latent_studio.views.encoding import Encode, Encoded

ENCODE = "compare encode "
READ = "compare read "


@dataclass(frozen=True)
class Standing:
    """What a side shows now: the key of its weights, what is known of them, its code."""

    key: str
    header: Header
    code: Code


class Taking(QObject):
    """Finds the code in what is brought.

    Signals:
        code_found(name, code, caption): of the side's own model.
        model_found(name, model, moment, code, caption): another model; the code is None where only the model was told.
        told(str, str): level and sentence, for the banner.
    """

    code_found = Signal(str, object, str)
    model_found = Signal(str, str, str, object, str)
    told = Signal(str, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, "compare", self)
        self._asked: dict[str, tuple[Encode | ReadPicture, Name, Standing, str]] = {}
        session.answered.connect(self._on_answered)

    def take_code(self, name: Name, standing: Standing, values: dict[str, Any]) -> None:
        """A code that was carried here with its picture."""
        told = parse_provenance(json.dumps(values))
        if told is None:
            self.told.emit("warn", "That holds no code: drag a picture that a model made.")
        else:
            self.take_provenance(name, standing, told, told.model.name)

    def take_provenance(self, name: Name, standing: Standing, told: Provenance, caption: str) -> None:
        """A code with the model that it is of: that is looked for where the side shows another."""
        model = told.model
        is_own = model.digest == standing.header.digest or (not model.digest and model.key in ("", standing.key))
        if is_own or model.key == standing.key:
            self._set(name, standing.header, told, caption)
        else:
            found = partial(self._on_found, name, told, caption)
            missing = partial(self._on_missing, name, standing, told, caption)
            self._disk.ask(lambda: find_weights(model, shelves_of(self._session)), found, missing)

    def take_files(self, name: Name, standing: Standing, files: list[str]) -> None:
        """A model for this side, or a picture: with its code inside, or to be encoded."""
        path = Path(files[0])
        if path.suffix == ".safetensors":
            self.model_found.emit(name, *split_key(str(path)), None, "")
        else:
            self._disk.ask(partial(read_provenance, path), partial(self._on_read, name, standing, path))

    def take_picture(self, name: Name, standing: Standing, picture: Pixels, caption: str = "dropped picture") -> None:
        """Encode a bare picture with the side's model."""
        if "Encodes" not in standing.header.capabilities:
            self.told.emit("warn", f"{standing.header.name} has no encoder: drop a picture that carries its code.")
            return
        slot = ENCODE + name
        request = Encode(model=standing.key, picture=picture, code=standing.code, slot=slot, priority=Priority.STRIP)
        self._asked[slot] = request, name, standing, caption
        self._session.ask(request)

    # --- what the lanes bring

    def _set(self, name: Name, header: Header, told: Provenance, caption: str) -> None:
        try:
            self.code_found.emit(name, told.code(header.space), caption)
        except StudioError as error:
            self.told.emit("warn", str(error))

    def _on_found(self, name: Name, told: Provenance, caption: str, found: tuple[str, Header]) -> None:
        key, header = found
        try:
            code = told.code(header.space)
        except StudioError as error:
            self.told.emit("warn", str(error))
        else:
            self.model_found.emit(name, *split_key(key), code, caption)

    def _on_missing(self, name: Name, standing: Standing, told: Provenance, caption: str, why: Failed) -> None:
        """The weights are nowhere: the code is shown on the side's own model where it fits."""
        if told.fits(standing.header.space):
            text = f"{told.model.name or 'Its model'} is not here: the code is shown on {standing.header.name}."
            self.told.emit("info", text)
            self._set(name, standing.header, told, caption)
        else:
            self.told.emit("warn", why.text)

    def _on_read(self, name: Name, standing: Standing, path: Path, told: Provenance | None) -> None:
        if told is not None:
            self.take_provenance(name, standing, told, path.stem)
            return
        n_channels, height, _ = standing.header.data.shown_shape
        slot = READ + name
        request = ReadPicture(slot=slot, path=path, size=height, n_channels=n_channels)
        self._asked[slot] = request, name, standing, path.name
        self._session.errand(request)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        asked = self._asked.get(answer.request.slot)
        if asked is None or answer.request is not asked[0]:
            return
        _, name, standing, caption = asked
        value = answer.value
        if isinstance(value, Failed):
            self.told.emit("warn", value.text)
        elif isinstance(value, FilePicture):
            self.take_picture(name, standing, value.picture, caption)
        elif isinstance(value, Encoded):
            self.code_found.emit(name, value.code, caption)
