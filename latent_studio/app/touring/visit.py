"""A visit to the window: where it is now, what it waits for, and the pictures that it takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from latent_studio.app.actions import do
from latent_studio.app.panel import Panel, reason_against
from latent_studio.app.theme import ThemeName
from latent_studio.app.touring.conductor import Condition, Script
from latent_studio.app.touring.saving import save_png
from latent_studio.app.window import Window
from latent_studio.core.header import read_header

LOOK_EVERY_S = 0.15
REST_AT_LEAST_S = 0.3
REST_AT_MOST_S = 1.2
"""What never stops moving (curves of a run) is taken as it is by then."""

Some = TypeVar("Some", bound=Panel)


class Visit:
    """pictures: what was saved so far.  folder: where.  themes: each picture is taken in all of them.
    train_s: how long the visitor has a model trained.  training, training_since: the key of that run, "" before it
    began, and when it did (monotonic seconds).
    """

    def __init__(self, window: Window, folder: Path, themes: tuple[ThemeName, ...], train_s: float) -> None:
        self.window, self.session = window, window.session
        self.folder, self.themes, self.train_s = folder, themes, train_s
        self.pictures: list[Path] = []
        self.training, self.training_since = "", 0.0

    def panel(self, kind: type[Some]) -> Some:
        """The window's panel of that class."""
        found = self.window.panels[kind.key]
        assert isinstance(found, kind)
        return found

    @property
    def is_served(self) -> bool:
        """Whether there is a model, and one that the shown panel can use; a panel that needs none is always served."""
        panel = self.window.panel
        return panel.is_shown and (not panel.needs or self.session.header is not None)

    def go_to(self, panel: str) -> Script:
        """Show the panel of that key."""
        self.window.go_to(panel)
        yield self.rests()

    def press(self, keys: str) -> None:
        """Do what that shortcut does here, where it does anything."""
        actions = [*self.window.actions_here(), *self.window.deeds]
        do(next(action for action in actions if keys in action.keys))

    def open_model(self, *wanted: str) -> Script:
        """Open the first ready-made model whose name begins so; where there is none, what is open stays."""
        paths = sorted(self.session.places.ready_made.glob("*.safetensors"))
        found = next((path for begin in wanted for path in paths if path.stem.startswith(begin)), None)
        if found is not None:
            yield from self.open_key(str(found))

    def open_one_that_serves(self, panel: str) -> Script:
        """Open the first ready-made model that this panel can use; where there is none, it goes on saying why."""
        kind, paths = self.window.panels.kinds[panel], sorted(self.session.places.ready_made.glob("*.safetensors"))
        found = next((path for path in paths if not reason_against(kind, read_header(path))), None)
        if found is not None:
            yield from self.open_key(str(found))

    def open_key(self, key: str) -> Script:
        """Open the model of that key."""
        self.session.open_model(key)
        yield lambda: self.is_open(key)

    def is_open(self, key: str) -> bool:
        """Whether that model is the one that panels show."""
        model = self.session.document.model
        return model is not None and model.key == key and self.session.header is not None

    def rests(self) -> Condition:
        """True once what is seen above the status bar has not changed from one look to the next."""
        began, looked_at = time.monotonic(), 0.0
        before = QImage()

        def is_at_rest() -> bool:
            nonlocal looked_at, before
            now = time.monotonic()
            if now - looked_at < LOOK_EVERY_S:
                return False
            seen = self.window.grab(self._above_status()).toImage()
            is_same, before, looked_at = seen == before, seen, time.monotonic()
            return now - began > REST_AT_MOST_S or (is_same and now - began > REST_AT_LEAST_S)

        return is_at_rest

    def portrait(self, name: str, of: QWidget | None = None) -> Script:
        """A picture of the window, or of a part of it, as it is now, in every theme: `<name>-<theme>.png`."""
        for theme in self.themes:
            self.window.set_theme(theme)
            yield self.rests()
            path = self.folder / f"{name}-{theme}.png"
            save_png((of or self.window).grab().toImage(), path)
            self.pictures.append(path)
        self.window.set_theme(self.themes[0])

    def _above_status(self) -> QRect:
        return self.window.rect().adjusted(0, 0, 0, -self.window.status.height())
