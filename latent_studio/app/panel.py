"""What a panel is, and which panels there are: one file in `app/panels` each, found by looking there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app import panels
from latent_studio.app.actions import Action, Gesture
from latent_studio.app.session import Session
from latent_studio.app.widgets.banner import Banner, Level
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.core.events import Pixels
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical

CONTROLS_HEIGHT = 44  # px
NO_MODEL = "There is no model yet. Train one on the handwritten digits that come with the program: it takes a minute."

REASONS = {
    "Decodes": "needs a model that turns codes into pictures; train one from here",
    "Encodes": "needs an encoder; train one from here",
    "Decodes or Samples": "needs a model that makes pictures; train one from here",
    "categories": "needs a model with categories, such as an InfoGAN; train one from here",
}
"""Why a panel is greyed, by what the open model lacks."""


class Panel(QWidget):
    """One view in the middle of the window. It knows the session and no other panel.

    A panel is made when it is first needed, or in idle time after the first picture. It connects the session's signals
    once, and works on them only while `is_shown`; `shown` is the place to catch up with what happened meanwhile.

    key: its name in settings and for `panel_wanted`.  icon: Phosphor's.  order: its place in the activity bar; the
    first nine answer to Ctrl+1 … Ctrl+9.  needs: capabilities of the open model, or "categories" in its code, without
    which it is greyed and says why; a panel that needs none works without any model.  folds_dock: the Code dock serves
    it not, and is a rail.
    gestures: what the mouse does here, for the sheet of keys.

    Signals:
        caption_changed(): the header shall ask for `caption` again.
        panel_wanted(str, str): go to the panel of that key; the second is what about (a model key), or "".
    files_dropped(list): files were dropped that may be for another panel, or a model to open.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    order: ClassVar[int]
    tooltip: ClassVar[str]
    needs: ClassVar[frozenset[str]] = frozenset()
    folds_dock: ClassVar[bool] = False
    shows_model: ClassVar[bool] = True
    gestures: ClassVar[tuple[Gesture, ...]] = ()

    caption_changed = Signal()
    panel_wanted = Signal(str, str)
    files_dropped = Signal(list)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.is_shown = False
        self.banner = Banner()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @classmethod
    def prepare(cls) -> None:
        """What takes long and needs no window (imports, tables): done on a lane before it is made in idle time."""

    def set_content(self, body: QWidget, controls: QWidget | None = None) -> None:
        """Fill the panel, once: `body` below the row of `controls` (see `controls_row`) and the banner."""
        if controls is not None:
            self._column.addWidget(controls)
        self._column.addWidget(self.banner)
        self._column.addWidget(body, 1)

    def without_model(self, icon: str) -> EmptyState:
        """The page to be shown while there is no model: it leads to Train."""
        page = EmptyState(icon, NO_MODEL, "Train a model")
        page.action_requested.connect(lambda: self.panel_wanted.emit("train", ""))
        return page

    def caption(self) -> str:
        """The quiet line beside the title; by default what the open model is."""
        header = self.session.header
        return "" if header is None else model_caption(header)

    def shown(self, about: str = "") -> None:
        """The panel is on the screen now; `about` is the second word of another panel's `panel_wanted`."""

    def hidden(self) -> None:
        """Another panel is on the screen now."""

    def workspace(self) -> dict[str, Any]:
        """Where a person left off here (viewports, selections, scroll positions), as plain JSON data.

        It is saved with the workspace every second and never undone; what undo must bring back is the document's.
        """
        return {}

    def restore(self, values: dict[str, Any]) -> None:
        """Take up where `workspace` said; keys may be missing or of an older version, and then count for nothing."""

    def own_actions(self) -> Sequence[Action]:
        """What can be done here by key or from the palette while the panel is shown; asked once, when it is made.

        The window makes their shortcuts: a panel makes none of its own for them.
        """
        return ()

    def take_files(self, paths: list[Path]) -> bool:
        """Do something with files that a person dropped on the window; False where they are not for this panel."""
        return False

    def take_picture(self, picture: Pixels) -> bool:
        """Do something with a picture that a person pasted; False where it is not for this panel."""
        return False

    def tell(self, level: Level, text: str, details: str = "", action: str = "") -> None:
        """Say something in this panel's banner; `banner.action_requested` tells that the action was clicked."""
        self.banner.show_message(text, level, action=action, details=details)


def controls_row() -> tuple[QWidget, QHBoxLayout]:
    """The row of 44 px above a view, with the line under it, and its layout to be filled from the left."""
    row, line = QWidget(), QHBoxLayout()
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(line)
    column.addWidget(Hairline())
    line.setContentsMargins(24, 0, 24, 0)
    line.setSpacing(8)
    line.addStrut(CONTROLS_HEIGHT)
    row.setFixedHeight(CONTROLS_HEIGHT + 1)
    return row, line


def reason_against(panel: type[Panel], header: Header | None) -> str:
    """Why the open model cannot serve a panel, "" where it can; without a model nothing is greyed."""
    if header is None:
        return ""
    has_categories = any(isinstance(factor, Categorical) for factor in header.space.factors)
    offered = {*header.capabilities, *(["categories"] if has_categories else [])}
    missing = sorted(need for need in panel.needs if not set(need.split(" or ")) & offered)
    return REASONS.get(missing[0], f"the open model lacks {missing[0]}") if missing else ""


def model_caption(header: Header) -> str:
    """A model in one line: `VAE · 28 × 28 · 16 normal · KL 24.1 nats`."""
    factors = " + ".join(
        factor.name if factor.condition or factor.kind == "categorical" else f"{factor.width} {factor.kind}"
        for factor in header.space.factors
    )
    kl = sum(header.statistics.get("kl", ()))
    return " · ".join(
        part
        for part in (header.family_title, header.data.shape_text, factors, f"KL {kl:.1f} nats" if kl else "")
        if part
    )


def find_panels() -> list[type[Panel]]:
    """The panels in the order of the activity bar: every subclass of Panel that a file in `app/panels` defines."""
    found = []
    for module in pkgutil.iter_modules(panels.__path__):
        names = vars(importlib.import_module(f"{panels.__name__}.{module.name}")).values()
        found += [
            thing
            for thing in names
            if isinstance(thing, type)
            and issubclass(thing, Panel)
            and thing.__module__ == f"{panels.__name__}.{module.name}"
        ]
    return sorted(found, key=lambda panel: panel.order)
