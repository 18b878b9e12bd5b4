"""Pictures of one's own: a folder or file that was dropped or chosen, and the source that reads it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.app.widgets.menus import menu
from latent_studio.core.events import Failed
from latent_studio.engine.finding import FoundSet, found_set
from latent_studio.studio.data_list import DataRef

_ENDINGS = frozenset({".npz", ".zip", ".gz"})


class OwnFiles(QObject):
    """Signals:
    found(object): a DataRef.
    refused(str, str): a sentence and details.
    """

    found = Signal(object)
    refused = Signal(str, str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._disk = DiskWork(session, "own files", self)

    def open(self, path: Path, source: str = "") -> None:
        """Find the source that reads it, unless it is known."""
        self._disk.ask(partial(found_set, path, source), self._on_found, self._on_refused, slot="open")

    def take(self, paths: list[Path]) -> bool:
        """Dropped files; False where none of them can be a set."""
        found = next((path for path in paths if path.suffix.lower() in _ENDINGS or path.is_dir()), None)
        if found is not None:
            self.open(found)
        return found is not None

    def open_menu(self, at: QPoint) -> None:
        """The system's choosers take either files or folders, so one is asked for."""
        entries = menu(self._window)
        entries.addAction("Open a folder of pictures …").triggered.connect(self._choose_folder)
        entries.addAction("Open a zip, .npz or IDX file …").triggered.connect(self._choose_file)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    @Slot()
    def _choose_folder(self) -> None:
        self._chosen(QFileDialog.getExistingDirectory(self._window, "Pictures to look at"))

    @Slot()
    def _choose_file(self) -> None:
        self._chosen(QFileDialog.getOpenFileName(self._window, "Pictures to look at")[0])

    def _chosen(self, path: str) -> None:
        if path:
            self.open(Path(path))

    def _on_found(self, found: FoundSet) -> None:
        self.found.emit(DataRef(found.source, found.path))

    def _on_refused(self, failed: Failed) -> None:
        self.refused.emit(failed.text, failed.details)
