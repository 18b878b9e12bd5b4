"""Jobs for the job lane, as requests; the command line drives the same generators itself."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from latent_studio.core.events import Event, Progress
from latent_studio.core.request import Request
from latent_studio.engine.data import OpenData
from latent_studio.training.device import n_cores
from latent_studio.training.recipe import Recipe
from latent_studio.training.setting_up import estimate
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train


def window_threads() -> int:
    """The window trains with one thread fewer than there are cores: the other one is for the person."""
    return max(1, n_cores() - 1)


@dataclass(frozen=True, kw_only=True)
class TrainJob(Request):
    """Train a recipe in a run folder, publishing snapshots; its slot is the folder, so one run is trained once."""

    recipe: Recipe
    folder: Path
    data: OpenData = field(compare=False, repr=False)
    snapshots: SnapshotStore = field(compare=False, repr=False)

    def run(self) -> Generator[Event, object, None]:
        yield Progress(0, 0, text=f"reading {self.recipe.data.source}")
        yield from train(self.recipe, self.folder, self.data(self.recipe.data), self.snapshots, window_threads())


@dataclass(frozen=True, kw_only=True)
class EstimateJob(Request):
    """Time a few steps of a recipe; ends with Done(result={"seconds", "n_steps", "pictures_per_s"})."""

    recipe: Recipe
    data: OpenData = field(compare=False, repr=False)
    slot: str = "estimate"

    def run(self) -> Generator[Event, object, None]:
        yield from estimate(self.recipe, self.data(self.recipe.data), window_threads())
