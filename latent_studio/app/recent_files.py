"""The files of the last days, in the header's list; and the window's title, which names the present document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from latent_studio.app.model_list import ModelList
from latent_studio.studio.documents import ENDING

if TYPE_CHECKING:
    from latent_studio.app.window import Window

TITLE = "Latent Studio"


class RecentFiles(QObject):
    """Notes what is opened and saved, and shows it."""

    def __init__(self, window: Window, models: ModelList) -> None:
        super().__init__(window)
        self._window, self._models = window, models
        documents = window.documents
        documents.title_changed.connect(self._show_title)
        documents.opened.connect(self._on_file)
        documents.saved.connect(self._on_file)
        models.document_wanted.connect(self._on_wanted)
        self._show_title()
        self._show()

    def note_model(self, key: str) -> None:
        """That model was opened."""
        self._window.memory.note_recent(key, model=key)

    @Slot(object)
    def _on_file(self, path: Path) -> None:
        self._window.memory.note_recent(str(path))
        self._show()

    def _show(self) -> None:
        files = self._window.memory.settings.recent
        self._models.set_documents(tuple(file for file in files if file.endswith(ENDING)))

    @Slot(str)
    def _on_wanted(self, path: str) -> None:
        self._window.documents.open(Path(path))

    @Slot()
    def _show_title(self) -> None:
        name, is_changed = self._window.documents.name, self._window.documents.is_changed
        self._window.setWindowTitle(f"{name}{' •' if is_changed else ''} — {TITLE}" if name else TITLE)
