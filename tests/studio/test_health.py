"""Health in plain words: recorded runs are told apart, and each finding has its evidence and remedies that fit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_studio.core.events import SKIPPED, Metrics
from latent_studio.core.family import family
from latent_studio.studio.health import Finding, Remedy, SampleChecks, diagnose, read_checks
from latent_studio.studio.histories import History, Log, history_of
from latent_studio.studio.symptoms.samples import missed_classes
from latent_studio.training.recipe import Recipe, read_recipe, with_changes

HISTORIES = Path(__file__).parent / "histories"
RECORDED = ("healthy", "overpowered", "collapsed", "oscillating")
SEED = 0


def recorded(name: str) -> tuple[History, dict[str, Any]]:
    return Log().read_on(HISTORIES / name).history, read_recipe(HISTORIES / name / "recipe.toml").said()


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.kind for finding in findings]


def texts(finding: Finding) -> list[str]:
    return [remedy.text for remedy in finding.remedies]


# ----------------------------------------------------------------------------------------------------- recorded runs


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_runs_are_told_apart(name: str) -> None:
    findings = diagnose(*recorded(name))
    assert kinds(findings) == [name]
    assert findings[0].level == ("good" if name == "healthy" else "bad")


@pytest.mark.parametrize("name", RECORDED)
def test_the_evidence_is_a_click_away(name: str) -> None:
    history, recipe = recorded(name)
    (finding,) = diagnose(history, recipe)
    assert finding.evidence.text
    assert finding.evidence.curves
    for split, curve in finding.evidence.curves:
        assert len(history.curve(split, curve)[1]) > 0, curve
    assert finding.text.endswith(".")


@pytest.mark.parametrize("name", RECORDED[1:])
def test_a_sick_run_has_one_or_two_remedies_that_its_family_takes(name: str) -> None:
    history, recipe = recorded(name)
    (finding,) = diagnose(history, recipe)
    assert 1 <= len(finding.remedies) <= 2
    for remedy in finding.remedies:
        changed = with_changes(Recipe.model_validate(recipe), remedy.changes)
        assert changed != Recipe.model_validate(recipe)
        assert family("gan").config.model_validate(changed.model_settings)


def test_remedies_start_from_what_the_recipe_says() -> None:
    history, recipe = recorded("overpowered")
    (finding,) = diagnose(history, recipe)
    assert texts(finding) == ["Use the non-saturating loss", "Add an R1 penalty"]
    penalised = {**recipe, "model": {**recipe["model"], "divergence": "hinge", "penalty": "r1"}}
    (finding,) = diagnose(history, penalised)
    assert finding.remedies == (
        Remedy("Update the discriminator once, not 3 times", {"model.n_critic": 1}),
        Remedy("Halve the discriminator's learning rate", {"optimizer.discriminator.learning_rate": 0.0015}),
    )


def test_without_a_recipe_there_is_the_finding_and_no_remedy() -> None:
    history, _ = recorded("collapsed")
    (finding,) = diagnose(history)
    assert (finding.kind, finding.remedies) == ("collapsed", ())


@pytest.mark.parametrize("name", RECORDED)
def test_of_a_run_that_just_began_nothing_is_said(name: str) -> None:
    history, recipe = recorded(name)
    assert diagnose(first(history, 50), recipe) == ()
    assert diagnose(History(), recipe) == ()


def first(history: History, n_rows: int) -> History:
    """As it was when so many steps had been looked at."""
    until = history.tables["steps"].steps[n_rows - 1]
    rows = [
        Metrics(int(step), 0.0, split, {name: float(column[row]) for name, column in table.values.items()})
        for split, table in history.tables.items()
        for row, step in enumerate(table.steps)
        if step <= until
    ]
    return history_of(rows)


def test_a_healthy_run_is_never_said_to_be_ill_on_its_way() -> None:
    history, recipe = recorded("healthy")
    for n_rows in range(60, len(history.tables["steps"].steps), 10):
        assert kinds(diagnose(first(history, n_rows), recipe)) in ([], ["healthy"]), n_rows


@pytest.mark.parametrize("seed", range(3))
def test_noise_on_single_steps_changes_no_verdict(seed: int) -> None:
    random = np.random.default_rng(seed)
    for name in RECORDED:
        history, recipe = recorded(name)
        steps = history.tables["steps"]
        for values in steps.values.values():
            values *= random.lognormal(0, 0.05, len(values))
        lead = steps.values["discriminator.accuracy"]
        np.minimum(lead, 1, out=lead)
        assert kinds(diagnose(history, recipe)) == [name]


# ------------------------------------------------------------------------------------------------------ made-up runs


Course = Callable[[float], float]


def game(n_rows: int = 200, **columns: Course) -> History:
    """A healthy game, but for what is said: functions of the share that is behind, 0 to 1."""
    random = np.random.default_rng(SEED)
    of_steps: dict[str, Course] = {
        "discriminator.loss": lambda t: 1.2,
        "generator.loss": lambda t: 0.8,
        "discriminator.accuracy": lambda t: 0.8,
        "discriminator.gradient_norm": lambda t: 1,
        "generator.gradient_norm": lambda t: 1,
    }
    of_test: dict[str, Course] = {"loss": lambda t: 0.1 + math.exp(-5 * t), "spread": lambda t: 1 - math.exp(-8 * t)}
    for name, column in columns.items():
        (of_test if name in of_test else of_steps)[name.replace("__", ".")] = column
    rows = []
    for k in range(n_rows):
        t = k / n_rows
        values = {name: float(column(t) * random.normal(1, 0.02)) for name, column in of_steps.items()}
        rows.append(Metrics(10 * k, 10 * t, "steps", values))
        if k % 10 == 9:
            rows.append(Metrics(10 * k, 10 * t, "test", {name: float(column(t)) for name, column in of_test.items()}))
    return history_of(rows)


GAN = {"model": {"family": "gan", "n_latent": 64, "penalty": "none", "divergence": "hinge"}, "optimizer": {}}


def test_a_wasserstein_critic_that_is_ahead_is_no_ailment() -> None:
    """Its scores have no bounds, and it is meant to know more than the generator."""
    ahead = game(
        discriminator__accuracy=lambda t: 0.99,
        discriminator__loss=lambda t: -50 * math.exp(-2 * t),
        generator__loss=lambda t: 300 - 200 * t,
    )
    assert kinds(diagnose(ahead, GAN)) == ["healthy"]
    stuck = game(discriminator__accuracy=lambda t: 0.99, loss=lambda t: 3.0)
    assert kinds(diagnose(stuck, GAN)) == ["overpowered"]


def test_another_scale_of_losses_and_scores_changes_nothing() -> None:
    for name in RECORDED:
        history, recipe = recorded(name)
        for split, column in (("steps", "generator.gradient_norm"), ("steps", "discriminator.loss"), ("test", "loss")):
            history.tables[split].values[column][:] *= 1000
        assert kinds(diagnose(history, recipe)) == [name]


def test_what_was_wrong_and_has_passed_is_not_told() -> None:
    passed = game(spread=lambda t: 0.2 if t < 0.4 else 0.95, discriminator__accuracy=lambda t: 1.0 if t < 0.3 else 0.8)
    assert kinds(diagnose(passed, GAN)) == ["healthy"]


def test_a_discriminator_that_is_misled_is_left_behind() -> None:
    (finding,) = diagnose(game(discriminator__accuracy=lambda t: 0.1), GAN)
    assert (finding.kind, texts(finding)) == (
        "outrun",
        ["Halve the generator's learning rate", "Update the discriminator twice a step"],
    )
    assert kinds(diagnose(game(discriminator__accuracy=lambda t: 0.5), GAN)) == ["healthy"]


def test_while_samples_still_spread_nothing_is_said() -> None:
    assert diagnose(game(spread=lambda t: 0.6 * t), GAN) == ()


def test_samples_that_vary_little_are_a_warning() -> None:
    (finding,) = diagnose(game(spread=lambda t: 0.65), GAN)
    assert (finding.kind, finding.level) == ("narrow", "warn")


def test_skipped_steps_are_told_at_once() -> None:
    rows = [Metrics(10, 0.1, "steps", {"loss": 2.0}), Metrics(20, 0.2, "steps", {SKIPPED: 1.0})]
    recipe = {"model": {"family": "vae"}, "optimizer": {"learning_rate": 1e-2}, "training": {"precision": "bfloat16"}}
    (finding,) = diagnose(history_of(rows), recipe)
    assert (finding.kind, finding.level) == ("not_finite", "bad")
    assert "A step was skipped" in finding.text
    assert "at 20" in finding.evidence.text
    assert [dict(remedy.changes) for remedy in finding.remedies] == [
        {"optimizer.learning_rate": 0.0025},
        {"training.precision": "float32"},
    ]


def test_a_measurement_that_is_no_number_is_told() -> None:
    rows = [Metrics(10, 0.1, "test", {"loss": 2.0}), Metrics(20, 0.2, "test", {"loss": float("nan")})]
    (finding,) = diagnose(history_of(rows))
    assert finding.kind == "not_finite"


def vae(kl: tuple[float, ...]) -> History:
    rows = [Metrics(k, 0.01 * k, "steps", {"loss": 100.0, "reconstruction": 90.0, "kl": 10.0}) for k in range(100)]
    values = {"loss": 100.0, "reconstruction": 90.0, "kl": sum(kl), "kl_per_dim": kl}
    rows += [Metrics(20 * k, 0.2 * k, "test", values) for k in range(1, 6)]
    return history_of(rows)


VAE = {"model": {"family": "vae", "beta": 4.0, "free_bits": 0.0}, "optimizer": {}}


def test_a_code_that_says_nothing_is_posterior_collapse() -> None:
    (finding,) = diagnose(vae((0.001,) * 16), VAE)
    assert (finding.kind, finding.level) == ("posterior_collapse", "bad")
    assert [dict(remedy.changes) for remedy in finding.remedies] == [{"model.beta": 1.0}, {"model.free_bits": 0.5}]


def test_dead_dimensions_beside_living_ones_are_a_warning() -> None:
    (finding,) = diagnose(vae((2.0,) * 8 + (0.001,) * 8), VAE)
    assert (finding.kind, finding.level) == ("dead_dimensions", "warn")
    assert finding.text.startswith("8 of 16 dimensions")
    assert kinds(diagnose(vae((2.0,) * 14 + (0.001,) * 2), VAE)) == ["healthy"]


def test_without_a_kl_nothing_is_said_of_the_code() -> None:
    history = vae(())
    assert kinds(diagnose(history, {"model": {"family": "autoencoder"}})) == ["healthy"]


# ---------------------------------------------------------------------------------------------------------- samples


def checks(duplicates: float = 0.0, **shares: float) -> SampleChecks:
    classes = {name: (share, 0.1) for name, share in shares.items()}
    return SampleChecks(100, 1.0, duplicates, classes, n=1000, accuracy=0.99)


def test_classes_that_the_samples_lack_are_named() -> None:
    (finding,) = diagnose(game(), GAN, checks(zero=0.2, four=0.0, seven=0.02, nine=0.05))
    assert (finding.kind, finding.level) == ("modes_missed", "bad")
    assert "four, seven" in finding.text
    assert "nine" not in finding.text
    assert "99.0 %" in finding.evidence.text


def test_a_rare_class_is_not_missed_by_chance() -> None:
    rare = SampleChecks(0, 1.0, 0.0, {"rare": (0.0, 0.01)}, n=500)
    assert missed_classes(rare) == ()
    assert missed_classes(SampleChecks(0, 1.0, 0.0, {"rare": (0.0, 0.01)}, n=5000)) == ("rare",)


def test_samples_that_repeat_are_told_where_the_code_is_large_enough_to_differ() -> None:
    repeating = checks(duplicates=0.5)
    assert kinds(diagnose(game(), GAN, repeating)) == ["copies"]
    flat = {**GAN, "model": {**GAN["model"], "n_latent": 2}}
    assert kinds(diagnose(game(), flat, repeating)) == ["healthy"]
    history, recipe = recorded("collapsed")
    assert kinds(diagnose(history, recipe, repeating)) == ["collapsed"]  # the same, seen twice


def test_the_worst_comes_first() -> None:
    found = diagnose(game(spread=lambda t: 0.3), GAN, checks(seven=0.1, eight=0.1, nine=0.0))
    assert [(finding.kind, finding.level) for finding in found] == [("collapsed", "bad"), ("modes_missed", "warn")]


def test_a_run_that_nobody_checked_has_no_checks(tmp_path: Path) -> None:
    assert read_checks(tmp_path) is None


def test_the_verdict_is_pure() -> None:
    history, recipe = recorded("oscillating")
    before: Mapping[str, Any] = {k: v.copy() for k, v in history.tables["steps"].values.items()}
    assert diagnose(history, recipe) == diagnose(history, recipe)
    for name, values in before.items():
        np.testing.assert_array_equal(history.tables["steps"].values[name], values)
