"""What can be done with any picture that the window shows: the same few actions in the same order everywhere."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QMimeData, QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.references import Reference, References
from latent_studio.app.keeping.restoring import Restoring
from latent_studio.app.keeping.shown import Shown
from latent_studio.app.session import Session
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.pixels import to_qimage
from latent_studio.core.events import Pixels
from latent_studio.core.files import write_file
from latent_studio.core.pictures import contact_sheet, png_bytes
from latent_studio.studio.document import Favourite, with_code
from latent_studio.studio.favourites import is_kept, with_favourites
from latent_studio.studio.library import free_name as free_path
from latent_studio.studio.naming import folder_name
from latent_studio.studio.provenance import KEY, provenance_of, provenance_values

__all__ = ["PictureActions", "Shown"]

More = Sequence[tuple[str, Callable[[], None]]]
N_ACROSS = 8
"""Several pictures in the clipboard are a sheet of so many columns."""


class PictureActions(QObject):
    """The actions of one panel. What is kept, copied or written is decoded anew by the reference path.

    All take one picture or several. What came of it is told in the panel's banner.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent
        self._references = References(session, self)
        self._restoring = Restoring(session, self)
        self._disk = DiskWork(session, "picture actions", self)

    # --- the menu

    def open_menu(self, shown: Shown | Sequence[Shown], at: QPoint, more: More = ()) -> None:
        """Offer the actions at a point (global); `more` are the panel's own, after the common ones."""
        several = _several(shown)
        coded = [one for one in several if one.code is not None]
        n, entries = len(several), menu(self._window)
        adopt = entries.addAction("Adopt code\tEnter", lambda: self.adopt(coded[0]))
        adopt.setEnabled(len(coded) == n == 1)
        favour = entries.addAction(
            "Add to favourites\tF" if n == 1 else f"Add {len(coded)} to favourites", lambda: self.favourite(coded)
        )
        entries.addSeparator()
        entries.addAction("Copy picture" if n == 1 else f"Copy {n} pictures as a sheet", lambda: self.copy(several))
        entries.addAction("Save picture …" if n == 1 else f"Save {n} pictures …", lambda: self.save(several))
        code = entries.addAction("Copy code as JSON" if n == 1 else "Copy codes as JSON", lambda: self.copy_code(coded))
        favour.setEnabled(not all(self._is_kept(one) for one in coded))
        code.setEnabled(bool(coded))
        if more:
            entries.addSeparator()
        for text, act in more:
            entries.addAction(text, act)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    # --- the actions

    def adopt(self, shown: Shown) -> None:
        """The picture's code becomes the current one, one undo step; another model's is opened for it."""
        code, model, now = shown.code, shown.model, self._session.document.model
        if code is None:
            return
        if model is None or model == now:
            self._session.edit(lambda document: with_code(document, code))
        else:
            self._restoring.restore(provenance_of(model, code))

    def favourite(self, shown: Shown | Sequence[Shown], at: int | None = None) -> None:
        """Keep the codes among the favourites, at the end or before place `at`, one undo step."""
        coded = [one for one in _several(shown) if one.code is not None]
        self._references.take(coded, partial(self._add, at), keeps_weights=True)

    def copy(self, shown: Shown | Sequence[Shown]) -> None:
        """The picture to the clipboard, with its code; several as one sheet."""
        self._references.take(_several(shown), self._copy)

    def copy_code(self, shown: Shown | Sequence[Shown]) -> None:
        """The code to the clipboard as JSON that pastes back; several as a list of them."""
        values = [self.payload(one) for one in _several(shown) if one.code is not None]
        if values:
            mime = QMimeData()
            text = json.dumps(values[0] if len(values) == 1 else values, indent=1)
            if len(values) == 1:
                mime.setData(CODE_MIME, QByteArray(text.encode()))
            mime.setText(text)
            QGuiApplication.clipboard().setMimeData(mime)

    def save(self, shown: Shown | Sequence[Shown], path: Path | None = None) -> None:
        """Write PNG files that restore model and code when they are dropped back.

        path: the file, or of several pictures the folder; the person is asked where it is None.
        """
        several = _several(shown)
        path = path or self._ask_where(several)
        if path is not None and several:
            is_one = len(several) == 1
            self._references.take(several, partial(self._write, path, is_one), keeps_weights=True)

    def payload(self, shown: Shown) -> dict[str, object] | None:
        """The code as it travels with the picture when it is dragged; None without one."""
        model, header = shown.model or self._session.document.model, self._session.header
        if shown.code is None or model is None:
            return None
        is_open = self._session.document.model is not None and model.key == self._session.document.model.key
        return provenance_values(model, shown.code, header.space if is_open and header is not None else None)

    def _is_kept(self, shown: Shown) -> bool:
        document = self._session.document
        model = shown.model or document.model
        return model is not None and shown.code is not None and is_kept(document, model, shown.code)

    # --- what the lanes bring

    def _add(self, at: int | None, references: list[Reference]) -> None:
        now = time.time()
        self._disk.ask(
            lambda: [_favourite(one, now) for one in references],
            then=lambda new: self._session.edit(lambda document: with_favourites(document, new, at)),
        )

    def _copy(self, references: list[Reference]) -> None:
        self._disk.ask(lambda: _clipping(references), then=self._to_clipboard)

    def _to_clipboard(self, clipping: tuple[Pixels, bytes, str]) -> None:
        picture, png, text = clipping
        mime = QMimeData()
        mime.setImageData(to_qimage(picture))
        mime.setData("image/png", QByteArray(png))
        if text:
            mime.setData(CODE_MIME, QByteArray(text.encode()))
            mime.setText(text)
        QGuiApplication.clipboard().setMimeData(mime)

    def _ask_where(self, several: Sequence[Shown]) -> Path | None:
        if len(several) > 1:
            folder = QFileDialog.getExistingDirectory(self._window, f"Save {len(several)} pictures in")
            return Path(folder) if folder else None
        model = self._session.document.model
        suggested = _file_name(several[0].caption or (model.name if model else "") or "picture")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the picture", suggested, "PNG (*.png)")
        path = Path(chosen)
        return (path if path.suffix else path.with_suffix(".png")) if chosen else None

    def _write(self, path: Path, is_one: bool, references: list[Reference]) -> None:
        def wrote(n: int) -> None:
            self._session.tell("good", f"Saved {path}" if is_one else f"Saved {n} pictures in {path}")

        self._disk.ask(lambda: _save(path, is_one, references), then=wrote)


