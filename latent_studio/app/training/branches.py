"""A new run that goes on where the shown one stands, with something of its recipe changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.core.events import Done, Failed, Saved
from latent_studio.core.request import Answer
from latent_studio.core.runs import RECIPE
from latent_studio.engine.branching import BranchJob
from latent_studio.studio.library import free_name
from latent_studio.studio.naming import folder_name
from latent_studio.training.recipe import read_recipe


@dataclass(frozen=True)
class _Wanted:
    key: str
    name: str
    changes: Mapping[str, Any]


class Branches(QObject):
    """One at a time. A run in training is saved first, so that the branch begins where it stands, and trains on."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session, self._runs = session, LiveRuns.of(session)
        self._disk = DiskWork(session, "branches", self)
        self._wanted: _Wanted | None = None
        self._job: BranchJob | None = None
        session.answered.connect(self._on_answered)

    def begin(self, key: str, name: str, changes: Mapping[str, Any]) -> None:
        """Branch off the run of that key. name: of the new run, free.  changes: of the recipe, by path."""
        if self._wanted is not None:
            return
        self._wanted = _Wanted(key, name, changes)
        if self._runs.get(key) is None:
            self._branch()
        else:
            self._runs.save_now(key)

    def _branch(self) -> None:
        if self._wanted is not None:
            wanted = self._session.places.runs / folder_name(self._wanted.name)
            self._disk.ask(partial(free_name, wanted), partial(self._branch_into, self._wanted), self._fail)

    def _branch_into(self, wanted: _Wanted, folder: Path) -> None:
        self._job = BranchJob(
            run_folder=Path(wanted.key),
            folder=folder,
            changes=wanted.changes,
            data=self._session.data,
            name=wanted.name,
        )
        self._session.start_job(self._job)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if self._wanted is None:
            return
        if self._job is None:
            if answer.request.slot == self._wanted.key and (isinstance(value, Saved) or answer.is_last):
                self._branch()
        elif answer.request is self._job and isinstance(value, Failed):
            self._fail(value)
        elif answer.request is self._job and isinstance(value, Done):
            self._go_on(value)

    def _go_on(self, done: Done) -> None:
        folder, anew = Path(done.result["folder"]), done.result["anew"]
        self._wanted = self._job = None
        self._disk.ask(partial(read_recipe, folder / RECIPE), lambda recipe: self._runs.start(recipe, folder))
        if anew:
            self._session.tell("info", f"{done.text}; begun anew: {', '.join(anew)}.")

    def _fail(self, failed: Failed) -> None:
        self._wanted = self._job = None
        self._session.tell("bad", failed.text, failed.details)
