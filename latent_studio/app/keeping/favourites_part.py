"""The favourites in the Code dock: what is kept, brought back, named, put in order and carried out of there."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QTemporaryDir, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.favourite_grid import FavouriteGrid
from latent_studio.app.keeping.favourite_view import Tile
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.fold import Fold
from latent_studio.core.events import Pixels
from latent_studio.studio.document import Document, Favourite, with_code
from latent_studio.studio.favourites import favourite_png, moved, picture_of, place_of, renamed, without
from latent_studio.studio.naming import folder_name
from latent_studio.studio.provenance import Provenance, parse_provenance, provenance_values, read_provenance

_NOT_YET = np.zeros((1, 1), np.uint8)  # the picture is decoded anew, whatever stands on the screen
HEAD = 44  # px: the heading with what is around it


class FavouritesPart(QWidget):
    """A fold with the favourites. It edits the session's document and shows what it says.

    Signals:
        wants_room(): it needs another height; `set_room` says which it gets.
    """

    wants_room = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: tuple[Favourite, ...] = ()
        self._pictures: dict[str, Pixels | None] = {}  # by their base64 text
        self._folder: QTemporaryDir | None = None  # goes with the window
        self._disk = DiskWork(session, "favourites", self)
        self.picture_actions = PictureActions(session, self)
        self.grid = FavouriteGrid(self._files)
        self.fold = Fold("Favourites", self.grid, inset=16)
        self.heart = icon_button("heart", "Add the current code to the favourites (F)")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 4)
        column.addWidget(self.fold)
        self.heart.setParent(self)
        self.heart.resize(self.heart.sizeHint())
        self.fold.toggled.connect(self.wants_room)
        self.heart.clicked.connect(self.keep_current)
        self.grid.chosen.connect(self._on_chosen)
        self.grid.renamed.connect(self._on_renamed)
        self.grid.removed.connect(self._on_removed)
        self.grid.moved.connect(self._on_moved)
        self.grid.dropped.connect(self._on_dropped)
        self.grid.menu_requested.connect(self._open_menu)
        session.document_changed.connect(self._on_document_changed)
        session.model_changed.connect(self._show_current)
        self._show(session.document.favourites)

    # --- room

    def room(self, n_rows: int | None = None) -> int:
        """The height it would like, px; `n_rows` of pictures at most."""
        return HEAD + (self.grid.content_height(n_rows) if self.fold.is_open() else 0)

    def set_room(self, height: int) -> None:
        """Be of that height."""
        self.grid.setFixedHeight(max(0, height - HEAD))
        self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.heart.move(self.width() - self.heart.width() - 10, 8)
        self.heart.raise_()

    # --- what it shows

    def _on_document_changed(self, new: Document, old: Document) -> None:
        if new.favourites != self._shown:
            self._show(new.favourites)
            if len(new.favourites) == len(old.favourites) + 1:
                added = next(i for i, one in enumerate(new.favourites) if one not in old.favourites)
                self.grid.show_place(added)
        self._show_current()

    def _show(self, favourites: tuple[Favourite, ...]) -> None:
        n_before, self._shown = len(self._shown), favourites
        texts = {one.picture: one for one in favourites}
        self._pictures = {text: picture for text, picture in self._pictures.items() if text in texts}
        missing = [one for text, one in texts.items() if text not in self._pictures]
        self.grid.set_tiles([self._tile(one) for one in favourites])
        self.fold.set_caption(f"{len(favourites):,}" if favourites else "")
        if missing:
            work = partial(_decoded, missing)
            self._disk.ask(work, then=self._take_pictures, slot="pictures")
        if len(favourites) != n_before or not favourites:
            self.wants_room.emit()

    def _take_pictures(self, pictures: dict[str, Pixels | None]) -> None:
        self._pictures.update(pictures)
        self.grid.set_tiles([self._tile(one) for one in self._shown])

    def _show_current(self) -> None:
        self.grid.set_selected(place_of(self._session.document))

    def _tile(self, favourite: Favourite) -> Tile:
        about = [favourite.name, favourite.model.name]
        if favourite.made:
            about.append(time.strftime("%d %b %Y, %H:%M", time.localtime(favourite.made)).lstrip("0"))
        code = provenance_values(favourite.model, favourite.code)
        return Tile(self._pictures.get(favourite.picture), favourite.name, "\n".join(about), code)

    # --- the hand

    def keep_current(self) -> None:
        """Keep the current code, under its reference picture."""
        header = self._session.header
        if header is not None and "Decodes" in header.capabilities:
            self.picture_actions.favourite(Shown(_NOT_YET, self._session.document.code))

    def _on_chosen(self, place: int) -> None:
        self.picture_actions.adopt(self._as_shown(place))

    def _on_renamed(self, place: int, name: str) -> None:
        self._session.edit(lambda document: renamed(document, place, name))

    def _on_removed(self, place: int) -> None:
        self._session.edit(lambda document: without(document, {place}))

    def _on_moved(self, place: int, before: int) -> None:
        self._session.edit(lambda document: moved(document, place, before))

    def _open_menu(self, place: int, at: QPoint) -> None:
        favourite, model = self._shown[place], self._session.document.model
        header = self._session.header
        more = [("Rename\tF2", partial(self.grid.rename, place)), ("Delete\tDel", partial(self._on_removed, place))]
        is_other = model is not None and model.digest != favourite.model.digest
        if model is not None and header is not None and is_other and header.space.dim == len(favourite.code):
            here = partial(self._session.edit, lambda document: with_code(document, favourite.code))
            more.insert(0, (f"Adopt code on {model.name}", here))
        self.picture_actions.open_menu(self._as_shown(place), at, more)

    def _as_shown(self, place: int) -> Shown:
        one = self._shown[place]
        picture = self._pictures.get(one.picture)
        has_picture = picture is not None
        return Shown(_NOT_YET if picture is None else picture, one.code, one.name, one.model, has_picture)

    # --- coming and going

    def _on_dropped(self, mime: QMimeData, at: int) -> None:
        codes = carry.codes_of(mime)
        if codes:
            told = [parse_provenance(json.dumps(code)) for code in codes]
            self._add(at, [("", one) for one in told])
        else:
            files = [Path(file) for file in carry.files_of(mime)]
            self._disk.ask(lambda: [(path.stem, read_provenance(path)) for path in files], then=partial(self._add, at))

    def _add(self, at: int, told: Sequence[tuple[str, Provenance | None]]) -> None:
        """Keep what says where it comes from; of a code that was carried here within the window, the open model's."""
        now = self._session.document.model
        shown = []
        for name, one in told:
            if one is not None:
                is_open = not (one.model.key or one.model.digest)
                is_open |= now is not None and not name and one.model.key == now.key
                shown.append(Shown(_NOT_YET, one.numbers(), name, None if is_open else one.model))
        if shown:
            self.picture_actions.favourite(shown, at)
        else:
            self._session.tell("warn", "That carries no code: encode the picture first, then keep its code with F.")

    def _files(self, place: int) -> list[str]:
        """A favourite as a file for another program; called once it is dropped there."""
        if self._folder is None:
            self._folder = QTemporaryDir()
        favourite = self._shown[place]
        path = Path(self._folder.path()) / f"{folder_name(favourite.name)}.png"
        path.write_bytes(favourite_png(favourite))
        return [str(path)]


def _decoded(favourites: Sequence[Favourite]) -> dict[str, Pixels | None]:
    return {one.picture: picture_of(one) for one in favourites}
