"""What there is on the disk, looked at again while somebody shows it, and what is done to it there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.events import Done, Held, Saved
from latent_studio.core.request import Answer
from latent_studio.engine.jobs import TrainJob
from latent_studio.studio import shelving
from latent_studio.studio.library import Entry, SeenBefore, scan
from latent_studio.studio.naming import free_among

LOOK_EVERY_MS = 2000


class Shelf(QObject):
    """The library's entries. They are read on the disk lane, every two seconds while `watch`ed.

    Signals:
        changed(): `entries` are others now.
        thrown(object, object): that Entry lies in the trash now, at that Path; `put_back` undoes it.
    """

    changed = Signal()
    thrown = Signal(object, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.entries: tuple[Entry, ...] = ()
        self.has_looked = False
        self._session = session
        self._disk = DiskWork(session, "shelf", self)
        self._see = SeenBefore()
        self._watchers: set[object] = set()
        self._looking = QTimer(self, interval=LOOK_EVERY_MS)
        self._looking.timeout.connect(self.look)
        session.answered.connect(self._on_answered)

    @staticmethod
    def of(session: Session) -> Shelf:
        """The one of this session, made when it is first asked for."""
        return session.findChild(Shelf) or Shelf(session)

    @property
    def models(self) -> Path:
        """Where copies of models lie."""
        return self._session.places.home / "models"

    def watch(self, watcher: object, is_watching: bool) -> None:
        """Somebody shows the entries, or no longer does."""
        (self._watchers.add if is_watching else self._watchers.discard)(watcher)
        if not self._watchers:
            self._looking.stop()
        elif not self._looking.isActive():
            self._looking.start()
            self.look()

    @Slot()
    def look(self) -> None:
        """Read the folders; nothing where that is to be done already."""
        if not self._disk.is_asked("look"):
            self._look()

    def _look(self) -> None:
        places, models, opened = self._session.places, self.models, self._session.opened_files

        def entries() -> tuple[Entry, ...]:
            own = dict.fromkeys([*map(str, sorted(models.glob("*.safetensors"))), *opened])
            there = [file for file in own if Path(file).is_file() and places.runs not in Path(file).parents]
            return scan(places.ready_made, places.runs, places.trash, there, self._see)

        self._disk.ask(entries, self._on_seen, slot="look")

    def entry(self, key: str) -> Entry | None:
        """The entry of that key."""
        return next((entry for entry in self.entries if entry.key == key), None)

    def runs(self) -> tuple[Entry, ...]:
        """The runs, those under way first, then the newest first."""
        return tuple(entry for entry in self.entries if entry.kind == "run")

    def names(self) -> set[str]:
        """The names that are taken."""
        return {entry.name for entry in self.entries if entry.kind != "trash"}

    # --- what a person does

    def rename(self, entry: Entry, name: str) -> None:
        """Give it another name."""
        self._do(partial(shelving.rename, entry, name), self._on_renamed if entry.key == self._open_key() else None)

    def duplicate(self, entry: Entry) -> None:
        """Copy its model into this person's own models."""
        name = free_among(f"{entry.name}-copy", self.names())
        self._do(partial(shelving.duplicate, entry, self.models, name))

    def throw_away(self, entry: Entry) -> None:
        """Move it to the trash, at once."""
        self._do(partial(shelving.move_to_trash, entry, self._session.places.trash), partial(self._on_thrown, entry))

    def put_back(self, entry: Entry, place: Path) -> None:
        """Undo `throw_away`."""
        self._do(partial(shelving.put_back, place, Path(entry.key)))

    def restore(self, entry: Entry) -> None:
        """Bring something back from the trash."""
        folder = self._session.places.runs if entry.is_run else self.models
        self._do(partial(shelving.restore_from_trash, entry, folder))

    def empty_trash(self) -> None:
        """Delete for good what lies there."""
        self._do(partial(shelving.empty_trash, self._session.places.trash))

    def _do(self, work: Callable[[], Any], then: Callable[[Any], None] | None = None) -> None:
        self._disk.ask(work, then)
        self._look()  # after it, on the same lane

    # --- answers

    def _on_seen(self, entries: tuple[Entry, ...]) -> None:
        is_first, self.has_looked = not self.has_looked, True
        if entries != self.entries or is_first:
            self.entries = entries
            self.changed.emit()

    def _on_renamed(self, _: object) -> None:
        self._session.open_model(self._open_key())

    def _on_thrown(self, entry: Entry, place: Path) -> None:
        if entry.key == self._open_key():
            self._session.open_first("")
        self.thrown.emit(entry, place)

    def _open_key(self) -> str:
        model = self._session.document.model
        return "" if model is None else model.key

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        """What a run of this window does to its folder shows at once."""
        is_news = answer.is_last or isinstance(answer.value, Saved | Held | Done)
        if self._watchers and is_news and isinstance(answer.request, TrainJob):
            self.look()
