"""A branch is made by a job, and trained on like any run that was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done
from latent_studio.core.runs import RECIPE, read_status
from latent_studio.engine.branching import BranchJob
from latent_studio.engine.data import OpenData
from latent_studio.engine.jobs import TrainJob
from latent_studio.training.recipe import Recipe, read_recipe
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import drive

RECIPE_OF_RUN = {
    "name": "digits",
    "data": {"source": "digits"},
    "model": {"family": "vae", "n_latent": 3, "width": 16},
    "training": {"n_epochs": 1, "batch_size": 200, "device": "cpu", "n_threads": 1},
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    drive(train(Recipe.model_validate(RECIPE_OF_RUN), tmp_path / "run"))
    return tmp_path / "run"


def job(run: Path, **changes: Any) -> BranchJob:
    paths = {f"model.{field}": value for field, value in changes.items()}
    return BranchJob(run_folder=run, folder=run.with_name("branch"), changes=paths, data=OpenData())


def test_a_remedy_is_tried_in_a_branch_that_trains_on(run: Path) -> None:
    done = list(job(run, beta=0.5).run())[-1]
    assert isinstance(done, Done)
    folder = run.with_name("branch")
    assert done.result == {"folder": str(folder), "name": "digits, branched", "step": 8, "anew": ()}
    recipe = read_recipe(folder / RECIPE)
    on = TrainJob(slot="train", recipe=recipe, folder=folder, data=OpenData(), snapshots=SnapshotStore())
    drive(on.run())
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.step) == ("finished", 16)


def test_a_mistake_is_told_before_anything_is_read(run: Path) -> None:
    with pytest.raises(StudioError, match=r"so data\.size stays as it is"):
        next(BranchJob(run_folder=run, folder=run, changes={"data.size": 16}, data=OpenData()).run())
