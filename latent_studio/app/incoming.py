"""What comes into the window from outside: dropped files, the clipboard, a file chosen in a dialogue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from latent_studio.app import code_actions
from latent_studio.app.widgets.carry import files_of
from latent_studio.app.widgets.pixels import to_array

if TYPE_CHECKING:
    from latent_studio.app.panel import Panel
    from latent_studio.app.window import Window


class Incoming(QObject):
    """Brings things to whom they are for: checkpoints to the session, of the rest the shown panel has first choice."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._folder = ""

    def open_file(self) -> None:
        """Ask for a checkpoint and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open a model", self._folder, "Latent Studio models (*.safetensors)"
        )
        if path:
            self._folder = str(Path(path).parent)
            self._session.open_model(path)

    def take_files(self, files: list[str]) -> None:
        """Files from the desktop; what nobody can use is said."""
        paths = [Path(file) for file in files]
        checkpoints = [path for path in paths if path.suffix == ".safetensors"]
        if checkpoints:
            self._session.open_model(str(checkpoints[0]))
            return
        for panel in self._panels():
            if panel.take_files(paths):
                self._window.go_to(panel.key)
                return
        self._session.tell("warn", f"{paths[0].name} is neither a picture nor a model (.safetensors).")

    def paste(self) -> None:
        """The clipboard: files, a code, or a picture that another program copied."""
        mime = QGuiApplication.clipboard().mimeData()
        files = files_of(mime)
        if files:
            self.take_files(files)
        elif mime.hasText() or not mime.hasImage():
            code_actions.paste_code(self._session)
        else:
            picture = to_array(QImage(mime.imageData()))
            for panel in self._panels():
                if panel.take_picture(picture):
                    self._window.go_to(panel.key)
                    return

    def _panels(self) -> list[Panel]:
        return [self._window.panel, *self._window.panels.values()]
