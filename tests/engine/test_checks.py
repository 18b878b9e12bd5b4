"""Samples checked against the data: the classifier is trained once, and the figures are found again in the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Progress
from latent_studio.core.runs import CHECKS
from latent_studio.engine.checks import CheckSamples
from latent_studio.engine.classifiers import classifier_for, classifier_path, classifier_recipe
from latent_studio.engine.data import OpenData
from latent_studio.studio.health import read_checks, sample_checks
from latent_studio.training.recipe import DataSection, Recipe
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import digits, drive, of_kind

SECTION = DataSection(source="digits", train_fraction=400 / 1437)


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_studio.engine.classifiers.N_STEPS", 120)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    recipe = Recipe.model_validate(
        {
            "data": {"source": "digits", "train_fraction": 400 / 1437},
            "model": {"family": "vae", "n_latent": 12, "width": 64},
            "training": {"n_epochs": 40, "batch_size": 100, "device": "cpu", "n_threads": 1, "ema_decay": 0.9},
            "optimizer": {"learning_rate": 5e-3},
        }
    )
    drive(train(recipe, tmp_path / "run"))
    return tmp_path / "run"


def check(key: Path, n: int = 300) -> list[Event]:
    job = CheckSamples(key=str(key), data=OpenData(), snapshots=SnapshotStore(), n=n, n_threads=1)
    return [event for event in job.run() if event is not None]


def result(events: list[Event]) -> dict[str, Any]:
    assert isinstance(events[-1], Done)
    return dict(events[-1].result)


def texts(events: list[Event]) -> set[str]:
    return {event.text for event in of_kind(Progress, events)}


def test_the_samples_of_a_run_are_compared_with_its_data(run: Path) -> None:
    told = result(check(run))
    assert told["step"] == 160
    assert 0.4 < told["spread"] < 1.2
    assert 0 <= told["duplicates"] < 0.5
    assert list(told["classes"]) == list("0123456789")
    own, data = np.array(list(told["classes"].values())).T
    assert own.sum() == pytest.approx(1)
    np.testing.assert_allclose(data, np.bincount(labels(), minlength=10) / 400)
    assert told["accuracy"] > 0.85
    assert 1 < told["score"] <= 10


def labels() -> Any:
    found = digits().labels
    assert found is not None
    return found[digits().train]


def test_the_classifier_is_trained_once_and_kept(run: Path) -> None:
    training = "training a classifier of UCI digits, once"
    first, second = check(run, 50), check(run, 50)
    assert training in texts(first)
    assert training not in texts(second)
    path = classifier_path(digits().content_digest())
    assert path.is_file()
    assert not path.with_suffix("").exists()
    assert result(first)["accuracy"] == result(second)["accuracy"]


def test_a_training_that_was_broken_off_goes_on() -> None:
    """The digits of 400 for training are another set than all of them, and have a classifier of their own."""
    begun = classifier_for(OpenData()(SECTION), SECTION, 1)
    path = classifier_path(digits().content_digest())
    steps = []
    for event in begun:
        if isinstance(event, Progress) and event.done > 30:
            steps.append(event.done)
            break
    begun.close()
    assert path.with_suffix("").is_dir()
    assert not path.is_file()
    again = [event.done for event in classifier_for(OpenData()(SECTION), SECTION, 1) if isinstance(event, Progress)]
    assert next(done for done in again if done) >= steps[0] - 1
    assert path.is_file()


def test_what_was_measured_is_found_again_in_the_run(run: Path) -> None:
    told = result(check(run))
    assert read_checks(run) == sample_checks(told)
    assert "pairs" not in json.loads((run / CHECKS).read_text())
    (run / CHECKS).write_text('{"step": 3')
    assert read_checks(run) is None


def test_nearly_equal_samples_are_shown_in_pairs(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_studio.metrics.spread.NEARLY_EQUAL", 10.0)
    told = result(check(run, 60))
    assert told["duplicates"] == 1
    assert 1 <= len(told["pairs"]) <= 12
    for pair in told["pairs"]:
        assert [picture.shape for picture in pair] == [(8, 8), (8, 8)]


def test_a_classifier_makes_no_samples_to_check(tmp_path: Path) -> None:
    recipe = classifier_recipe(digits(), DataSection(source="digits"))
    drive(train(recipe.with_values(training={"n_epochs": 1, "n_threads": 1}), tmp_path / "judge"))
    with pytest.raises(StudioError, match="UCI digits classifier makes no pictures of its own"):
        check(tmp_path / "judge")


def test_any_set_is_seen_for_about_as_many_steps() -> None:
    section = DataSection(source="digits")
    assert classifier_recipe(digits(), section).training.n_epochs * 400 == pytest.approx(120 * 128, rel=0.05)
