"""Has the run that is shown looked at, on the disk lane: what its numbers say is no work for the window's thread."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.runs import RECIPE
from latent_studio.studio.health import Finding, diagnose
from latent_studio.studio.histories import History
from latent_studio.training.recipe import read_recipe

EVERY_MS = 2000


class HealthWatch(QObject):
    """Signals:
    found(str, object): of that run, all findings, the gravest first.
    """

    found = Signal(str, object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._disk = DiskWork(session, "health", self)
        self._key, self._seen = "", History()
        self._later: tuple[str, History, Mapping[str, Any]] | None = None
        self._waiting = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._waiting.timeout.connect(self._on_waited)

    def look(self, key: str, history: History, recipe: Mapping[str, Any]) -> None:
        """Look again where there is something new, at most every two seconds.

        recipe: its sections as plain values; empty where they are to be read from the run's folder.
        """
        if key == self._key and (history is self._seen or self._waiting.isActive()):
            self._later = key, history, recipe
            return
        self._key, self._seen, self._later = key, history, None
        self._waiting.start()
        self._disk.ask(partial(_examined, Path(key), history, recipe), partial(self._on_found, key), slot="look")

    @Slot()
    def _on_waited(self) -> None:
        if self._later is not None:
            self.look(*self._later)

    def _on_found(self, key: str, findings: tuple[Finding, ...]) -> None:
        if key == self._key:
            self.found.emit(key, findings)


def _examined(run: Path, history: History, recipe: Mapping[str, Any]) -> tuple[Finding, ...]:
    if not recipe:
        try:
            recipe = read_recipe(run / RECIPE).model_dump(mode="json")
        except StudioError:  # it has none yet, or one that another version wrote: remedies start from the usual
            recipe = {}
    return diagnose(history, recipe or None)
