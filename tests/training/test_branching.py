"""A branch goes on exactly where the run stood, but for what was changed; and says what it could not take along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError
from latent_studio.core.header import read_header
from latent_studio.core.runs import BEST, newest_weights, read_metrics, read_origin, read_status
from latent_studio.training.branching import Branched, branch, branched_recipe
from latent_studio.training.recipe import read_recipe
from latent_studio.training.runs import Run
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, assert_same_tensors, digits, drive, play, recipe, state

VAE = {"n_latent": 2, "width": 16, "network": "mlp"}
GAN = {"network": "mlp", "n_latent": 4, "width": 16, "n_layers": 1, "penalty": "none"}


def branched(run: Path, to: str, changes: dict[str, Any], **more: Any) -> Branched:
    return branch(run, run.with_name(to), changes, digits(), **more)


def go_on(folder: Path, until_step: int | None = None) -> None:
    drive(train(read_recipe(folder / "recipe.toml"), folder, digits()), until_step)


def counters(folder: Path) -> Any:
    return json.loads(state(folder).counters)


def test_an_unchanged_branch_is_the_run_itself(tmp_path: Path) -> None:
    of = recipe("toy_gan", n_epochs=6)
    play(of, tmp_path / "whole")
    play(of, tmp_path / "run", until_step=5)
    found = branched(tmp_path / "run", "branch", {})
    assert found == Branched(tmp_path / "branch", 5, ())
    assert_same_state(state(tmp_path / "run"), state(tmp_path / "branch"))
    go_on(tmp_path / "branch")
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "branch"))
    assert read_metrics(tmp_path / "whole")[0] == read_metrics(tmp_path / "branch")[0]


def test_a_branch_is_resumed_to_the_bit(tmp_path: Path) -> None:
    play(recipe("toy_gan", n_epochs=6), tmp_path / "run", until_step=5)
    changes = {"optimizer.discriminator.learning_rate": 5e-4}
    for name, stops in (("whole", (None,)), ("parts", (7, 8, None))):
        branched(tmp_path / "run", name, changes)
        for stop in stops:
            go_on(tmp_path / name, stop)
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


def test_what_is_changed_holds_from_there_on(tmp_path: Path) -> None:
    of = recipe("gan", {**GAN, "n_critic": 2})
    play(of, tmp_path / "run", until_step=5)
    changes = {"model.n_critic": 1, "model.penalty": "r1", "model.penalty_weight": None, "model.penalty_every": None}
    found = branched(tmp_path / "run", "branch", {**changes, "optimizer.generator.learning_rate": 1e-4})
    assert found.anew == ()
    assert counters(tmp_path / "run")["n_updates"]["discriminator"] == 2
    assert counters(tmp_path / "branch")["n_updates"]["discriminator"] == 1
    assert counters(tmp_path / "branch")["learning_rates"]["generator"] == 1e-4
    now = read_recipe(tmp_path / "branch" / "recipe.toml")
    assert (now.model["penalty"], now.model["penalty_weight"]) == ("r1", 1.0)  # the customary one


def test_what_a_person_set_while_it_ran_is_carried_over(tmp_path: Path) -> None:
    training = train(recipe("toy_gan", n_epochs=6), tmp_path / "run", digits())
    next(training)
    training.send(Controls(n_updates={"discriminator": 1}, learning_rate=3e-4))
    drive(training, until_step=5)
    branched(tmp_path / "run", "branch", {"model.n_latent": 4})  # as it is
    for key in ("n_updates", "learning_rates"):
        assert counters(tmp_path / "branch")[key] == counters(tmp_path / "run")[key]


def test_what_does_not_fit_starts_anew_and_is_said(tmp_path: Path) -> None:
    play(recipe("gan", GAN), tmp_path / "run", until_step=5)
    found = branched(tmp_path / "run", "branch", {"model.minibatch": "stddev"})
    assert found.anew == ("head", "the discriminator's optimiser")
    before, after = state(tmp_path / "run"), state(tmp_path / "branch")
    kept = [name for name in before.raw if not name.startswith("head")]
    assert_same_tensors({n: before.raw[n] for n in kept}, {n: after.raw[n] for n in kept})
    assert {name.split(".")[1] for name in after.state if name.startswith("optimizer.")} == {"generator"}
    go_on(tmp_path / "branch", 7)
    assert counters(tmp_path / "branch")["step"] == 7


def test_a_branch_says_where_it_comes_from_and_stands_in_the_library(tmp_path: Path) -> None:
    play(recipe("vae", VAE), tmp_path / "run", until_step=9)
    branched(tmp_path / "run", "branch", {"model.beta": 0.5}, name="softer")
    origin = read_origin(tmp_path / "branch")
    assert origin is not None
    assert (origin.name, origin.step, origin.changes) == ("vae toy", 9, {"model.beta": 0.5})
    assert read_origin(tmp_path / "run") is None
    status = read_status(tmp_path / "branch")
    assert status is not None
    assert (status.name, status.state, status.step) == ("softer", "stopped", 9)
    newest = newest_weights(tmp_path / "branch")
    assert newest is not None
    header = read_header(newest)
    assert header.name == "softer"
    assert header.preview
    assert [row.step for row in read_metrics(tmp_path / "branch")[0] if row.split == "test"] == [4, 8]
    assert read_header(tmp_path / "branch" / BEST).name == "softer"


def test_a_finished_run_goes_on_for_as_long_again(tmp_path: Path) -> None:
    play(recipe("vae", VAE, n_epochs=2), tmp_path / "run")
    assert branched_recipe(tmp_path / "run", {}).training.n_epochs == 4
    assert branched_recipe(tmp_path / "run", {"training.n_epochs": 3}).training.n_epochs == 3
    branched(tmp_path / "run", "branch", {"model.free_bits": 0.5})
    go_on(tmp_path / "branch")
    assert counters(tmp_path / "branch")["step"] == 16


def test_a_branch_from_the_best_moment_goes_on_from_its_weights(tmp_path: Path) -> None:
    play(recipe("vae", VAE, n_epochs=4), tmp_path / "run")
    found = branched(tmp_path / "run", "branch", {}, moment="best")
    assert found.step == read_header(tmp_path / "run" / BEST).step
    assert found.anew == ("the autoencoder's optimiser",)
    after = state(tmp_path / "branch")
    assert_same_tensors(after.raw, after.ema)
    go_on(tmp_path / "branch", found.step + 1)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model.n_latent": 3}, "has another latent code than run: train the changed recipe from the start"),
        ({"model.width": 64}, "is another one than that of vae toy: train the changed recipe from the start"),
        ({"data.source": "moons"}, "so data.source stays as it is"),
        ({"model.family": "autoencoder"}, "so model.family stays as it is"),
        ({"model.betta": 2}, 'did you mean "beta"'),
    ],
)
def test_what_no_branch_can_follow_is_refused(tmp_path: Path, changes: dict[str, Any], sentence: str) -> None:
    play(recipe("vae", VAE), tmp_path / "run", until_step=5)
    with pytest.raises(StudioError, match=sentence):
        branched(tmp_path / "run", "branch", changes)
    assert not (tmp_path / "branch").exists()


def test_a_run_that_saved_nothing_and_a_folder_that_is_taken_are_refused(tmp_path: Path) -> None:
    Run(tmp_path / "run").open(recipe("vae", VAE))
    with pytest.raises(StudioError, match="run has saved nothing yet: wait for its first save"):
        branched(tmp_path / "run", "branch", {})
    with pytest.raises(StudioError, match="is there already: choose another folder"):
        branched(tmp_path / "run", "run", {})
