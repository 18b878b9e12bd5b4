"""Has the shown run looked at on other threads: what its numbers say and, on demand, what its samples are like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Failed, Progress
from latent_studio.core.request import Answer
from latent_studio.core.runs import RECIPE
from latent_studio.engine.checks import CheckSamples
from latent_studio.studio.health import Finding, SampleChecks, diagnose, read_checks
from latent_studio.studio.histories import LOSS, History
from latent_studio.training.recipe import read_recipe

EVERY_MS = 2000


@dataclass(frozen=True)
class Examined:
    """What is known of a run's health: all findings, the gravest first; its samples, where they were measured; and the
    measure that its best moment goes by."""

    findings: tuple[Finding, ...] = ()
    samples: SampleChecks | None = None
    best_by: str = LOSS


class HealthWatch(QObject):
    """Signals:
    found(str, object): of that run, an Examined.
    checking(str, str): how far the check of that run's samples is, "" once it has ended.
    """

    found = Signal(str, object)
    checking = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._disk = DiskWork(session, "health", self)
        self._key, self._seen = "", History()
        self._later: tuple[str, History, Mapping[str, Any]] | None = None
        self._checking: CheckSamples | None = None
        self._waiting = QTimer(self, singleShot=True, interval=EVERY_MS)
        self._waiting.timeout.connect(self._on_waited)
        session.answered.connect(self._on_answered)

    # --- its numbers

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

    def _on_found(self, key: str, examined: Examined) -> None:
        if key == self._key:
            self.found.emit(key, examined)

    # --- its samples

    def check(self, key: str) -> None:
        """Measure samples of a run's newest weights, on the job lane."""
        self._checking = CheckSamples(key=key, data=self._session.data, snapshots=self._session.snapshots)
        self._session.start_job(self._checking)
        self.checking.emit(key, "drawing samples")

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if self._checking is None or request is not self._checking:
            return
        if isinstance(value, Progress):
            share = f" · {100 * value.done // value.total} %" if value.total else ""
            self.checking.emit(self._checking.key, f"{value.text}{share}")
        elif answer.is_last or isinstance(value, Done | Failed):
            key, self._checking = self._checking.key, None
            self.checking.emit(key, "")
            if isinstance(value, Failed):
                self._session.tell("bad", value.text, value.details)
            if key == self._key:  # what was measured lies in the run's folder now
                self._waiting.stop()
                history, self._seen = self._seen, History()
                self.look(key, history, {})


def _examined(run: Path, history: History, recipe: Mapping[str, Any]) -> Examined:
    if not recipe:
        try:
            recipe = read_recipe(run / RECIPE).model_dump(mode="json")
        except StudioError:  # it has none yet, or one that another version wrote: there is no remedy to start from
            recipe = {}
    samples = read_checks(run)
    best_by = str(recipe.get("training", {}).get("best_by", LOSS))
    return Examined(diagnose(history, recipe or None, samples), samples, best_by)
