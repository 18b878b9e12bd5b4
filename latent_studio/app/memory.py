"""The window's memory at work: puts it where it stood, and writes down what changes."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from latent_studio.app.session import Session
from latent_studio.app.settings import Settings, write_settings

USUAL = (1440, 900)  # px
N_RECENT = 12


class Memory:
    """Keeps the settings of a session; each change is written at once, on the disk lane."""

    def __init__(self, session: Session, settings: Settings) -> None:
        self._session = session
        self.settings = settings
        session.located = dict(settings.located)
        session.opened_files = settings.opened_files

    def note(self, **changes: object) -> None:
        """Remember some of the settings otherwise."""
        self.settings = self.settings.model_copy(update=changes)
        self._session.errand(write_settings(self._session.places.home, self.settings))

    def note_recent(self, path: str, **changes: object) -> None:
        """Remember that this model or document was opened or saved just now."""
        others = [file for file in self.settings.recent if file != path]
        self.note(recent=(path, *others)[:N_RECENT], **changes)

    def place(self, window: QWidget) -> None:
        """Put a window where it stood the last time."""
        window.resize(*USUAL)
        if self.settings.geometry is not None:
            geometry = QRect(*self.settings.geometry)
            screen = QGuiApplication.screenAt(geometry.center())
            if screen is not None:  # on one that was unplugged since nobody would find it
                window.setGeometry(geometry.intersected(screen.availableGeometry()))

    def note_end(self, window: QWidget) -> None:
        """Remember where a window stands, and what the session found out."""
        geometry = window.normalGeometry()
        self.note(
            geometry=(geometry.x(), geometry.y(), geometry.width(), geometry.height()),
            is_maximized=window.isMaximized(),
            located=self._session.located,
            opened_files=self._session.opened_files,
        )
