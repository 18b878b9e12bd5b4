"""What a person changes about a comparison, each an undo step of the document."""

from __future__ import annotations

from functools import partial

import numpy as np

from latent_studio.app.comparing import sides
from latent_studio.app.comparing.both import Both
from latent_studio.app.comparing.choices import CURRENT, FAVOURITE, HOLD
from latent_studio.app.comparing.sides import KEY, Comparison, Name
from latent_studio.app.session import Session
from latent_studio.views.comparing import Code


class Edits:
    """The settings of the panel, changed through the session."""

    def __init__(self, session: Session, both: Both) -> None:
        self._session, self._both = session, both
        self.rng = np.random.default_rng()

    def put(self, name: Name, **changes: object) -> None:
        """Some fields of a side."""
        side = Comparison.of(self._session.document).side(name).model_copy(update=changes)
        self._session.edit(partial(sides.with_side, name=name, side=side))

    def choose_model(self, name: Name, key: str) -> None:
        """Another model, at its newest moment; a code of the side's own stays where it fits."""
        self.put(name, model=key, moment="")

    def choose_moment(self, name: Name, path: str) -> None:
        """Other weights of the side's run."""
        self.put(name, moment=path)

    def set_code(self, name: Name, code: Code | None, caption: str) -> None:
        """A code of the side's own; None: it follows the sliders."""
        self.put(name, code=code, at=() if code is None else self._session.document.code, caption=caption)

    def set_model(self, name: Name, model: str, moment: str, code: Code | None, caption: str) -> None:
        """Another model with a code of its own."""
        at = () if code is None else self._session.document.code
        self.put(name, model=model, moment=moment, code=code, at=at, caption=caption)

    def choose_code(self, name: Name, option: str) -> None:
        """What the list of codes offers: the current one, to hold what is shown, a favourite."""
        value, document = self._both.picture(name), self._session.document
        if option == CURRENT:
            self.set_code(name, None, "")
        elif option == HOLD and value is not None:
            self.set_code(name, value.code, "held")
        elif option.startswith(FAVOURITE):
            kept = document.favourites[int(option.removeprefix(FAVOURITE))]
            self.set_code(name, kept.code, kept.name)

    def draw(self, name: Name) -> None:
        """A code of the side's own from its prior, at the document's temperature."""
        value = self._both.picture(name)
        if value is not None:
            drawn = value.header.space.sample(1, self.rng, self._session.document.temperature)[0]
            self.set_code(name, tuple(drawn.tolist()), "drawn")

    def link(self, is_linked: bool) -> None:
        """Have the sliders move both sides, or only what shows the current code."""
        header = self._session.header
        if header is not None:
            self._session.edit(lambda document: sides.with_link(document, header.space, is_linked))

    def adopt(self, code: Code) -> None:
        """The current code set to one of the pictures'; a side's own code stays where it is."""
        header = self._session.header
        if header is not None:
            self._session.edit(lambda document: sides.with_adopted(document, header.space, code))

    def swap(self) -> None:
        """A becomes B and B becomes A."""
        self._session.edit(sides.swapped)

    def set_view(self, view: str) -> None:
        """How the middle shows them."""
        self._session.edit(lambda document: document.with_setting(KEY, view=view))

    def set_mix(self, mix: float) -> None:
        """Where the divider stands; one drag is one step."""
        self._session.edit(lambda document: document.with_setting(KEY, mix=mix), merge="compare mix")
