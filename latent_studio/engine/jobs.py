"""Jobs for the job lane, as requests; the command line drives the same generators itself. No torch at import."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from latent_studio.core.events import Done, Event, Metrics, Progress, Warned
from latent_studio.core.family import family, family_names
from latent_studio.core.request import Request
from latent_studio.core.runs import mark_held
from latent_studio.engine.data import OpenData
from latent_studio.training.recipe import Recipe

if TYPE_CHECKING:
    from latent_studio.core.controls import Controls
    from latent_studio.training.snapshots import SnapshotStore


@dataclass(frozen=True, kw_only=True)
class TrainJob(Request):
    """Train a recipe in a run folder, publishing snapshots. Its slot is the folder, so one run is trained once."""

    recipe: Recipe
    folder: Path
    data: OpenData = field(compare=False, repr=False)
    snapshots: SnapshotStore = field(compare=False, repr=False)

    def run(self) -> Generator[Event | None, Controls | None, None]:
        from latent_studio.training.trainer import train

        # `train` itself asks for the data, so that no message sent meanwhile is lost
        yield from train(self.recipe, self.folder, self.data.loading, self.snapshots, window_threads())

    def on_hold(self, is_held: bool) -> None:
        mark_held(self.folder, is_held)

    def ends_step(self, value: object) -> bool:
        """After controls were sent the next step's numbers are told; of a step that was skipped, that it was."""
        return isinstance(value, Warned) or (isinstance(value, Metrics) and value.split == "steps")


@dataclass(frozen=True, kw_only=True)
class EstimateJob(Request):
    """Time a few steps of a recipe; ends with Done(result={"seconds", "n_steps", "pictures_per_s", "n_numbers"})."""

    recipe: Recipe
    data: OpenData = field(compare=False, repr=False)
    slot: str = "estimate"

    def run(self) -> Generator[Event, object, None]:
        from latent_studio.training.setting_up import estimate

        yield from estimate(self.recipe, self.data(self.recipe.data), window_threads())


@dataclass(frozen=True, kw_only=True)
class FamiliesJob(Request):
    """What the families are, for forms: Done(result={name: {"title", "citation", "equation", "schema", "needs",
    "defaults", "players"}}): defaults by kind of data, section and field; the players' names in their order."""

    slot: str = "families"

    def run(self) -> Generator[Event, object, None]:
        told = {}
        for name in family_names():
            found = family(name)
            told[name] = {
                "title": found.title,
                "citation": found.citation,
                "equation": found.equation,
                "needs": found.needs,
                "schema": found.config.model_json_schema(),
                "defaults": found.defaults,
                "players": tuple(phase.name for phase in found.objective(found.config()).phases),
            }
        yield Done(result=told)


@dataclass(frozen=True, kw_only=True)
class CheckRecipeJob(Request):
    """Whether the family takes its settings: Done(result={field: sentence}), empty where all is well."""

    recipe: Recipe
    slot: str = "check recipe"

    def run(self) -> Generator[Event, object, None]:
        from pydantic import ValidationError

        from latent_studio.core.schema import field_errors

        kind = family(self.recipe.family).config
        try:
            kind.model_validate(self.recipe.model_settings)
        except ValidationError as error:
            yield Done(result=field_errors(kind, error))
        else:
            yield Done(result={})


@dataclass(frozen=True, kw_only=True)
class WarmUpJob(Request):
    """Do once what holds the interpreter for long the first time: imports, the first optimizer."""

    slot: str = "warm up"

    def run(self) -> Generator[Event, object, None]:
        import torch

        importlib.import_module("latent_studio.training.trainer")
        yield Progress(1, 2)
        weight = torch.nn.Parameter(torch.zeros(2, 2))
        player = torch.optim.Adam([weight], fused=True)
        weight.sum().backward()
        player.step()
        # all that is imported stays: looking through it at every full collection would hold the interpreter for 50 ms
        gc.freeze()
        yield Done("warm")


@dataclass(frozen=True, kw_only=True)
class AskDevice(Request):
    """What the lane that runs it computes on: Done("cpu · 1 thread") or Done("cuda · NVIDIA …")."""

    slot: str = "device"

    def run(self) -> Generator[Event, object, None]:
        import torch

        if torch.cuda.is_available():
            yield Done(f"cuda · {torch.cuda.get_device_name()}")
        else:
            n_threads = torch.get_num_threads()
            yield Done(f"cpu · {n_threads} thread{'s' if n_threads > 1 else ''}")


def window_threads() -> int:
    """The window trains with one thread fewer than there are cores: the other one is for the person."""
    from latent_studio.training.device import n_cores

    return max(1, n_cores() - 1)
