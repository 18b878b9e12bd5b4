"""What the window knows of runs: those it trains itself, as their events tell, and how every run is put into words."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

from latent_studio.core.events import Done, Failed, Held, Metrics, Pictures, Progress, Saved, Warned
from latent_studio.core.runs import RunStatus
from latent_studio.studio.histories import History, Log

Tone = Literal["accent", "muted", "warn", "bad"]
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
    """What a run's recipe says that the window shows of it."""

    name: str
    n_epochs: int
    batch_size: int
    learning_rate: float
    final_learning_rate: float = 1.0


class LiveRun:
    """A run that this window trains, from the moment it is asked for until it ends.

    history: grows with the events; what the log held before is put under it by `take_log`.
    ended: what became of it, once `stage` is "ended".
    """

    def __init__(self, key: str, plan: Plan) -> None:
        self.key, self.plan = key, plan
        self.stage: Stage = "waiting"
        self.text = ""
        self.step, self.n_steps = 0, 0
        self.speed = Speed()
        self.learning_rate = plan.learning_rate
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
            case Pictures():
                self.pictures = event
            case Saved():
                self.saved_step = event.step
            case Warned():
                self.n_warnings, self.warning = self.n_warnings + 1, event.text
            case Held():
                self._hold(event.is_held)
            case Failed():
                self.failure = event
            case Done():
                self.is_done = True

    def stop(self) -> None:
        """It was asked to save and stop."""
        self.stage = "stopping"

    def end(self) -> None:
        """Nothing more will come."""
        self.stage = "ended"

    def take_log(self, log: Log) -> None:
        """What the run had measured before this sitting."""
        self._log = log

    def history(self) -> History:
        """All curves so far."""
        if self._log is None:
            return History().extended(self._rows)
        if self._rows:
            self._log = Log(self._log.history.extended(self._rows), self._log.offset)
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

    @property
    def learning_rate_now(self) -> float:
        """As it is at this step: it falls along a cosine to its final share."""
        final = self.plan.final_learning_rate
        return self.learning_rate * (final + (1 - final) * 0.5 * (1 + math.cos(math.pi * (self.share or 0.0))))

    @property
    def pictures_per_s(self) -> float | None:
        speed = self.speed.steps_per_s
        return None if speed is None or self.stage != "training" else speed * self.plan.batch_size

    def _hold(self, is_held: bool) -> None:
        if self.stage in ("stopping", "ended"):
            return
        self.stage = "paused" if is_held else "training" if self.n_steps else "waiting"
        self.speed.pause()


@dataclass(frozen=True)
class Standing:
    """How a run stands, in words and as a share.

    brief: the same where there is little room.  tone: what colour says it.
    share: of a run under way, 0 to 1, else None.
    remedy: what a link beside the words offers: "Continue", "Continue with a smaller learning rate" or nothing.
    """

    text: str
    tone: Tone = "muted"
    share: float | None = None
    remedy: str = ""
    brief: str = ""


def standing_of(live: LiveRun) -> Standing:
    """Of a run that this window trains."""
    share = live.share
    match live.stage:
        case "waiting":
            return _said(live.text or "waiting for its turn", "accent", share)
        case "paused":
            return _said(f"paused at {_where(live.epoch, live.plan.n_epochs, live.step)}", "warn", share)
        case "stopping":
            return _said("saving and stopping", "accent", share)
        case _:
            left = live.seconds_left
            return Standing(training_text(share, left), "accent", share, brief=training_text(None, left))


def standing(status: RunStatus | None, here: str = "") -> Standing:
    """Of a run as its folder tells. here: this machine's name; a run elsewhere is said to be there."""
    if status is None:
        return _said("nothing saved yet", "muted")
    share = status.step / status.n_steps if status.n_steps else None
    place = _where(status.epoch, status.n_epochs, status.step)
    is_elsewhere = bool(here and status.host and status.host != here)
    there = f"on {status.host} · " if is_elsewhere else ""
    match status.state:
        case "running":
            text = there + training_text(share, status.seconds_left)
            near = training_text(None, status.seconds_left)
            return Standing(text, "accent", share, brief=f"{there}{_percent(share)}" if is_elsewhere else near)
        case "paused":
            brief = f"{there}paused" if is_elsewhere else f"paused at {place}"
            return Standing(f"{there}paused at {place}", "warn", share, brief=brief)
        case "finished":
            return _said(f"finished · {epochs_text(status.n_epochs)}", "muted")
        case "stopped":
            return _said(f"stopped at {place}", "warn", remedy=CONTINUE)
        case "failed":
            brief = "stopped: loss not finite" if "not finite" in status.message else "failed"
            return Standing(status.message or "failed", "bad", remedy=remedy_for(status.message), brief=brief)
        case "interrupted":
            return _said(f"interrupted at step {status.step:,}", "warn", remedy=CONTINUE)


def _said(text: str, tone: Tone, share: float | None = None, remedy: str = "") -> Standing:
    """What is short enough everywhere."""
    return Standing(text, tone, share, remedy, brief=text)


CONTINUE, SMALLER_STEPS = "Continue", "Continue with a smaller learning rate"


def remedy_for(message: str) -> str:
    """What to offer beside the sentence of a run that failed."""
    return SMALLER_STEPS if "smaller learning rate" in message else CONTINUE


def training_text(share: float | None, seconds_left: float | None) -> str:
    """`training · 61 % · 2 min left`, as far as it is known."""
    parts = ["training"]
    if share is not None:
        parts.append(_percent(share))
    if seconds_left is not None:
        parts.append(f"{duration_text(seconds_left)} left")
    return " · ".join(parts)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{int(100 * share)} %"


def epochs_text(n: int) -> str:
    return f"{n:,} epoch{'s' if n != 1 else ''}"


def duration_text(seconds: float) -> str:
    """A time to wait, coarsely: `24 s`, `2 min`, `1 h 5 min`."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def estimate_text(seconds: float) -> str:
    """How long a recipe will take: `about 1 min 10 s`, to two figures, for that is how well it is known."""
    if seconds < 60:
        return f"about {max(1, round(seconds))} s"
    if seconds < 600:
        tens = round(seconds / 10) * 10
        return f"about {tens // 60} min" + (f" {tens % 60} s" if tens % 60 else "")
    return f"about {duration_text(seconds)}"


def _where(epoch: float, n_epochs: int, step: int) -> str:
    return f"epoch {min(int(epoch) + 1, n_epochs)}" if n_epochs else f"step {step:,}"


def head_parts(live: LiveRun | None, status: RunStatus | None) -> tuple[str, ...]:
    """What is told beside a run's name, the most telling first: `epoch 8 of 12`, `10,400 pictures/s`, `step 3,752`."""
    if live is not None:
        if not live.n_steps:
            return (standing_of(live).text,)
        speed = live.pictures_per_s
        parts = [_epoch_of(live.epoch, live.plan.n_epochs), f"{_rounded(speed)} pictures/s" if speed else ""]
        return tuple(part for part in (*parts, f"step {live.step:,}") if part)
    if status is None:
        return ()
    return (_epoch_of(status.epoch, status.n_epochs), f"step {status.step:,}") if status.n_epochs else ()


def _epoch_of(epoch: float, n_epochs: int) -> str:
    return f"epoch {min(int(epoch) + 1, n_epochs):,} of {n_epochs:,}"


def _rounded(speed: float) -> str:
    """To three figures, for the last ones dance."""
    return f"{float(f'{speed:.3g}'):,.0f}" if speed >= 10 else f"{speed:.1f}"
