"""What can be done with a picture of the data: the actions of every picture, and its code found by the open model."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QWidget

from latent_studio.app.browsing.picture_wall import PictureWall
from latent_studio.app.exploring.encodings import Encodings
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.data.browsing import DataFacts
from latent_studio.engine.errands import DataPage

NO_MODEL = "There is no model to encode it with yet: train one on these pictures."


class PictureHand(QObject):
    """Signals:
    encoded(): a picture is on its way into the open model: show it.
    refused(str): why it is not.
    """

    encoded = Signal()
    refused = Signal(str)

    def __init__(self, session: Session, wall: PictureWall, parent: QWidget) -> None:
        super().__init__(parent)
        self.facts: DataFacts | None = None
        self._session, self._wall = session, wall
        self._actions = PictureActions(session, parent)
        wall.opened.connect(self.encode)
        wall.menu_requested.connect(self.open_menu)

    @Slot(int, QPoint)
    def open_menu(self, place: int, at: QPoint) -> None:
        """Offer what can be done with a picture, or with all selected ones if it is among them."""
        chosen = self._wall.selection()
        places = chosen if place in chosen else [place]
        found = [one for one in map(self._wall.page, places) if one is not None]
        shown = [Shown(page.pictures[i], None, self._caption(page, i)) for page, i in found]
        if shown:
            more = [("Encode in Explore", partial(self.encode, place))] if len(shown) == 1 else []
            self._actions.open_menu(shown, at, more)

    @Slot(int)
    def encode(self, place: int) -> None:
        """Have the open model find the code of a picture."""
        found = self._wall.page(place)
        if found is None:
            return
        if self._session.header is None:
            self.refused.emit(NO_MODEL)
            return
        page, at = found
        Encodings.of(self._session).encode_shown(page.pictures[at], self._caption(page, at), page.labels[at])
        self.encoded.emit()

    @Slot()
    def encode_selected(self) -> None:
        """The same with the picture that was selected last."""
        chosen = self._wall.selection()
        if chosen:
            self.encode(chosen[-1])

    def _caption(self, page: DataPage, at: int) -> str:
        assert self.facts is not None, "no picture is shown before its set is described"
        index, n_train = page.indices[at], self.facts.n_train
        return f"{self.facts.name} " + (f"test {index - n_train:,}" if index >= n_train else f"train {index:,}")
