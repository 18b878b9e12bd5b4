"""The runs that this window trains: started, paused, stopped here, and what their events tell."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.controls import Controls
from latent_studio.core.events import Progress, Saved
from latent_studio.core.request import Answer
from latent_studio.core.runs import RECIPE
from latent_studio.engine.jobs import TrainJob
from latent_studio.studio.histories import Log
from latent_studio.studio.live_run import LiveRun, Plan
from latent_studio.training.recipe import Recipe, read_recipe

TOLD_EVERY_MS = 66
"""However fast a run steps, who shows it hears of it some fifteen times a second."""


class LiveRuns(QObject):
    """All runs in training here, by key (the run's folder); several take turns on the job lane.

    Signals:
        began(str), ended(object): a run was asked for; a LiveRun ended as its fields say.
        changed(str): something about that run is new.
    """

    began = Signal(str)
    changed = Signal(str)
    ended = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._runs: dict[str, LiveRun] = {}
        self._changed: set[str] = set()
        self._disk = DiskWork(session, "live runs", self)
        self._telling = QTimer(self, singleShot=True, interval=TOLD_EVERY_MS)
        self._telling.timeout.connect(self._tell)
        session.answered.connect(self._on_answered)

    @staticmethod
    def of(session: Session) -> LiveRuns:
        """The one of this session, made when it is first asked for."""
        return session.findChild(LiveRuns) or LiveRuns(session)

    def all(self) -> tuple[LiveRun, ...]:
        """The runs in training here, oldest first."""
        return tuple(self._runs.values())

    def get(self, key: str) -> LiveRun | None:
        """The run of that key, None where this window does not train it."""
        return self._runs.get(key)

    def start(self, recipe: Recipe, folder: Path) -> str:
        """Train a recipe in a folder, which goes on where it stopped if it is a run; returns the run's key."""
        key = str(folder)
        if key in self._runs:
            return key
        self._runs[key] = LiveRun(key, Plan(recipe.name, recipe.training.n_epochs, recipe.training.batch_size))
        # a log that cannot be read keeps the run from starting, and the run says so itself
        self._disk.ask(partial(Log().read_on, folder), partial(self._on_log, key), partial(self._on_log, key, Log()))
        self._session.start_job(
            TrainJob(slot=key, recipe=recipe, folder=folder, data=self._session.data, snapshots=self._session.snapshots)
        )
        self.began.emit(key)
        return key

    def go_on(self, key: str, *, n_more_epochs: int = 0, rate_factor: float = 1.0) -> None:
        """Continue a run by its own recipe, for more epochs or with another learning rate where that is asked for."""

        folder = Path(key)

        def plan() -> Recipe:
            recipe = read_recipe(folder / RECIPE)
            return recipe.with_values(
                training={"n_epochs": recipe.training.n_epochs + n_more_epochs},
                optimizer=recipe.optimizer.slower(rate_factor),
            )

        self._disk.ask(plan, lambda planned: self.start(planned, folder))

    def pause(self, key: str, is_held: bool = True) -> None:
        """Pause a run, or let it go on."""
        engine = self._session.jobs.engine
        if is_held:  # where it tells how far it is, or the window would show an earlier step than that where it stands
            engine.send(key, Controls())
            engine.hold(key, until=lambda told: isinstance(told, Progress))
        else:
            engine.hold(key, is_held=False)

    def stop(self, key: str) -> None:
        """Have a run saved and ended; it can be continued later."""
        run = self._runs.get(key)
        if run is not None:
            run.stop()
            self._session.stop_job(key)
            self._note(key)

    def save_now(self, key: str) -> None:
        """Have a run written at its next step; one that is paused, now."""
        engine = self._session.jobs.engine
        engine.send(key, Controls(save_now=True))
        engine.step(key, lambda told: isinstance(told, Saved))

    def change(self, key: str, controls: Controls) -> None:
        """Change rates or updates of a run in training, from its next step on."""
        run = self._runs.get(key)
        if run is not None:
            run.ask(controls)
            self._session.jobs.engine.send(key, controls)
            self._note(key)

    def step(self, key: str, player: str = "") -> None:
        """Have a paused run make one step, or only one player of it."""
        run = self._runs.get(key)
        if run is not None and run.stage == "paused" and not run.steps_alone:
            run.steps_alone = True
            self.change(key, Controls(only=player))  # whoever sends something is told the next step's numbers
            self._session.jobs.engine.step(key)

    def _on_log(self, key: str, log: Log, *_: object) -> None:
        run = self._runs.get(key)
        if run is not None:
            run.take_log(log)
            self._note(key)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        run = self._runs.get(answer.request.slot)
        if run is None or not isinstance(answer.request, TrainJob):
            return
        run.take(answer.value, time.monotonic())
        if answer.is_last:
            run.end()
            del self._runs[run.key]
            self._changed.discard(run.key)
            self.ended.emit(run)
        else:
            self._note(run.key)

    def _note(self, key: str) -> None:
        self._changed.add(key)
        if not self._telling.isActive():
            self._telling.start()

    @Slot()
    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for key in changed:
            self.changed.emit(key)
