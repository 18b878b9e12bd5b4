"""What a person takes out of Explore: the picture as a file or in the clipboard, with the code that it shows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app import code_actions
from latent_studio.app.session import Session
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.picture import Picture
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer, Priority
from latent_studio.engine.errands import WritePicture, Wrote
from latent_studio.studio.document import code_json
from latent_studio.views.preview import Preview, PreviewPicture

SLOT = "picture to save"


class TakingAway(QObject):
    """Signals:
    told(str, str): level and sentence, for the panel's banner.
    """

    told = Signal(str, str)

    def __init__(self, session: Session, preview: Picture, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._preview, self._window = session, preview, parent
        self._asked: tuple[Preview, Path] | None = None
        session.answered.connect(self._on_answered)

    def copy(self) -> None:
        """The picture to the clipboard; its code travels along."""
        if not self._preview.image().isNull():
            QGuiApplication.clipboard().setMimeData(self._preview.mime_data())

    def ask_where_to_save(self) -> None:
        """Save it where the person says."""
        header = self._session.header
        if header is not None:
            suggested = f"{header.name}.png"
            path, _ = QFileDialog.getSaveFileName(self._window, "Save the picture", suggested, "PNG (*.png)")
            if path:
                self.save(Path(path))

    def save(self, path: Path) -> None:
        """Decode the current code once more, alone, and write it as PNG with the code inside."""
        document = self._session.document
        if document.model is not None:
            request = Preview(model=document.model.key, code=document.code, slot=SLOT, priority=Priority.STRIP)
            self._asked = request, path if path.suffix else path.with_suffix(".png")
            self._session.ask(request)

    def open_menu(self, at: QPoint) -> None:
        """What can be done with a picture and its code."""
        entries, session = menu(self._window), self._session
        entries.addAction("Copy picture", self.copy)
        entries.addAction("Save picture …", self.ask_where_to_save)
        entries.addSeparator()
        entries.addAction("Copy code as JSON\tCtrl+C", lambda: code_actions.copy_code(session))
        entries.addAction("Paste code\tCtrl+V", lambda: code_actions.paste_code(session))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if request.slot != SLOT:
            return
        if isinstance(value, Failed):
            self.told.emit("bad", value.text)
        elif isinstance(value, Wrote):
            self.told.emit("good", f"Saved {value.path}")
        elif isinstance(value, PreviewPicture) and self._asked is not None and request is self._asked[0]:
            self._write(self._asked[0], value, answer.digest)

    def _write(self, request: Preview, value: PreviewPicture, digest: str) -> None:
        header, document = self._session.header, self._session.document
        if header is None or document.model is None or document.model.key != request.model or self._asked is None:
            return
        made_by = document.model.model_copy(update={"digest": digest})  # a run may have gone on meanwhile
        code = code_json(document.replace(code=request.code, model=made_by), header.space)
        self._session.errand(WritePicture(slot=SLOT, path=self._asked[1], picture=value.picture, code=code))
