"""The view as a file: every picture decoded anew by the reference path, with model and plane inside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Progress
from latent_studio.core.files import write_file
from latent_studio.core.header import Header
from latent_studio.core.pictures import contact_sheet, png_bytes
from latent_studio.core.request import Answer
from latent_studio.studio.naming import folder_name
from latent_studio.views.manifold import ManifoldPicture, ManifoldSheet, plane_values, points_of

KEY = "latent_studio_manifold"
"""The text chunk of the PNG."""


class MapExport(QObject):
    """Signals:
    told(str, str): level and sentence, for the panel's banner.
    """

    told = Signal(str, str)

    def __init__(self, session: Session, view: MapView, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._view, self._window = session, view, parent
        self._disk = DiskWork(session, "map export", self)
        self._asked: tuple[ManifoldSheet, Path] | None = None
        session.answered.connect(self._on_answered)

    def ask_where(self) -> None:
        """Save what is seen where the person says."""
        model = self._session.document.model
        if model is not None and self._view.plane is not None:
            suggested = f"{folder_name(f'{model.name} manifold')}.png"
            chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the map", suggested, "PNG (*.png)")
            if chosen:
                path = Path(chosen)
                self.save(path if path.suffix else path.with_suffix(".png"))

    def save(self, path: Path) -> None:
        """Decode the pictures in view once more, each alone, and write them as one PNG."""
        model, plane, frame = self._session.document.model, self._view.plane, self._view.frame
        if model is None or plane is None:
            return
        span = frame.span(frame.everything()).within(frame.limits(plane))
        across = points_of(frame.level, np.arange(span.left, span.right + 1)).tolist()
        up = points_of(frame.level, np.arange(span.bottom, span.top + 1)).tolist()
        if across and up:
            request = ManifoldSheet(model=model.key, plane=plane, across=tuple(across), up=tuple(up))
            self._asked = request, path
            self._session.ask(request)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked[0]:
            return
        (request, path), value = self._asked, answer.value
        if isinstance(value, Failed):
            self.told.emit("bad", value.text)
        elif isinstance(value, Progress) and value.done % 50 == 0:
            self.told.emit("info", f"Saving the map: {value.done} of {value.total} pictures …")
        elif isinstance(value, ManifoldPicture):
            header = self._session.header
            if header is not None:
                text = about(header, answer.digest, request)
                self._disk.ask(lambda: _write(path, value, text), then=self._on_written)
        if answer.is_last:
            self._asked = None

    def _on_written(self, path: Path) -> None:
        self.told.emit("good", f"Saved {path}")


def about(header: Header, digest: str, request: ManifoldSheet) -> str:
    """What the file says of itself, as JSON."""
    plane = plane_values(request.plane, request.across, request.up)
    return json.dumps({"model": header.name, "digest": digest, "plane": plane})


def _write(path: Path, value: ManifoldPicture, text: str) -> Path:
    pictures = [picture for row in value.rows for picture in row]
    sheet = contact_sheet(pictures, len(value.rows[0]))
    write_file(path, png_bytes(sheet, text={"Software": "Latent Studio", KEY: text}))
    return path
