"""Samples as files: all of them on one sheet, or the ones that are dragged to another program."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.sampling.settings import draw_of
from latent_studio.app.session import Session
from latent_studio.app.widgets.carry import Code
from latent_studio.core.events import Failed, Pixels, Progress
from latent_studio.core.files import write_file
from latent_studio.core.pictures import png_bytes
from latent_studio.core.request import Answer
from latent_studio.studio.naming import folder_name
from latent_studio.studio.provenance import KEY, provenance_values
from latent_studio.views.samples import CarriedPictures, DrawAll, WholeDraw
from latent_studio.views.sampling import Draw
from latent_studio.views.sheets import in_rows, sheet

ABOUT = "latent_studio"
"""The text chunk that `latent-studio sample` writes, too."""

PATIENCE_S = 10.0  # for one picture, at a drop on the desktop
MOST_FILES = 500  # there: the window waits for them


class SampleFiles(QObject):
    """What comes of it is told by the session.

    Signals:
        progressed(int, int): so many of all samples of the contact sheet are decoded; (n, n) in the end.
    """

    progressed = Signal(int, int)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent
        self._disk = DiskWork(session, "sample files", self)
        self._asked: tuple[DrawAll, Path] | None = None
        self._carried: list[tempfile.TemporaryDirectory[str]] = []
        session.answered.connect(self._on_answered)

    def ask_where_to_save(self) -> None:
        """Save all samples on one sheet, where the person says."""
        header = self._session.header
        if header is not None:
            draw = draw_of(self._session.document)
            suggested = f"{header.name}-samples-{draw.n}-seed-{draw.seed}.png"
            path, _ = QFileDialog.getSaveFileName(self._window, "Save the samples", suggested, "PNG (*.png)")
            if path:
                self.save(Path(path))

    def save(self, path: Path) -> None:
        """Decode the whole draw anew and write it as a contact sheet, as the command line does it."""
        document = self._session.document
        if document.model is not None:
            request = DrawAll(model=document.model.key, draw=draw_of(document))
            self._asked = request, path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
            self._session.ask(request)

    def cancel(self) -> None:
        """Give up the contact sheet that is being decoded."""
        if self._asked is not None:
            self._session.views.engine.cancel(self._asked[0].slot)

    def write_drawn(self, pictures: Sequence[Pixels], names: Sequence[str]) -> list[str]:
        """PNG files of pictures that have no code: they are what was drawn, to the bit."""
        folder = self._new_folder()
        paths = [folder / f"{folder_name(name)}.png" for name in names]
        for path, picture in zip(paths, pictures, strict=True):
            write_file(path, png_bytes(picture))
        return [str(path) for path in paths]

    def _new_folder(self) -> Path:
        """A place that goes with this object."""
        self._carried.append(tempfile.TemporaryDirectory(prefix="latent-studio-"))
        return Path(self._carried[-1].name)

    def write_carried(self, codes: Sequence[tuple[float, ...]], names: Sequence[str]) -> list[str]:
        """PNG files of codes by the reference path, each with its code inside. It waits for them: a drop is at hand,
        and what is dropped must be there when this returns. They go with this object."""
        model, header = self._session.document.model, self._session.header
        if model is None or header is None or not codes:
            return []
        if len(codes) > MOST_FILES:
            few = f"The first {MOST_FILES} of {len(codes):,} samples were dropped: save a contact sheet of all."
            self._session.tell("warn", few)
            codes, names = codes[:MOST_FILES], names[:MOST_FILES]
        box: SimpleQueue[tuple[str, Pixels]] = SimpleQueue()
        self._session.ask(CarriedPictures(model=model.key, codes=np.array(codes, np.float32), box=box))
        folder, paths = self._new_folder(), []
        for code, name in zip(codes, names, strict=True):
            try:
                digest, picture = box.get(timeout=PATIENCE_S)
            except Empty:
                self._session.tell("warn", "The samples could not be decoded in time: save them from the menu instead.")
                break
            made_by = model.model_copy(update={"digest": digest})
            told = provenance_values(made_by, code, header.space, self._session.document)
            path = folder / f"{folder_name(name)}.png"
            write_file(path, png_bytes(picture, text={KEY: json.dumps(told)}))
            paths.append(str(path))
        return paths

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked[0]:
            return
        value, (request, path) = answer.value, self._asked
        if isinstance(value, Progress):
            self.progressed.emit(value.done, value.total)
        elif isinstance(value, Failed):
            self._session.tell("bad", value.text)
        elif isinstance(value, WholeDraw):
            header, pictures = self._session.header, value.pictures
            about = about_draw(request.draw, "" if header is None else header.name, answer.digest)
            self._disk.ask(
                lambda: write_sheet(path, pictures, about),
                then=lambda _: self._session.tell("good", f"Saved {request.draw.n:,} samples: {path}"),
                failed=lambda failed: self._session.tell("bad", failed.text),
            )
        if answer.is_last:
            self._asked = None


def about_draw(draw: Draw, name: str, digest: str) -> dict[str, Any]:
    """What a contact sheet says of itself, the same as the command line's."""
    about: dict[str, Any] = {"name": name, "digest": digest, "n": draw.n, "seed": draw.seed}
    about["temperature"] = draw.temperature
    if draw.held:
        about["held"] = [list(pair) for pair in draw.held]
    return about


def write_sheet(path: Path, pictures: Sequence[Pixels], about: dict[str, Any]) -> None:
    """A contact sheet, about square, as PNG."""
    text = {"Software": "Latent Studio", ABOUT: json.dumps(about, ensure_ascii=False)}
    write_file(path, png_bytes(sheet(in_rows(pictures)), text=text))


class Payloads(Mapping[int, Code]):
    """What travels with each sample, made when it is carried away and not before. `n` tells how many there are."""

    def __init__(self, payload: Callable[[int], Code | None], n: Callable[[], int]) -> None:
        self._payload, self._n = payload, n

    def __getitem__(self, place: int) -> Code:
        code = self._payload(place)
        if code is None:
            raise KeyError(place)
        return code

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self)))

    def __len__(self) -> int:
        return self._n()
