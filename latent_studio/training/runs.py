"""The run folder as its writer sees it. The layout, and reading it without torch, are in `core.runs`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Metrics, Pixels
from latent_studio.core.files import TEMPORARY, disk_bytes, new_folder, said_plainly, sync_file, write_file
from latent_studio.core.header import Header
from latent_studio.core.pictures import contact_sheet, png_bytes
from latent_studio.core.runs import (
    BEST,
    CONTROLS,
    EMA,
    LATEST,
    METRICS,
    MODEL,
    RECIPE,
    SAMPLES,
    STATE,
    STATUS,
    STEP,
    RunStatus,
    metrics_from,
    metrics_line,
    read_controls,
    read_status,
)
from latent_studio.training.checkpoint import Weights, load_verified, save_checkpoint
from latent_studio.training.recipe import Recipe, check_continues, read_recipe, recipe_text

N_KEPT = 3
"""Saved steps that stay on the disk; older ones go unless they are marked by a file named `keep`."""

COUNTERS = "counters.json"


@dataclass(frozen=True)
class SavedState:
    """A saved step: the weights, the rest of what the next step depends on, and the plain numbers of it as JSON."""

    raw: Weights
    ema: Weights
    state: Weights
    counters: str


class Run:
    """One run folder, open for writing by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / RECIPE).is_file()

    def recipe(self) -> Recipe:
        return read_recipe(self.path / RECIPE)

    def open(self, recipe: Recipe) -> Recipe | None:
        """Become the writer; returns the recipe that the run had before, None for a new run.

        StudioError where another process is at it, the folder is not a run's, or its saved steps were made by a recipe
        that this one cannot continue.
        """
        self.check_ours()
        if not self.exists and self.path.is_dir() and any(self.path.iterdir()):
            raise StudioError(f"{self.path} is not empty and no run: choose another folder.")
        former = self.recipe() if self.exists else None
        if former is not None and self.saved_steps():
            check_continues(former, recipe, self.path.name)
        with said_plainly(self.path):
            (self.path / SAMPLES).mkdir(parents=True, exist_ok=True)
            for leftover in self.path.glob(f"{TEMPORARY}*"):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        write_file(self.path / RECIPE, recipe_text(recipe))
        return former

    def check_ours(self) -> None:
        """StudioError where another process writes this run: two that began at once, or one that took a paused run."""
        status = read_status(self.path)
        if status is None or status.state not in ("running", "paused"):
            return
        if (status.host, status.pid) != (socket.gethostname(), os.getpid()):
            raise StudioError(
                f"{self.path.name} is being trained by process {status.pid} on {status.host}: "
                "follow it in the window, or stop it there first."
            )

    def say(self, status: RunStatus) -> None:
        """Write the heartbeat."""
        self.check_ours()
        told = status.model_copy(update={"heartbeat": time.time(), "host": socket.gethostname(), "pid": os.getpid()})
        write_file(self.path / STATUS, told.model_dump_json(), sync=False)

    def log(self, rows: Iterable[Metrics]) -> None:
        """Append measurements; what a crash loses of them lies after the last save, and is measured again."""
        with said_plainly(self.path), (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.writelines(metrics_line(row) for row in rows)

    def log_controls(self, step: int, controls: Controls) -> None:
        """Note what a person changed before that step; what was noted for later steps is a way not taken."""
        rows = [row for row in read_controls(self.path) if row[0] <= step]
        lines = [json.dumps({"step": at, **asdict(changed)}) + "\n" for at, changed in (*rows, (step, controls))]
        write_file(self.path / CONTROLS, "".join(lines))

    def controls_from(self, step: int) -> list[tuple[int, Controls]]:
        """The changes still to come for a run at that step, in order."""
        return [row for row in read_controls(self.path) if row[0] >= step]

    def save(self, header: Header, raw: Weights, ema: Weights, state: Weights, counters: str) -> Path:
        """Write a step whole: the folder under a temporary name, then its name, then `latest`."""
        self.check_ours()
        folder = self.path / f"{STEP}{header.step:08d}"
        with new_folder(folder) as partial:
            save_checkpoint(partial / MODEL, raw, header.model_copy(update={"weights": "raw"}))
            save_checkpoint(partial / EMA, ema, header)
            save_checkpoint(partial / STATE, state, header)
            (partial / COUNTERS).write_text(counters)
        if (self.path / METRICS).exists():
            sync_file(self.path / METRICS)  # a power cut must not take what was logged up to this step
        write_file(self.path / LATEST, folder.name)
        self._drop_old_steps()
        return folder

    def save_best(self, header: Header, weights: Weights) -> None:
        """Keep the best moment beside the last."""
        save_checkpoint(self.path / BEST, weights, header)

    def saved_steps(self) -> list[Path]:
        """The saved steps, oldest first."""
        return sorted(path for path in self.path.glob(f"{STEP}*") if (path / COUNTERS).is_file())

    def newest_state(self) -> tuple[SavedState | None, tuple[str, ...]]:
        """The newest step that can be read, None before the first save; and the names of newer, damaged ones."""
        damaged: list[str] = []
        for folder in reversed(self.saved_steps()):
            try:
                raw, ema, state = (load_verified(folder / name)[1] for name in (MODEL, EMA, STATE))
                return SavedState(raw, ema, state, (folder / COUNTERS).read_text()), tuple(damaged)
            except StudioError:
                damaged.append(folder.name)  # the disk's fault; the step before it may be whole
        if damaged:
            raise StudioError(
                f"No saved step of {self.path.name} can be read: copy the run again from its source, or train anew "
                "in another folder."
            )
        return None, ()

    def rewind(self, step: int) -> list[Metrics]:
        """Forget what was logged after that step; returns what stays."""
        path = self.path / METRICS
        if not path.is_file():
            return []
        text = path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1].splitlines(keepends=True)
        kept = [(line, row) for line in whole if (row := metrics_from(line)) is not None and row.step <= step]
        write_file(path, b"".join(line for line, _ in kept))
        return [row for _, row in kept]

    def save_pictures(self, step: int, title: str, pictures: Sequence[Pixels], n_columns: int) -> None:
        """A contact sheet as PNG below samples/."""
        write_file(
            self.path / SAMPLES / f"{title}-{step:08d}.png", png_bytes(contact_sheet(pictures, n_columns)), sync=False
        )

    def disk_bytes(self) -> int:
        return disk_bytes(self.path)

    def _drop_old_steps(self) -> None:
        unmarked = [path for path in self.saved_steps() if not (path / "keep").exists()]
        for old in unmarked[:-N_KEPT]:
            # renamed first, so that a crash in the middle of deleting leaves no half step behind
            doomed = old.with_name(f"{TEMPORARY}{old.name}")
            old.rename(doomed)
            shutil.rmtree(doomed)
