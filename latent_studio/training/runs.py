"""The run folder as its writer sees it. The layout, and reading it without torch, are in `core.runs`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Metrics, Pixels
from latent_studio.core.files import TEMPORARY, disk_bytes, new_folder, said_plainly, write_file
from latent_studio.core.header import Header, read_header
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
    read_status,
)
from latent_studio.training.checkpoint import Weights, checkpoint_bytes, load_weights, save_checkpoint
from latent_studio.training.game import Controls
from latent_studio.training.recipe import Recipe, read_recipe, recipe_text

N_KEPT = 3
"""Saved steps that stay on the disk; older ones go unless they are marked by a file named `keep`."""

COUNTERS = "counters.json"


class Run:
    """One run folder, open for writing by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return (self.path / RECIPE).is_file()

    def recipe(self) -> Recipe:
        return read_recipe(self.path / RECIPE)

    def open(self, recipe: Recipe) -> None:
        """Become the writer: StudioError where another process is at it or the folder is not a run's."""
        status = read_status(self.path)
        if status and status.state in ("running", "paused") and status.pid != os.getpid():
            raise StudioError(
                f"{self.path.name} is being trained by process {status.pid} on {status.host}: "
                "follow it in the window, or stop it there first."
            )
        if not self.exists and self.path.is_dir() and any(self.path.iterdir()):
            raise StudioError(f"{self.path} is not empty and no run: choose another folder.")
        with said_plainly(self.path):
            (self.path / SAMPLES).mkdir(parents=True, exist_ok=True)
            for leftover in self.path.glob(f"{TEMPORARY}*"):
                shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        write_file(self.path / RECIPE, recipe_text(recipe))

    def say(self, status: RunStatus) -> None:
        """Write the heartbeat."""
        told = status.model_copy(update={"heartbeat": time.time(), "host": socket.gethostname(), "pid": os.getpid()})
        write_file(self.path / STATUS, told.model_dump_json(), sync=False)

    def log(self, rows: Iterable[Metrics]) -> None:
        """Append measurements; what a crash loses of them lies after the last save, and is measured again."""
        with said_plainly(self.path), (self.path / METRICS).open("a", encoding="utf-8") as file:
            file.writelines(metrics_line(row) for row in rows)

    def log_controls(self, step: int, controls: Controls) -> None:
        """Note what a person changed before that step."""
        with said_plainly(self.path), (self.path / CONTROLS).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **asdict(controls)}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def controls_from(self, step: int) -> list[tuple[int, Controls]]:
        """The changes still to come for a run at that step, in order."""
        try:
            lines = (self.path / CONTROLS).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        rows = [json.loads(line) for line in lines if line.endswith("}")]
        return [(row.pop("step"), Controls(**row)) for row in rows if row["step"] >= step]

    def save(self, header: Header, raw: Weights, ema: Weights, state: Weights, counters: str) -> Path:
        """Write a step whole: the folder under a temporary name, then its name, then `latest`."""
        folder = self.path / f"{STEP}{header.step:08d}"
        with new_folder(folder) as partial:
            save_checkpoint(partial / MODEL, raw, header.model_copy(update={"weights": "raw"}))
            save_checkpoint(partial / EMA, ema, header)
            (partial / STATE).write_bytes(checkpoint_bytes(state, header))
            (partial / COUNTERS).write_text(counters)
        write_file(self.path / LATEST, folder.name)
        self._drop_old_steps()
        return folder

    def save_best(self, header: Header, weights: Weights) -> None:
        """Keep the best moment beside the last."""
        save_checkpoint(self.path / BEST, weights, header)

    def best(self, at_most_step: int) -> Header | None:
        """The best moment so far; one from after the resumed step is about to be found again."""
        path = self.path / BEST
        header = read_header(path) if path.is_file() else None
        return header if header and header.step <= at_most_step else None

    def saved_steps(self) -> list[Path]:
        """The saved steps, oldest first."""
        return sorted(path for path in self.path.glob(f"{STEP}*") if (path / COUNTERS).is_file())

    def newest_state(self) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor], str] | None:
        """(raw weights, EMA weights, training state, counters) of the newest whole step."""
        for folder in reversed(self.saved_steps()):
            try:
                parts = [load_weights(folder / name) for name in (MODEL, EMA, STATE)]
            except StudioError:
                continue  # a damaged disk; the step before it is whole
            return parts[0], parts[1], parts[2], (folder / COUNTERS).read_text()
        return None

    def rewind(self, step: int) -> list[Metrics]:
        """Forget what was logged after that step; returns what stays."""
        path = self.path / METRICS
        if not path.is_file():
            return []
        text = path.read_bytes()
        whole = text[: text.rfind(b"\n") + 1].splitlines(keepends=True)
        rows = [(line, metrics_from(line)) for line in whole if line.strip()]
        kept = [(line, row) for line, row in rows if row.step <= step]
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
