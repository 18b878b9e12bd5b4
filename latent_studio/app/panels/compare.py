"""Compare: two codes, two models or two moments of a run beside each other, moved by the same sliders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QStackedLayout, QWidget

from latent_studio.app.actions import Action, Gesture
from latent_studio.app.comparing.both import Both
from latent_studio.app.comparing.choices import SideChoices
from latent_studio.app.comparing.edits import Edits
from latent_studio.app.comparing.film import Film
from latent_studio.app.comparing.side_view import DROP, SideView
from latent_studio.app.comparing.sides import KEY, NAMES, Comparison, Name, is_of_run
from latent_studio.app.comparing.stage import CompareStage
from latent_studio.app.comparing.taking import Standing, Taking
from latent_studio.app.panel import Panel, controls_row
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.switch import Switch
from latent_studio.core.events import Pixels, Saved
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document, ModelRef
from latent_studio.views.comparing import Code, alike

GROUP = "Compare"
FILM_EVERY_MS = 1000
"""While a side trains, what lies under the pictures is made anew so often."""


class Compare(Panel):
    """What is compared is the document's (`comparing.sides`); this shows it and says what the hand does to it."""

    key, title, icon, order = KEY, "Compare", "columns", 60
    tooltip = "Two codes, models or moments side by side"
    needs = frozenset({"Decodes"})
    gestures = (
        Gesture("Drop", "A picture, a code or a model on either side", GROUP),
        Gesture("Click", "Adopt the picture's code", GROUP),
        Gesture("Drag in the middle", "Move the divider, or fade", GROUP),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.stage = CompareStage()
        self.views: dict[Name, SideView] = {"a": self.stage.a, "b": self.stage.b}
        self.both = Both(session, self)
        self.edits = Edits(session, self.both)
        self.pictures = PictureActions(session, self)
        self.taking = Taking(session, self)
        self.choices = SideChoices(session, self)
        self.film = Film(session, self.stage, self._payload, self)
        self._empty = self.without_model("cube")
        body = QWidget()
        self._pages = QStackedLayout(body)
        self._pages.addWidget(self.stage)
        self._pages.addWidget(self._empty)
        self._controls = self._make_controls()
        self.set_content(body, self._controls)
        self._remake = QTimer(self, singleShot=True, interval=FILM_EVERY_MS)
        self._remake.timeout.connect(partial(self._show_film, again=True))
        self._connect()

    def _make_controls(self) -> QWidget:
        row, line = controls_row()
        self.linked = Switch("Linked", tooltip="The sliders move both sides; a code of its own keeps its difference")
        self._told = caption()
        self.swap = Button("Swap", "arrows-left-right", key_hint="X", tooltip="A becomes B and B becomes A")
        line.addWidget(self.linked)
        line.addSpacing(8)
        line.addWidget(self._told, 1)
        line.addWidget(self.swap)
        return row

    def _connect(self) -> None:
        session, stage, edits = self.session, self.stage, self.edits
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_model_changed)
        session.document_changed.connect(self._on_document_changed)
        session.answered.connect(self._on_answered)
        self.both.changed.connect(self._on_picture)
        self.both.failed.connect(self._on_failed)
        self.choices.changed.connect(self._show_choices)
        self.taking.code_found.connect(edits.set_code)
        self.taking.model_found.connect(edits.set_model)
        self.taking.told.connect(self._on_told)
        self.linked.clicked.connect(edits.link)
        self.swap.clicked.connect(lambda: edits.swap())
        stage.view.chosen.connect(edits.set_view)
        stage.mix.mix_dragged.connect(edits.set_mix)
        stage.mix.mix_released.connect(session.seal)
        stage.film.clicked.connect(self._on_film_clicked)
        stage.film.menu_requested.connect(self._open_film_menu)
        for name, view in self.views.items():
            self._connect_side(name, view)

    def _connect_side(self, name: Name, view: SideView) -> None:
        taking, edits = self.taking, self.edits
        view.model_chosen.connect(partial(edits.choose_model, name))
        view.moment_chosen.connect(partial(edits.choose_moment, name))
        view.code_chosen.connect(partial(self._on_code_chosen, name))
        view.drawn.connect(partial(edits.draw, name))
        view.clicked.connect(partial(self._on_clicked, name))
        view.menu_requested.connect(partial(self._open_menu, name))
        view.dropped_code.connect(lambda values: self._bring(name, lambda to: taking.take_code(name, to, values)))
        view.dropped_image.connect(lambda image: self._bring(name, lambda to: taking.take_picture(name, to, image)))
        view.dropped_files.connect(lambda files: self._bring(name, lambda to: taking.take_files(name, to, files)))

    def own_actions(self) -> tuple[Action, ...]:
        return (
            Action("compare-swap", "Swap A and B", self.edits.swap, ("X",), "arrows-left-right", GROUP),
            Action("compare-draw", "Draw a code for B", partial(self.edits.draw, "b"), ("D",), "dice-five", GROUP),
        )

    # --- what it shows

    @property
    def comparison(self) -> Comparison:
        """What the document says is compared."""
        return Comparison.of(self.session.document)

    def shown(self, about: str = "") -> None:
        self.both.is_watched = True
        self._on_model_changed()

    def hidden(self) -> None:
        self.both.is_watched = False

    def _on_model_changed(self) -> None:
        header, model = self.session.header, self.session.document.model
        self._pages.setCurrentWidget(self._empty if model is None else self.stage)
        self._controls.setVisible(model is not None)
        if self.is_shown and header is not None and model is not None:
            self._look()
            self._show_settings()
            self.both.ask()

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self.session.header
        if not self.is_shown or header is None or len(new.code) != header.space.dim:
            return
        is_set = new.panels.get(KEY) != old.panels.get(KEY)
        if is_set or new.favourites != old.favourites:
            self._look()
            self._show_settings()
        if is_set or new.code != old.code or new.model != old.model:
            self.both.ask()

    def _look(self) -> None:
        """Which moments are there?"""
        model = self.session.document.model
        self.choices.look(model.key if model else "", *(self.comparison.side(name).model for name in NAMES))

    def _show_settings(self) -> None:
        now = self.comparison
        self.linked.setChecked(now.linked)
        self.stage.view.set_current(now.view)
        self.stage.mix.set_view(now.view)
        self.stage.mix.set_mix(now.mix)
        self._show_choices()

    def _show_choices(self) -> None:
        header = self.session.header
        if not self.is_shown or header is None:
            return
        now, moved = self.comparison, []
        for name, view in self.views.items():
            side, value = now.side(name), self.both.picture(name)
            space = value.header.space if value else header.space
            view.set_models(*self.choices.models(side))
            view.set_moments(*self.choices.moments(side))
            view.set_codes(*self.choices.codes(side, space, header.space))
            if alike(space, header.space) and (now.linked or side.code is None):
                moved.append(name.upper())
        which = {0: "neither side", 1: "".join(moved)}.get(len(moved), "both sides")
        self._told.setText(f"the sliders move {which}")

    def _on_answered(self, answer: Answer) -> None:
        if self.is_shown and isinstance(answer.value, Saved):
            self._look()

    def _on_picture(self, name: Name, is_retrained: bool) -> None:
        value, view = self.both.picture(name), self.views[name]
        assert value is not None
        view.picture.set_image(value.picture)
        view.picture.set_empty_text(DROP)
        view.picture.set_payload(self._payload(name, value.code, value.picture))
        if view.shows != value.header.space:
            view.shows = value.header.space
            self._show_choices()
        self._show_pair()
        if is_retrained and not self._remake.isActive():
            self._remake.start()
        self._show_film()

    def _on_failed(self, name: Name, text: str) -> None:
        picture = self.views[name].picture
        picture.set_image(None)
        picture.set_empty_text(text)
        picture.set_payload(None)
        self._show_pair()

    def _show_pair(self) -> None:
        a, b = self.both.picture("a"), self.both.picture("b")
        runs = [name for name in NAMES if is_of_run(self.both.key(name))]
        self.stage.show_pair(a, b, runs)

    def _show_film(self, *, again: bool = False) -> None:
        a, b = self.both.standing("a"), self.both.standing("b")
        if a is not None and b is not None and self.is_shown:
            self.film.show_sides(a, b, again=again)

    # --- the hand

    def _on_code_chosen(self, name: Name, option: str) -> None:
        self.edits.choose_code(name, option)
        self._show_choices()  # the list may stand on what only asked for something

    def _bring(self, name: Name, take: Callable[[Standing], None]) -> None:
        standing = self.both.standing(name)
        if standing is not None:
            take(standing)

    def _shown(self, name: Name, code: Code, picture: Pixels) -> Shown:
        """A picture of a side, with the model that made it."""
        value, key, now = self.both.picture(name), self.both.key(name), self.session.document.model
        if value is None or (now is not None and now.key == key):
            return Shown(picture, code)
        title = Path(key).stem if key.endswith(".safetensors") else value.header.name
        return Shown(
            picture, code, model=ModelRef(key=key, name=value.header.name or title, digest=value.header.digest)
        )

    def _payload(self, name: Name, code: Code, picture: Pixels) -> dict[str, object] | None:
        return self.pictures.payload(self._shown(name, code, picture))

    def _adopt(self, name: Name, code: Code, picture: Pixels) -> None:
        """The code to the sliders where they can take it; else its model is opened."""
        value, header = self.both.picture(name), self.session.header
        if value is not None and header is not None and alike(value.header.space, header.space):
            self.edits.adopt(code)
        else:
            self.pictures.adopt(self._shown(name, code, picture))

    def _on_clicked(self, name: Name) -> None:
        value = self.both.picture(name)
        if value is not None:
            self._adopt(name, value.code, value.picture)

    def _open_menu(self, name: Name, at: QPoint) -> None:
        value = self.both.picture(name)
        if value is not None:
            self.pictures.open_menu(self._shown(name, value.code, value.picture), at)

    def _on_film_clicked(self, index: int) -> None:
        place = self.film.place(index)
        if place is not None:
            self._adopt(*place)

    def _open_film_menu(self, index: int, at: QPoint) -> None:
        place = self.film.place(index)
        if place is not None:
            self.pictures.open_menu(self._shown(*place), at)

    def _on_told(self, level: str, text: str) -> None:
        self.tell("info" if level == "info" else "warn", text)
