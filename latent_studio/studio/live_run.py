"""A run that this window trains, as its events tell it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from latent_studio.core.controls import Controls
from latent_studio.core.events import Began, Changed, Done, Failed, Held, Metrics, Pictures, Progress, Saved, Warned
from latent_studio.core.schedule import share_left
from latent_studio.studio.histories import STEPS, History, Log

Stage = Literal["waiting", "training", "paused", "stopping", "ended"]


_SPEED_OVER_S = 5.0


class Speed:
    """Steps per second: lately, and over all the time that was spent on training (pauses are no time)."""

    def __init__(self) -> None:
        self._lately: deque[tuple[float, int]] = deque()
        self._active_s, self._n_steps = 0.0, 0

    def note(self, step: int, now_s: float) -> None:
        """That step was reached now."""
        if self._lately and step >= self._lately[-1][1]:
            self._active_s += now_s - self._lately[-1][0]
            self._n_steps += step - self._lately[-1][1]
        self._lately.append((now_s, step))
        while now_s - self._lately[0][0] > _SPEED_OVER_S and len(self._lately) > 2:
            self._lately.popleft()

    def pause(self) -> None:
        """What comes next does not follow on what was."""
        self._lately.clear()

    @property
    def steps_per_s(self) -> float | None:
        """Over the last five seconds; None until there is something to measure."""
        if len(self._lately) < 2 or self._lately[-1][0] <= self._lately[0][0]:
            return None
        (start_s, first), (end_s, last) = self._lately[0], self._lately[-1]
        return (last - first) / (end_s - start_s)

    def seconds_for(self, n_steps: int) -> float | None:
        """How long so many steps will take, at the speed of this sitting."""
        return None if self._n_steps == 0 else n_steps * self._active_s / self._n_steps


@dataclass(frozen=True)
class Plan:
    """What a run's recipe says that the window shows of it; what a recipe leaves open is known once the run began."""

    name: str
    n_epochs: int
    batch_size: int


class LiveRun:
    """A run that this window trains, from the moment it is asked for until it ends.

    history: grows with the events; what the log held before is put under it by `take_log`.
    recipe: its sections with every field said.  learning_rates, n_updates: by player, as they are now; a person's
    change counts from when it was asked for.  All three are empty until it began.
    changes: what a person changed, with the step it is in force after.  asked: what is to be in force from the next
    step on.  steps_alone: one step was asked for while it is paused, and is not done yet.
    """

    def __init__(self, key: str, plan: Plan) -> None:
        self.key, self.plan = key, plan
        self.stage: Stage = "waiting"
        self.text = ""
        self.step, self.n_steps = 0, 0
        self.speed = Speed()
        self.recipe: Mapping[str, Any] = {}
        self.learning_rates: dict[str, float] = {}
        self.n_updates: dict[str, int] = {}
        self.changes: list[tuple[int, Controls]] = []
        self.asked: list[Controls] = []
        self.steps_alone = False
        self.pictures: Pictures | None = None
        self.saved_step = -1
        self.n_warnings, self.warning = 0, ""
        self.failure: Failed | None = None
        self.is_done = False
        self._log: Log | None = None
        self._rows: list[Metrics] = []

    def take(self, event: object, now_s: float) -> None:
        """Note an event of its job."""
        match event:
            case Progress(total=0):
                self.text = event.text
            case Progress():
                self.step, self.n_steps, self.text = event.done, event.total, ""
                self.speed.note(event.done, now_s)
                self.stage = "training" if self.stage == "waiting" else self.stage
            case Metrics():
                self._rows.append(event)
                if event.split == STEPS:
                    self.step = max(self.step, event.step)
            case Pictures():
                self.pictures = event
            case Saved():
                self.saved_step = event.step
            case Warned():
                self.n_warnings, self.warning = self.n_warnings + 1, event.text
            case Began():
                self._begin(event)
            case Changed():
                self.asked = [controls for controls in self.asked if controls != event.controls]
                if (event.step, event.controls) not in self.changes:  # it may be replayed
                    self.changes.append((event.step, event.controls))
                self._take_over(event.controls)
            case Held():
                self._hold(event.is_held)
            case Failed():
                self.failure = event
            case Done():
                self.is_done = True

    def ask(self, controls: Controls) -> None:
        """A person changes something, from the next step on."""
        self._take_over(controls)
        if controls.changes_the_game:
            self.asked.append(controls)

    def stop(self) -> None:
        """It was asked to save and stop."""
        self.stage = "stopping"

    def end(self) -> None:
        """Nothing more will come."""
        self.stage = "ended"

    def take_log(self, log: Log) -> None:
        """What the run had measured before this sitting."""
        self._log = log
        self.changes = [*log.changes, *(change for change in self.changes if change not in log.changes)]

    def history(self) -> History:
        """All curves so far."""
        if self._log is None:
            return History().extended(self._rows)
        if self._rows:
            self._log = replace(self._log, history=self._log.history.extended(self._rows))
            self._rows = []
        return self._log.history

    @property
    def share(self) -> float | None:
        """How much of it is done, 0 to 1; None before it began."""
        return self.step / self.n_steps if self.n_steps else None

    @property
    def seconds_left(self) -> float | None:
        return self.speed.seconds_for(self.n_steps - self.step)

    @property
    def epoch(self) -> float:
        return self.plan.n_epochs * (self.share or 0.0)

    def rate_now(self, player: str) -> float:
        """A player's learning rate as it is at this step."""
        optimizer = self.recipe["optimizer"]
        left = share_left(self.share or 0.0, optimizer["final_learning_rate"], optimizer["falls_from"])
        return self.learning_rates[player] * left

    @property
    def pictures_per_s(self) -> float | None:
        speed = self.speed.steps_per_s
        return None if speed is None or self.stage != "training" else speed * self.plan.batch_size

    def _begin(self, began: Began) -> None:
        self.recipe, training = began.recipe, began.recipe["training"]
        self.plan = Plan(self.plan.name, training["n_epochs"], training["batch_size"])
        self.learning_rates, self.n_updates = dict(began.learning_rates), dict(began.n_updates)
        for controls in self.asked:
            self._take_over(controls)

    def _take_over(self, controls: Controls) -> None:
        if controls.learning_rate is not None:
            self.learning_rates = dict.fromkeys(self.learning_rates, controls.learning_rate)
        self.learning_rates |= controls.learning_rates
        self.n_updates |= controls.n_updates

    def _hold(self, is_held: bool) -> None:
        self.steps_alone = False
        if self.stage in ("stopping", "ended"):
            return
        self.stage = "paused" if is_held else "training" if self.n_steps else "waiting"
        self.speed.pause()
