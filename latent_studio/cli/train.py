"""`latent-studio train`: plays a recipe and shows how it goes; stopping saves, and the same run can go on."""

from __future__ import annotations

import re
import shlex
import signal
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Self

import typer

from latent_studio.cli.opening import read_pictures
from latent_studio.cli.output import note
from latent_studio.cli.recipes import RecipePath, Settings, recipe_from
from latent_studio.cli.reporting import BarReport, JsonReport, Report
from latent_studio.core.events import Done, Progress
from latent_studio.core.files import home
from latent_studio.core.runs import RECIPE, read_status
from latent_studio.studio.library import free_name
from latent_studio.training.recipe import Recipe, read_recipe


def train(
    recipe: RecipePath,
    run: Annotated[
        Path | None,
        typer.Option("--run", help="The run's folder; one that exists goes on. Without it a new one is made."),
    ] = None,
    settings: Settings = None,
    n_epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, help="Train this many epochs; where the run exists, this many more."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every event as a line of JSON.")] = False,
) -> None:
    """Train a recipe, or go on with a run that was stopped or interrupted.

    Ctrl-C stops and saves; `latent-studio train RUN` goes on from there.
    """
    plan, folder = planned(recipe, run, settings or [], n_epochs)
    report = JsonReport(plan, folder) if as_json else BarReport(plan, folder)
    with StopSignals() as signals:
        followed(plan, folder, report, signals)
    if signals.received:
        raise typer.Exit(128 + signals.received)


def planned(recipe: Path, run: Path | None, settings: list[str], n_epochs: int | None) -> tuple[Recipe, Path]:
    """What is trained, and in which folder."""
    plan = recipe_from(recipe, settings)
    folder = run or (recipe if recipe.is_dir() else new_folder_for(plan))
    if (folder / RECIPE).is_file():
        # a run is never shortened: one that was told to go on for longer does so when it is called as at first
        total = max(plan.training.n_epochs, read_recipe(folder / RECIPE).training.n_epochs) + (n_epochs or 0)
    elif n_epochs is None:
        return plan, folder  # a length that nobody says is the family's own
    else:
        total = n_epochs
    return plan.with_values(training={"n_epochs": total}), folder


def new_folder_for(recipe: Recipe) -> Path:
    """A free folder among this user's runs, named after the recipe."""
    name = re.sub(r"[^\w.-]+", "-", recipe.name).strip("-.") or "run"
    folder = home() / "runs" / name
    status = read_status(folder)
    if status is not None and status.state in ("interrupted", "stopped"):
        note(f"To go on with the run that was {status.state} before: latent-studio train {shlex.quote(str(folder))}")
    return free_name(folder)


def followed(plan: Recipe, folder: Path, report: Report, signals: StopSignals) -> None:
    """Train to the end, or to the first signal."""
    with report:
        report.started()
        from latent_studio.training.trainer import train as training

        with closing(training(plan, folder, read_pictures)) as events:  # closing saves
            for event in events:
                is_reading = isinstance(event, Progress) and event.total == 0
                signals.can_wait = not (is_reading or isinstance(event, Done))
                if event is not None:
                    report.told(event)
                if signals.received:
                    break
        if signals.received:
            report.stopped()


class StopSignals:
    """Ctrl-C and SIGTERM. While there is something to save the first of them only notes its number in `received`, and
    whoever advances the run stops at the next step; otherwise, and the second time, the program ends at once."""

    def __init__(self) -> None:
        self.received = 0
        self.can_wait = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *raised: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.received or not self.can_wait:
            raise SystemExit(128 + number)
        self.received = number
