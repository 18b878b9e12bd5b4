"""What comes into the window from outside: dropped files, the clipboard, a file chosen in a dialogue."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from latent_studio.app import code_actions
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.restoring import Restoring
from latent_studio.app.widgets.carry import files_of
from latent_studio.app.widgets.pixels import to_array
from latent_studio.studio.documents import ENDING
from latent_studio.studio.provenance import Provenance, parse_provenance, read_provenance

if TYPE_CHECKING:
    from latent_studio.app.panel import Panel
    from latent_studio.app.window import Window

EXPLORE = "explore"
FILTER = f"Models and documents (*.safetensors *{ENDING})"
ENCODE_INSTEAD = "Encode it instead"


class Incoming(QObject):
    """Brings things to whom they are for: checkpoints to the session, pictures that this program made back to their
    model and code, and of the rest the shown panel has first choice."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._restoring = Restoring(window.session, self)
        self._disk = DiskWork(window.session, "incoming", self)
        self._folder = ""
        self._offered: tuple[str, Path] | None = None  # the sentence in a banner, and what it offers to encode

    def watch(self, panel: Panel) -> None:
        """A panel was made: its banner may offer what is done here."""
        panel.banner.action_requested.connect(partial(self._on_remedy, panel))

    def open_file(self) -> None:
        """Ask for a model or a document and open it."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a model or document", self._folder, FILTER)
        if path:
            self._folder = str(Path(path).parent)
            self.open(Path(path))

    def open(self, path: Path) -> None:
        """Open a model's file or a document's."""
        if path.suffix == ENDING:
            self._window.documents.open(path)
        else:
            self._session.open_model(str(path))

    def take_files(self, files: list[str]) -> None:
        """Files from the desktop; what nobody can use is said."""
        paths = [Path(file) for file in files]
        to_open = [path for path in paths if path.suffix in (".safetensors", ENDING)]
        if to_open:
            self.open(to_open[0])
        else:
            self._disk.ask(partial(_first_provenance, paths), then=partial(self._take, paths), slot="read")

    def paste(self) -> None:
        """The clipboard: files, a code, or a picture that another program copied."""
        mime = QGuiApplication.clipboard().mimeData()
        files = files_of(mime)
        if files:
            self.take_files(files)
        elif mime.hasText() or not mime.hasImage():
            self._paste_code(mime.text())
        else:
            picture = to_array(QImage(mime.imageData()))
            for panel in self._panels():
                if panel.take_picture(picture):
                    self._window.go_to(panel.key)
                    return

    def _paste_code(self, text: str) -> None:
        """A code is set on the open model where that can take it, else on the model that it is of."""
        told, header = parse_provenance(text), self._session.header
        if told is None or not told.model.digest or (header is not None and told.fits(header.space)):
            code_actions.adopt_code(self._session, text)
        else:
            self._restoring.restore(told)

    def _take(self, paths: list[Path], found: tuple[Path, Provenance] | None) -> None:
        if found is not None:
            path, told = found
            self._restoring.restore(told, then=partial(self._say, path))
            return
        for panel in self._panels():
            if panel.take_files(paths):
                self._window.go_to(panel.key)
                return
        self._session.tell("warn", f"{paths[0].name} is neither a picture nor a model (.safetensors).")

    def _say(self, path: Path) -> None:
        """The code is back: show it where it can be seen, and offer what a drop would have done otherwise."""
        panel = self._window.panel
        if panel.folds_dock:
            self._window.go_to(EXPLORE)
            panel = self._window.panel
        model, header = self._session.document.model, self._session.header
        can_encode = header is not None and "Encodes" in header.capabilities
        text = f"{path.name} is back: its code on {model.name if model else 'its model'}."
        panel.tell("good", text, action=ENCODE_INSTEAD if can_encode else "")
        self._offered = text, path

    def _on_remedy(self, panel: Panel) -> None:
        """The remedy in a panel's banner was clicked; it is ours where the banner says what we said."""
        if self._offered is not None and panel.banner.message() == self._offered[0]:
            panel.banner.clear()
            if self._window.panels[EXPLORE].take_files([self._offered[1]]):
                self._window.go_to(EXPLORE)

    def _panels(self) -> list[Panel]:
        return [self._window.panel, *self._window.panels.values()]


def _first_provenance(paths: list[Path]) -> tuple[Path, Provenance] | None:
    """The first of the files that says where it comes from."""
    told = ((path, read_provenance(path)) for path in paths)
    return next(((path, provenance) for path, provenance in told if provenance is not None), None)
