"""Ailments provoked in runs of a second or two, and found by what the runs logged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from latent_studio.studio.health import Finding, diagnose
from latent_studio.studio.histories import Log
from latent_studio.training.branching import branch
from latent_studio.training.recipe import Recipe, read_recipe
from latent_studio.training.trainer import train
from tests.training.toys import digits, drive

TRAINING = {"batch_size": 100, "device": "cpu", "n_threads": 1, "precision": "float32"}
SMALL = {"family": "gan", "n_latent": 8, "width": 64, "n_layers": 2, "penalty": "none"}


def trained(folder: Path, model: dict[str, Any], rates: dict[str, float], n_epochs: int = 30) -> Path:
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits"},
            "model": {**SMALL, **model},
            "training": {**TRAINING, "n_epochs": n_epochs, "ema_decay": 0.9, "measure_every": 10},
            "optimizer": {"beta1": 0.5, "phases": {name: {"learning_rate": rate} for name, rate in rates.items()}},
        }
    )
    drive(train(recipe, folder, digits()))
    return folder


def findings(run: Path) -> tuple[Finding, ...]:
    return diagnose(Log().read_on(run).history, read_recipe(run / "recipe.toml").said())


def test_a_discriminator_that_learns_too_fast_is_found_out_and_tamed_in_a_branch(tmp_path: Path) -> None:
    sick = trained(tmp_path / "sick", {"divergence": "minimax"}, {"discriminator": 5e-3, "generator": 2e-5})
    (finding,) = findings(sick)
    assert finding.kind == "overpowered"
    assert "vanished" in finding.text
    for k, remedy in enumerate(finding.remedies):
        found = branch(sick, tmp_path / f"branch {k}", remedy.changes, digits())
        assert found.anew == ()
        drive(train(read_recipe(found.folder / "recipe.toml"), found.folder, digits()), found.step + 2)


def test_a_generator_that_outruns_the_discriminator_is_found_out(tmp_path: Path) -> None:
    sick = trained(tmp_path / "run", {"divergence": "nonsaturating"}, {"discriminator": 1e-4, "generator": 1e-2})
    assert "outrun" in [finding.kind for finding in findings(sick)]


def test_a_run_in_balance_is_not_said_to_be_ill(tmp_path: Path) -> None:
    well = trained(
        tmp_path / "run",
        {"divergence": "relativistic", "penalty": "r1"},
        {"discriminator": 1e-3, "generator": 1e-3},
        n_epochs=60,
    )
    assert [finding for finding in findings(well) if finding.level != "good"] == []
