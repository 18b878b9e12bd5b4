"""Branching a run as a job: its data are read piece by piece, then the branch is written. No torch at import."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from latent_studio.core.events import Done, Event, Progress
from latent_studio.core.request import Request
from latent_studio.core.runs import RECIPE
from latent_studio.engine.data import OpenData
from latent_studio.engine.jobs import window_threads
from latent_studio.training.recipe import read_recipe


@dataclass(frozen=True, kw_only=True)
class BranchJob(Request):
    """Begin a run in `folder` where the run `run_folder` stood at its newest saved step (or its best moment), with
    these changes of its recipe: by path, as a `Remedy` has them.

    Ends with Done(result={"folder", "name", "step", "anew": what was not carried over, in words}); from then on the
    folder is a run that was stopped, and `TrainJob(recipe=read_recipe(folder / RECIPE), folder=folder, …)` goes on with
    it. Failed with one sentence where that cannot be; no folder is left then. Save a run in training first.
    """

    run_folder: Path
    folder: Path
    changes: Mapping[str, Any]
    data: OpenData = field(compare=False, repr=False)
    moment: Literal["newest", "best"] = "newest"
    name: str = ""
    slot: str = "branch"

    def run(self) -> Generator[Event, object, None]:
        from latent_studio.training.branching import branch, branched_recipe

        recipe = branched_recipe(self.run_folder, self.changes, self.name)  # a mistake is told before anything is read
        yield Progress(0, 0, text=f"branching off {self.run_folder.name}")
        images = yield from self.data.loading(read_recipe(self.run_folder / RECIPE).data)
        found = branch(
            self.run_folder, self.folder, self.changes, images, self.moment, self.name, n_threads=window_threads()
        )
        told = {"folder": str(found.folder), "name": recipe.name, "step": found.step, "anew": found.anew}
        yield Done(f"{recipe.name} goes on from step {found.step:,}", told)
