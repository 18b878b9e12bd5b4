"""Documents as files: opened, saved, and which file the present one is of."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.autosave import aside
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.restoring import shelves_of
from latent_studio.app.session import Session
from latent_studio.core.files import write_file
from latent_studio.studio.document import Document, document_text
from latent_studio.studio.documents import ENDING, Ready, beside, is_same, made_ready, read_document
from latent_studio.studio.workspace import Workspace, parse_workspace, put_aside

KEY, ORIGIN = "document", "origin"
FILTER = f"Latent Studio documents (*{ENDING})"


@dataclass(frozen=True)
class _File:
    """path: None before it is saved for the first time.  saved: what stands there, None where that is not known."""

    path: Path | None = None
    saved: Document | None = None


class Documents(QObject):
    """Opening is an edit like any other: undo brings the document before it back, and with it its file.

    For that a document carries where it began, a mark that is new at each opening; files are kept by it.

    Signals:
        title_changed(): `name` or `is_changed` are others now.
        opened(Path), saved(Path): for the recent files.
    """

    title_changed = Signal()
    opened = Signal(object)
    saved = Signal(object)

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(session)
        self.workspace: Path | None = None  # where the workspace is saved
        self._session, self._window = session, window
        self._files: dict[str, _File] = {"": _File()}
        self._told: tuple[str, bool] = "", False
        self._disk = DiskWork(session, "documents", self)
        session.document_changed.connect(self._tell)

    @property
    def file(self) -> Path | None:
        """The file of the present document."""
        return self._file().path

    @property
    def name(self) -> str:
        """Its name, "" while there is none."""
        return self.file.stem if self.file is not None else ""

    @property
    def is_changed(self) -> bool:
        """Whether the document is another than its file's; without a file there is nothing to be changed."""
        file = self._file()
        return file.path is not None and (file.saved is None or not is_same(self._session.document, file.saved))

    # --- saving

    @Slot()
    def save(self) -> None:
        """Write the document to its file; the first time the person is asked where."""
        if self.file is None:
            self.save_as()
        else:
            self._write(self.file)

    @Slot()
    def save_as(self) -> None:
        """Ask for a file and write the document there."""
        model = self._session.document.model
        name = f"{self.name or (model.name if model is not None else 'untitled')}{ENDING}"
        suggested = str(self.file.with_name(name) if self.file is not None else Path(name))
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the document", suggested, FILTER)
        if chosen:
            path = Path(chosen)
            self._write(path if path.suffix == ENDING else path.with_name(path.name + ENDING))

    def _write(self, path: Path) -> None:
        document = self._session.document
        self._disk.ask(
            lambda: write_file(path, document_text(document)), lambda _: self._on_written(path, document), slot="write"
        )

    def _on_written(self, path: Path, document: Document) -> None:
        self._files[_origin(document)] = _File(path, document)
        self.saved.emit(path)
        self._tell()

    # --- opening

    def open(self, path: Path) -> None:
        """Open a document's file."""
        models = shelves_of(self._session)
        self._read(lambda: read_document(path, models), path)

    def open_earlier(self, path: Path) -> None:
        """Open the document of a workspace that was put aside; it has no file."""
        models = shelves_of(self._session)
        self._read(lambda: made_ready(parse_workspace(path.read_bytes(), "That workspace").document, models), None)

    def _read(self, read: Callable[[], Ready], path: Path | None) -> None:
        """Read a document and take it up; what was not saved of the one before stays among the earlier workspaces."""
        workspace, folder = self.workspace, aside(self._session.places.home)
        loses = workspace is not None and (self.file is None or self.is_changed)

        def work() -> Ready:
            ready = read()
            if loses and workspace is not None:
                put_aside(workspace, folder)
            return ready

        self._disk.ask(work, partial(self._take, path), slot="open")

    def _take(self, path: Path | None, ready: Ready) -> None:
        session, origin = self._session, secrets.token_hex(4)
        document = ready.document if ready.header is not None else beside(ready.document, session.document)
        document = document.with_setting(KEY, **{ORIGIN: origin})
        self._files[origin] = _File(path, document)
        if ready.header is not None and document.model is not None:
            session.know(document.model.key, ready.header)
        if session.document.model is None and not session.history.can_undo:
            session.take_up(document)
        else:
            session.seal()
            session.edit(lambda _: document)
        if ready.missing:
            session.tell("warn", ready.missing)
        if session.document.model is None:
            session.open_first("")
        if path is not None:
            self.opened.emit(path)

    # --- the workspace

    def restore(self, workspace: Workspace, document: Document) -> None:
        """Take up where the last window ended: the document is of that file."""
        path = Path(workspace.file) if workspace.file else None
        self._files[_origin(document)] = _File(path, None if workspace.is_changed else document)
        self._tell()

    def list_earlier(self, then: Callable[[tuple[Path, ...]], None]) -> None:
        """Look which workspaces were put aside, newest first."""
        folder = aside(self._session.places.home)
        self._disk.ask(lambda: tuple(sorted(folder.glob("*.json"), reverse=True)), then, slot="earlier")

    def _file(self) -> _File:
        return self._files.get(_origin(self._session.document), _File())

    def _tell(self) -> None:
        told = str(self.file or ""), self.is_changed
        if told != self._told:
            self._told = told
            self.title_changed.emit()


def _origin(document: Document) -> str:
    return str(document.setting(KEY, ORIGIN, ""))
