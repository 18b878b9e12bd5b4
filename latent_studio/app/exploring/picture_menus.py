"""What a person can do with the pictures of Explore: by the buttons above them, and with the right mouse button."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from latent_studio.app import code_actions
from latent_studio.app.exploring.encodings import Encodings
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.studio.document import with_code


class PictureMenus(QObject):
    """`shown` is what the large picture shows, None before there is one."""

    def __init__(self, session: Session, encodings: Encodings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._encodings = session, encodings
        self.actions = PictureActions(session, parent)
        self.shown: Shown | None = None

    def favour(self) -> None:
        """Keep the current code."""
        if self.shown is not None:
            self.actions.favourite(self.shown)

    def copy(self) -> None:
        """The picture to the clipboard; its code travels along."""
        if self.shown is not None:
            self.actions.copy(self.shown)

    def save(self) -> None:
        """The picture as a file, where the person says."""
        if self.shown is not None:
            self.actions.save(self.shown)

    def open_current(self, at: QPoint) -> None:
        """The menu of the large picture."""
        if self.shown is not None:
            paste = partial(code_actions.paste_code, self._session)
            self.actions.open_menu(self.shown, at, [("Paste code\tCtrl+V", paste)])

    def open_original(self, at: QPoint) -> None:
        """The menu of the picture that was encoded: no code gives exactly it."""
        current = self._encodings.current()
        if current is not None:
            shown = Shown(current[1].original, None, current[0].caption)
            self.actions.open_menu(shown, at, [("Adopt the code of its encoding", self.adopt_encoding)])

    def open_reconstruction(self, at: QPoint) -> None:
        """The menu of what the model makes of the encoding."""
        current = self._encodings.current()
        if current is not None:
            self.actions.open_menu(Shown(current[1].reconstruction, current[1].code, current[0].caption), at)

    def adopt_encoding(self) -> None:
        """The code that the encoder found becomes the current one again."""
        current = self._encodings.current()
        if current is not None:
            self._session.edit(lambda document: with_code(document, current[1].code))
