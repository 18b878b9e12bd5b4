"""What the card of nearest training pictures does: ask for them, show them, and let them be used."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Slot

from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.sampling.nearest import Nearest, NearestSearch, Query
from latent_studio.app.sampling.nearest_card import NearestCard
from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer
from latent_studio.studio.document import with_code
from latent_studio.views.encoding import Encode, Encoded
from latent_studio.views.neighbours import By

ADOPT_SLOT = "encode a nearest picture"


class NearestSide(QObject):
    """The card, with what it needs of the session. A click on a training picture adopts the code of its encoding."""

    def __init__(self, session: Session, actions: PictureActions, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._actions = session, actions
        self.card = NearestCard()
        self.search = NearestSearch(session, self)
        self._by: By = "pixels"
        self._sample: Shown | None = None
        self._nearest: Nearest | None = None
        self._adopting: Encode | None = None
        self._model = ""
        self.card.by_chosen.connect(self._on_by)
        self.card.picture_clicked.connect(self._on_picture)
        self.card.menu_requested.connect(self._on_menu)
        self.search.found.connect(self._on_found)
        self.search.progressed.connect(self.card.show_progress)
        self.search.failed.connect(self._on_failed)
        session.answered.connect(self._on_answered)

    def show_model(self) -> None:
        """Another model is open, or more is known of it. The former one's sample is no sample of this one."""
        model = self._session.document.model
        key = "" if model is None else model.key
        if key != self._model:
            self._model = key
            self.clear()
        can_encode = self._can_encode()
        if not can_encode:
            self._by = "pixels"
        self.card.set_by(self._by, can_encode)

    def show_sample(self, sample: Shown) -> None:
        """Find what is nearest to this one.

        Where newer weights made another picture of the same code, a search that is under way is not begun anew every
        second, and the codes of all training pictures are not asked for again.
        """
        former, self._sample = self._sample, sample
        is_same = former is not None and (former.caption, former.code) == (sample.caption, sample.code)
        if is_same and former is not None and former.picture is sample.picture and self._nearest is not None:
            return
        if is_same and (self.search.is_busy or self._by == "codes"):
            self.card.show_picture(sample.picture)
        else:
            self._ask()

    def clear(self) -> None:
        """There are other samples."""
        self.stop()
        self.card.clear()

    def stop(self) -> None:
        """Nobody looks any more."""
        self._sample = self._nearest = None
        self.search.stop()

    def try_again(self) -> None:
        """The data were found."""
        if self._sample is not None and not self.card.isHidden():
            self._ask()

    def _can_encode(self) -> bool:
        header = self._session.header
        return header is not None and {"Encodes", "Decodes"} <= set(header.capabilities)

    def _ask(self) -> None:
        sample = self._sample
        if sample is not None:
            self._nearest = None
            payload = self._actions.payload(sample)
            self.card.show_sample(sample.caption, sample.picture, payload)
            self.search.find(Query(sample.picture, sample.code, self._by))

    def _on_by(self, by: str) -> None:
        self._by = "codes" if by == "codes" else "pixels"
        self._ask()

    @Slot(object)
    def _on_found(self, nearest: Nearest) -> None:
        self._nearest = nearest
        self.card.show_nearest(nearest, self._by)

    @Slot(str, bool)
    def _on_failed(self, text: str, is_missing: bool) -> None:
        self.card.show_message(text, can_locate=is_missing)

    # --- the hand

    def _on_picture(self, place: int) -> None:
        """Where the model puts this training picture becomes the current code."""
        model, nearest = self._session.document.model, self._nearest
        if nearest is not None and model is not None and self._can_encode():
            code = self._session.document.code
            request = Encode(model=model.key, picture=nearest.pictures[place], code=code, slot=ADOPT_SLOT)
            self._adopting = request
            self._session.ask(request)

    def _on_menu(self, place: int, at: QPoint) -> None:
        if self._nearest is not None:
            shown = Shown(self._nearest.pictures[place], None, f"train {self._nearest.rows[place]:,}")
            more = [("Adopt the code of its encoding", lambda: self._on_picture(place))] if self._can_encode() else []
            self._actions.open_menu(shown, at, more)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._adopting is None or answer.request is not self._adopting:
            return
        value = answer.value
        if isinstance(value, Encoded):
            code = value.code
            self._session.edit(lambda document: with_code(document, code))
        elif isinstance(value, Failed):
            self._session.tell("bad", value.text, value.details)
