"""The row of pictures under a comparison: the way from A to B, or other codes that both sides are shown on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer, Slot

from latent_studio.app.comparing.sides import NAMES, Name
from latent_studio.app.comparing.stage import N_FILM, CompareStage
from latent_studio.app.comparing.taking import Standing
from latent_studio.app.session import Session
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.numbers import shown
from latent_studio.core.events import Pixels
from latent_studio.core.request import Answer
from latent_studio.studio.captions import space_text
from latent_studio.views.comparing import Code, DecodeFilm, FilmPictures, alike, between

ASK_EVERY_MS = 60
Payload = Callable[[Name, Code, Pixels], carry.Code | None]
SLOTS: dict[str, Name] = {"compare film a": "a", "compare film b": "b"}
SAME = (
    "Both sides show the same code of the same model: choose another model on a side, drop a picture, or draw a code."
)


@dataclass(frozen=True)
class Plan:
    """What is to be shown: the codes, and the sides that decode them, in their order from the top."""

    codes: tuple[Code, ...] = ()
    rows: tuple[Name, ...] = ()
    title: str = ""
    note: str = ""


def planned(a: Standing, b: Standing, seed: int) -> Plan:
    """The way from A to B; where both codes are equal, other codes on both models; else a sentence."""
    if not alike(a.header.space, b.header.space):
        return Plan(
            note=f"{a.header.name} ({space_text(a.header.space)}) and {b.header.name} ({space_text(b.header.space)}) "
            "share no latent space: the sliders move the one they fit; draw or drop a code for the other."
        )
    is_one = (a.key, a.header.digest) == (b.key, b.header.digest)
    rows: tuple[Name, ...] = ("a",) if is_one else NAMES
    space = a.header.space
    which = "" if is_one else "above A, below B · "
    if not np.allclose(a.code, b.code, rtol=0, atol=1e-6):
        codes = between(space, a.code, b.code, N_FILM)
        return Plan(_tuples(codes), rows, "From A to B", f"{which}spherical where normal · click adopts a code")
    if is_one:
        return Plan(note=SAME)
    drawn = space.sample(N_FILM, np.random.default_rng(seed))
    return Plan(_tuples(drawn), rows, "Other codes on both", f"{which}drawn from the prior · click adopts a code")


def _tuples(codes: np.ndarray[tuple[int, int], np.dtype[np.float32]] | Sequence[Sequence[float]]) -> tuple[Code, ...]:
    return tuple(tuple(float(value) for value in code) for code in codes)


class Film(QObject):
    """Asks for the pictures and shows them as they come; a drag has them made anew some times a second."""

    def __init__(self, session: Session, stage: CompareStage, payload: Payload, parent: QObject) -> None:
        """payload: the code that travels with a side's picture when it is dragged away."""
        super().__init__(parent)
        self._session, self._stage, self._payload = session, stage, payload
        self._plan, self._made_of = Plan(), Plan()
        self._sides: dict[Name, Standing] = {}
        self._pictures: dict[Name, tuple[Pixels, ...]] = {}
        self._seed = 0
        self._ask = QTimer(self, singleShot=True, interval=ASK_EVERY_MS)
        self._ask.timeout.connect(self._ask_rows)
        session.answered.connect(self._on_answered)

    def show_sides(self, a: Standing, b: Standing, *, again: bool = False) -> None:
        """The sides show this now; `again`: by other weights."""
        self._sides = {"a": a, "b": b}
        plan = planned(a, b, self._seed)
        if plan == self._plan and not again:
            return
        if plan.rows != self._plan.rows or not plan.codes:
            self._pictures = {}
        self._plan = plan
        self._stage.set_titles(plan.title, plan.note)
        self._stage.set_film_rows(max(1, len(plan.rows)))
        self._show()
        if plan.codes and not self._ask.isActive():
            self._ask.start()

    def place(self, index: int) -> tuple[Name, Code, Pixels] | None:
        """Of which side a picture of the film is, with its code."""
        row, column = divmod(index, N_FILM)
        if row >= len(self._plan.rows) or column >= len(self._plan.codes):
            return None
        name = self._plan.rows[row]
        pictures = self._pictures.get(name, ())
        return (name, self._plan.codes[column], pictures[column]) if column < len(pictures) else None

    def _ask_rows(self) -> None:
        for slot, name in SLOTS.items():
            if name in self._plan.rows and name in self._sides:
                self._session.ask(DecodeFilm(slot=slot, model=self._sides[name].key, codes=self._plan.codes))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if not isinstance(value, FilmPictures) or not isinstance(request, DecodeFilm) or request.slot not in SLOTS:
            return
        name = SLOTS[request.slot]
        if name in self._plan.rows and request.model == self._sides[name].key:
            # while it grows, what was there stays to its right: nothing flickers during a drag
            former = self._pictures.get(name, ())
            self._pictures[name] = value.pictures + former[len(value.pictures) :]
            self._show()

    def _show(self) -> None:
        """Only whole rows: the lower one has its place under the upper."""
        pictures: list[Pixels] = []
        for name in self._plan.rows:
            row = self._pictures.get(name, ())
            if len(row) < len(self._plan.codes):
                break
            pictures += row[:N_FILM]
        captions = [self._caption(k) for k in range(len(self._plan.codes))] * max(1, len(self._plan.rows))
        self._stage.film.set_pictures(pictures, captions)
        self._stage.film.set_codes(self._codes(len(pictures)))

    def _codes(self, n: int) -> dict[int, carry.Code]:
        """What travels with the first n pictures."""
        places = [(index, self.place(index)) for index in range(n)]
        carried = [(index, self._payload(*place)) for index, place in places if place is not None]
        return {index: code for index, code in carried if code is not None}

    def _caption(self, k: int) -> str:
        is_way = self._plan.title == "From A to B"
        return f"{shown(k / (N_FILM - 1), 1)} of the way" if is_way else f"draw {k + 1}"
