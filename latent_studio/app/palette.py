"""The palette (Ctrl+K): any panel, model, favourite, file and action, found by typing some of its letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from latent_studio.app.actions import Action, do
from latent_studio.app.keeping.restoring import Restoring
from latent_studio.app.shelf import Shelf
from latent_studio.app.widgets.palette_view import PaletteView, Row
from latent_studio.studio.captions import family_line
from latent_studio.studio.document import Favourite
from latent_studio.studio.documents import ENDING
from latent_studio.studio.finding import ranked
from latent_studio.studio.provenance import provenance_of

if TYPE_CHECKING:
    from latent_studio.app.window import Window

N_SHOWN = 60
HINT = "Find a panel, model, favourite, file or action"
NOTHING = "Nothing of that name"


@dataclass(frozen=True)
class Thing:
    """Something that can be found, and what choosing it does."""

    title: str
    note: str
    icon: str
    choose: Callable[[], object]
    key: str = ""


class Palette(QObject):
    """Lists what there is each time that it is opened."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._shelf = Shelf.of(window.session)
        self._restoring = Restoring(window.session, self)
        self._earlier: tuple[Path, ...] = ()
        self._things: list[Thing] = []
        self._found: list[Thing] = []
        self.view = PaletteView(window, HINT, NOTHING)
        self.view.typed.connect(self._find)
        self.view.chosen.connect(self._on_chosen)
        self._shelf.changed.connect(self._refresh)

    @Slot()
    def open(self) -> None:
        """Show everything, and find what is typed from now on."""
        self._shelf.look()
        self._window.documents.list_earlier(self._on_earlier)
        self._list()
        self.view.open_over()
        self._find(self.view.field.text())

    def _list(self) -> None:
        self._things = [*self._panels(), *self._actions(), *self._models(), *self._favourites(), *self._files()]

    def _refresh(self) -> None:
        """More is known now than when it was opened; what a person has chosen meanwhile stays the current row."""
        if self.view.isVisible():
            at = self.view.current()
            self._list()
            self._find(self.view.field.text(), at)

    def _on_earlier(self, paths: tuple[Path, ...]) -> None:
        if paths != self._earlier:
            self._earlier = paths
            self._refresh()

    @Slot(str)
    def _find(self, query: str, current: int = 0) -> None:
        things = self._things
        found = ranked(query, [thing.title for thing in things], [thing.note for thing in things])[:N_SHOWN]
        self._found = [things[index] for index, _ in found]
        self.view.set_rows(
            [Row(things[k].title, positions, things[k].note, things[k].icon, things[k].key) for k, positions in found]
        )
        if current:
            self.view.set_current(current)

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self._found[index].choose()

    # --- what there is

    def _panels(self) -> Iterator[Thing]:
        window = self._window
        for number, kind in enumerate(window.panels.kinds.values(), 1):
            key = f"Ctrl {number}" if number < 10 else ""
            yield Thing(kind.title, "Panel", kind.icon, partial(window.go_to, kind.key), key)

    def _actions(self) -> Iterator[Thing]:
        window = self._window
        listed: Iterable[Action] = [*window.actions_here(), *window.deeds]
        for action in listed:
            if action.is_enabled() and action.name not in ("find", *window.panels.kinds):
                note = action.group if action.group != "General" else "Action"
                yield Thing(action.title, note, action.icon or "caret-right", partial(do, action), action.hint())

    def _models(self) -> Iterator[Thing]:
        recent = {key: place for place, key in enumerate(self._window.memory.settings.recent)}
        entries = [entry for entry in self._shelf.entries if entry.kind != "trash" and entry.can_open]
        for entry in sorted(entries, key=lambda entry: recent.get(entry.key, len(recent))):
            note = f"{'Run' if entry.is_run else 'Model'} · {family_line(entry)}"
            yield Thing(entry.name, note, "stack", partial(self._session.open_model, entry.key))

    def _favourites(self) -> Iterator[Thing]:
        for favourite in self._session.document.favourites:
            note = f"Favourite · {favourite.model.name}"
            yield Thing(favourite.name or "Untitled", note, "heart", partial(self._adopt, favourite))

    def _files(self) -> Iterator[Thing]:
        window = self._window
        known = {entry.key for entry in self._shelf.entries}
        for file in window.memory.settings.recent:
            path = Path(file)
            if path.suffix == ENDING:
                yield Thing(path.stem, f"Document · {path.parent}", "file-text", partial(window.documents.open, path))
            elif path.suffix and file not in known:
                note = f"Model · {path.parent}"
                yield Thing(path.stem, note, "stack", partial(self._session.open_model, file))
        for path in self._earlier:
            when = datetime.fromtimestamp(int(path.stem) / 1e9).strftime("%d %b, %H:%M")
            note = "Workspace that another took the place of"
            open_it = partial(window.documents.open_earlier, path)
            yield Thing(f"Workspace of {when}", note, "clock-counter-clockwise", open_it)

    def _adopt(self, favourite: Favourite) -> None:
        self._restoring.restore(provenance_of(favourite.model, favourite.code))
