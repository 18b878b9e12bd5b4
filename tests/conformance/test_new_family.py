"""Adding a family is adding one file: dropped into the folder, it is found, configured, trained, resumed and opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Metrics, Pictures
from latent_studio.core.family import family, family_names
from latent_studio.core.model import Decodes
from latent_studio.core.runs import newest_weights
from latent_studio.engine.jobs import FamiliesJob
from latent_studio.engine.models import OpenModels
from latent_studio.training.checkpoint import load_checkpoint
from latent_studio.training.recipe import Recipe
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, digits, drive, families_in, of_kind, state

SOURCE = '''
"""Principal components, learned by descent."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import torch
from pydantic import Field
from torch import Tensor, nn

from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import LatentSpace, Uniform
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term


class Config(FamilyConfig):
    n_components: int = Field(3, ge=1, le=64, title="Components", description="How many directions are kept.")


class Components(GenerativeModel):
    def __init__(self, config: Config, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=(Uniform(name="w", shape=(config.n_components,)),)), data.image_shape)
        self.directions = nn.Linear(config.n_components, prod(data.image_shape))

    def decode(self, code: Tensor) -> Tensor:
        return self.directions(code).clamp(0, 1).view(-1, *self.image_shape)


class Fit(Objective[Components]):
    phases = (Phase("fit", owns=("model",)),)

    def __init__(self, config: Config) -> None:
        super().__init__()

    def error(self, model: Components, image: Tensor) -> Tensor:
        offset = image.flatten(1) - model.directions.bias
        code = offset @ model.directions.weight
        return (code @ model.directions.weight.T - offset).square().sum(1)

    def terms(self, model: Components, step: Step) -> Mapping[str, Term]:
        return {"error": Term(self.error(model, step.batch["image"]).mean())}

    def measures(self, model: Components, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        return {"loss": self.error(model, batch["image"])}


FAMILY = Family(
    title="Principal components",
    citation="Pearson 1901",
    equation="min Σ |x − W Wᵀ x|²",
    config=Config,
    build=Components,
    objective=Fit,
    needs=("image", "label"),
)
'''


@pytest.fixture
def dropped(tmp_path: Path) -> Iterator[str]:
    """The name of a family that was not there before; its file is all there is of it."""
    folder = tmp_path / "dropped"
    folder.mkdir()
    (folder / "components.py").write_text(SOURCE, encoding="utf-8")
    assert "components" not in family_names()
    with families_in(folder):
        yield "components"
    assert "components" not in family_names()


def recipe(n_epochs: int = 6) -> Recipe:
    return Recipe.model_validate(
        {
            "data": {"source": "digits"},
            "model": {"family": "components", "n_components": 5},
            "training": {"n_epochs": n_epochs, "batch_size": 100, "device": "cpu", "n_threads": 1, "measure_every": 4},
        }
    )


def test_a_new_file_is_a_family_with_a_form_of_its_own(dropped: str) -> None:
    assert dropped in family_names()
    (done,) = FamiliesJob().run()
    assert isinstance(done, Done)
    told = done.result[dropped]
    assert told["title"] == "Principal components"
    assert told["schema"]["properties"]["n_components"]["maximum"] == 64


def test_it_is_trained_resumed_and_opened_like_any_other(dropped: str, tmp_path: Path) -> None:
    events = drive(train(recipe(), tmp_path / "whole", digits()))
    losses = [row.values["loss"] for row in of_kind(Metrics, events) if row.split == "test"]
    assert isinstance(losses[0], float)
    assert isinstance(losses[-1], float)
    assert losses[-1] < losses[0]
    assert set(of_kind(Pictures, events)[-1].pictures) == {"samples"}

    drive(train(recipe(), tmp_path / "parts", digits()), until_step=9)
    drive(train(recipe(), tmp_path / "parts", digits()))
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))

    newest = newest_weights(tmp_path / "whole")
    assert newest is not None
    header, model = load_checkpoint(newest)
    assert header.capabilities == ("Decodes",)
    assert isinstance(model, Decodes)
    assert model.decode(torch.zeros(2, 5)).shape == (2, 1, 8, 8)
    assert OpenModels(SnapshotStore())(str(tmp_path / "whole")).header == header


def test_its_settings_are_checked_like_any_others(dropped: str, tmp_path: Path) -> None:
    wrong = recipe().with_values(model={"n_component": 5})
    with pytest.raises(StudioError, match='n_component: is not known; did you mean "n_components"'):
        list(train(wrong, tmp_path / "run", digits()))
    assert not (tmp_path / "run").exists()


def test_once_its_file_is_gone_its_models_say_what_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    (folder / "components.py").write_text(SOURCE, encoding="utf-8")
    with families_in(folder):
        drive(train(recipe(1), tmp_path / "run", digits()))
    newest = newest_weights(tmp_path / "run")
    assert newest is not None
    with pytest.raises(StudioError, match='There is no family "components"'):
        load_checkpoint(newest)


def test_a_family_that_needs_labels_says_so_of_data_without(dropped: str) -> None:
    from latent_studio.core.family import DataSpec

    with pytest.raises(StudioError, match="needs label with every picture and faces has none: choose data with them"):
        family(dropped).check(DataSpec(name="faces", image_shape=(1, 8, 8)))


def test_a_mistyped_family_is_answered_with_the_closest_one() -> None:
    with pytest.raises(StudioError, match='There is no family "autoencodr": did you mean "autoencoder"'):
        family("autoencodr")
