"""`health`: a run's findings on the command line, and samples checked on the way."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from latent_studio.core.runs import read_origin
from tests.cli.calls import Refused, Run

HISTORIES = Path(__file__).parents[1] / "studio" / "histories"


def test_a_sick_run_is_told_with_its_evidence_and_its_remedies(run: Run) -> None:
    told = run("health", HISTORIES / "overpowered").out
    assert told.startswith("✗ Discriminator too strong. ")
    assert "of pairs in the right order" in told
    assert "--set model.divergence=nonsaturating" in told
    assert "--set model.penalty=r1 --set model.penalty_weight= " in told  # is left open again


def test_findings_are_data_too(run: Run) -> None:
    told = run("health", HISTORIES / "oscillating", "--json").json
    assert [finding["kind"] for finding in told["findings"]] == ["oscillating"]
    assert told["findings"][0]["evidence"]["curves"][0] == ["steps", "discriminator.accuracy"]
    assert told["samples"] is None


def test_samples_are_drawn_and_found_again(
    run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latent_studio.engine.classifiers.N_STEPS", 60)
    copy = tmp_path / "run"
    shutil.copytree(trained, copy)
    assert run("health", copy, "--json").json["samples"] is None
    told = run("health", copy, "--samples", "--n", 200, "--json").json["samples"]
    assert (told["n"], list(told["classes"])) == (200, list("0123456789"))
    assert run("health", copy, "--json").json["samples"] == told
    assert "200 samples at step 23: spread" in run("health", copy).out


def test_a_remedy_is_a_command_that_works(run: Run, recipe: Path, tmp_path: Path) -> None:
    gan = ("--set", "model.family=gan", "--set", "model.penalty=none", "--set", "model.penalty_weight=0")
    recipe.write_text(recipe.read_text().replace("n_latent = 3", "n_latent = 8"))
    assert run("train", recipe, "--run", tmp_path / "run", "--json", *gan).code == 0
    told = run("health", HISTORIES / "collapsed").out.splitlines()
    command = next(line for line in told if "--set" in line).split("latent-studio ")[1]
    words = shlex.split(command.replace(str(HISTORIES / "collapsed"), str(tmp_path / "run")))
    assert run(*words, "--run", tmp_path / "branch").code == 0
    assert read_origin(tmp_path / "branch") is not None


def test_of_what_is_no_run_and_of_a_run_that_just_began(run: Run, refused: Refused, trained: Path) -> None:
    assert "give the folder of a run" in refused("health", HISTORIES)
    assert "too little to tell yet" in run("health", trained).out
