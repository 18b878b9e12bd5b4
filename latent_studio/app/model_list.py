"""The header's list of models: the ready-made ones, the runs, and files from elsewhere."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.app.shelf import Shelf
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.header import HeaderBar
from latent_studio.studio.captions import family_line

OPEN_FILE = "open a file"


class ModelList(QObject):
    """Signals:
    file_wanted(): a person wants to open a file that is not in the list.
    document_wanted(str): that recent document is to be opened.
    """

    file_wanted = Signal()
    document_wanted = Signal(str)

    def __init__(self, session: Session, header: HeaderBar) -> None:
        super().__init__(session)
        self._session, self._header = session, header
        self._shelf, self._live = Shelf.of(session), LiveRuns.of(session)
        self._is_visible = True
        self._documents: tuple[str, ...] = ()
        self._shelf.changed.connect(self._show)
        session.model_changed.connect(self._show)
        header.model_chosen.connect(self._on_chosen)

    def set_visible(self, is_visible: bool) -> None:
        """Panels that are about no single model do without it."""
        self._is_visible = is_visible
        self._shelf.look()
        self._show()

    def set_documents(self, paths: tuple[str, ...]) -> None:
        """The recent documents, newest first."""
        self._documents = paths
        self._show()

    def _show(self) -> None:
        model = self._session.document.model
        options = [
            Option(entry.key, entry.name, family_line(entry), reason=entry.problem)
            for entry in self._shelf.entries
            if entry.kind != "trash" and (entry.can_open or entry.problem or self._live.get(entry.key) is not None)
        ]
        if model is not None and all(option.key != model.key for option in options):
            options.append(Option(model.key, model.name))
        options += [Option(file, Path(file).stem, str(file), icon="file-text") for file in self._documents]
        options.append(Option(OPEN_FILE, "Open a file …", icon="folder-open"))
        self._header.set_models(options, model.key if model is not None else "")
        self._header.set_model_visible(self._is_visible and model is not None)

    def _on_chosen(self, key: str) -> None:
        model = self._session.document.model
        self._header.set_model(model.key if model is not None else "")  # until the other one is really open
        if key == OPEN_FILE:
            self.file_wanted.emit()
        elif key in self._documents:
            self.document_wanted.emit(key)
        else:
            self._session.open_model(key)
