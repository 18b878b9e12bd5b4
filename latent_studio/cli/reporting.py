"""How a run in training is shown: a progress bar for people, a line of JSON per event for programs."""

from __future__ import annotations

import dataclasses
import shlex
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from latent_studio.cli.output import console, duration_text, print_json
from latent_studio.core.events import Changed, Done, Event, Metrics, Pictures, Progress, Warned
from latent_studio.core.runs import read_status
from latent_studio.training.recipe import Recipe


class Report(ABC):
    """Follows one run. Used as a context: what it draws ends with the block."""

    def __init__(self, plan: Recipe, folder: Path) -> None:
        self.plan, self.folder = plan, folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        return None

    @abstractmethod
    def started(self) -> None:
        """The run begins, or goes on."""

    @abstractmethod
    def told(self, event: Event) -> None:
        """What the run yields, event by event."""

    @abstractmethod
    def stopped(self) -> None:
        """A signal ended the run, and all of it is saved."""

    def saved_step(self) -> int:
        status = read_status(self.folder)
        return status.step if status else 0


class JsonReport(Report):
    """Every event as one line of JSON on stdout. Pictures lie in the run's folder and are told by their number."""

    def started(self) -> None:
        self._line("started", run=str(self.folder), name=self.plan.name, n_epochs=self.plan.training.n_epochs)

    def told(self, event: Event) -> None:
        values = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        if isinstance(event, Pictures):
            values["pictures"] = {title: len(pictures) for title, pictures in event.pictures.items()}
        if isinstance(event, Changed):
            values["controls"] = dataclasses.asdict(event.controls)
        self._line(type(event).__name__.lower(), **values)

    def stopped(self) -> None:
        self._line("stopped", run=str(self.folder), step=self.saved_step())

    def _line(self, event: str, **values: object) -> None:
        print_json({"event": event, **values}, indent=None)


class BarReport(Report):
    """A bar with epoch, loss and time left; above it a line per measurement. On stderr, but for the last line."""

    def __init__(self, plan: Recipe, folder: Path) -> None:
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        super().__init__(plan, folder)
        self.began = time.monotonic()
        self.screen = console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[right]}"))
        # four a second: the bar is drawn by a thread that the training would otherwise feel
        self.bar = Bar(*columns, console=self.screen, refresh_per_second=4, disable=not self.screen.is_terminal)
        self.task = self.bar.add_task("starting", total=None, right="")
        self.losses = ""
        self.has_trained = False

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.bar.stop()

    def started(self) -> None:
        self._say(f"{self.plan.name} → {self.folder}")

    def told(self, event: Event) -> None:
        match event:
            case Progress(total=0):
                self.bar.update(self.task, description=event.text)
            case Progress():
                self._progress(event)
            case Metrics(split="steps"):
                players = {name: value for name, value in event.values.items() if name.split(".")[-1] == "loss"}
                self.losses = _numbers(players)
            case Metrics():
                self._say(f"epoch {event.epoch:.4g}   {event.split}: {_numbers(event.values)}")
            case Warned():
                self._say(event.text)
            case Done():
                self._done(event)

    def stopped(self) -> None:
        self._say(
            f"Stopped at step {self.saved_step():,}, and all of it is saved. "
            f"Go on with: latent-studio train {shlex.quote(str(self.folder))}"
        )

    def _progress(self, event: Progress) -> None:
        self.has_trained = True
        n_epochs = self.plan.training.n_epochs
        epoch = min(n_epochs, 1 + event.done * n_epochs // max(event.total, 1))
        left = "" if event.seconds_left is None else f"{duration_text(event.seconds_left)} left"
        right = "   ".join(part for part in (self.losses, left) if part)
        description = f"epoch {epoch}/{n_epochs}"
        self.bar.update(self.task, description=description, completed=event.done, total=event.total, right=right)

    def _done(self, event: Done) -> None:
        self.bar.stop()
        if not self.has_trained:
            print(f"{self.plan.name} was trained to its end already: --epochs 10 trains ten more. {self.folder}")
            return
        measures = _numbers({name: value for name, value in event.result.items() if name != "step"})
        ending = f"; test: {measures}" if measures else ""
        took = duration_text(time.monotonic() - self.began)
        print(f"{self.folder} is trained to step {event.result['step']:,} in {took}{ending}")

    def _say(self, text: str) -> None:
        self.screen.print(text, soft_wrap=True)


def _numbers(values: Mapping[str, object]) -> str:
    """`loss 105.2, kl 25.13`: the scalars among them, of hundreds and of thousandths alike in a few characters."""
    return ", ".join(
        f"{name} {value:.2f}" if abs(value) >= 100 else f"{name} {value:.4g}"
        for name, value in values.items()
        if isinstance(value, float)
    )