def _several(shown: Shown | Sequence[Shown]) -> list[Shown]:
    return [shown] if isinstance(shown, Shown) else list(shown)


def _favourite(one: Reference, now: float) -> Favourite:
    assert one.code is not None
    assert one.model is not None
    png = base64.b64encode(png_bytes(one.picture)).decode()
    return Favourite(name=one.caption, model=one.model, code=one.code, picture=png, made=now)


def _png(one: Reference) -> bytes:
    return png_bytes(one.picture, text=None if one.values is None else {KEY: json.dumps(one.values)})


def _clipping(references: list[Reference]) -> tuple[Pixels, bytes, str]:
    """What goes to the clipboard: the picture, a PNG of it, its code as JSON ("" for several)."""
    if len(references) == 1:
        one = references[0]
        return one.picture, _png(one), "" if one.values is None else json.dumps(one.values)
    sheet = contact_sheet([one.picture for one in references], min(N_ACROSS, len(references)))
    return sheet, png_bytes(sheet), ""


def _save(path: Path, is_one: bool, references: list[Reference]) -> int:
    """Write one file, or many into a folder without writing over any; how many."""
    for number, one in enumerate(references, 1):
        target = path if is_one else free_path(path / _file_name(one.caption or f"picture {number:03}"))
        write_file(target, _png(one))
    return len(references)


def _file_name(caption: str) -> str:
    return f"{folder_name(caption)}.png"
