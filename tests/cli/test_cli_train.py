"""`train` and `estimate`: to the end, stopped by a signal, gone on with, extended."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from latent_studio.cli import main
from latent_studio.cli.train import StopSignals, planned
from latent_studio.core.header import read_header
from latent_studio.core.runs import newest_weights, read_metrics, read_status
from latent_studio.training.recipe import parse_recipe, read_recipe, with_settings
from tests.cli.calls import DIGITS, Refused, Run, ended, program

N_BATCHES = 23  # of 1,437 digits in batches of 64


def digest_of(run: Path) -> str:
    newest = newest_weights(run)
    assert newest is not None
    return read_header(newest).digest


@pytest.fixture
def copied(trained: Path, tmp_path: Path) -> Path:
    """The trained run, to be changed."""
    return shutil.copytree(trained, tmp_path / "copied")


def test_training_leaves_a_finished_run_and_tells_where(run: Run, recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    ran = run("train", recipe, "--run", folder)
    assert ran.code == 0
    assert f"{folder} is trained to step {N_BATCHES}" in ran.out
    assert f"tiny digits → {folder}" in ran.err.replace("\n", "")
    status = read_status(folder)
    assert status is not None
    assert (status.state, status.step) == ("finished", N_BATCHES)


def test_json_is_one_event_per_line_from_started_to_done(run: Run, recipe: Path, tmp_path: Path) -> None:
    events = run("train", recipe, "--run", tmp_path / "mine", "--json").events
    assert events[0] == {"event": "started", "run": str(tmp_path / "mine"), "name": "tiny digits", "n_epochs": 1}
    assert events[-1]["event"] == "done"
    assert events[-1]["result"]["step"] == N_BATCHES
    tested = [event for event in events if event["event"] == "metrics" and event["split"] == "test"]
    assert tested[-1]["values"]["loss"] == events[-1]["result"]["loss"]
    assert len(tested[-1]["values"]["kl_per_dim"]) == 3
    pictures = next(event for event in events if event["event"] == "pictures")
    assert pictures["pictures"]["samples"] == 24


def test_without_a_folder_each_call_gets_one_of_its_own(run: Run, recipe: Path, home: Path) -> None:
    for _ in range(2):
        assert run("train", recipe, "--json").code == 0
    assert sorted(path.name for path in (home / "runs").iterdir()) == ["tiny-digits", "tiny-digits-2"]


def test_settings_reach_the_recipe_of_the_run(run: Run, recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    ran = run(
        "train", recipe, "--run", folder, "--set", "model.beta=4", "--set", "name=loud", "--epochs", "2", "--json"
    )
    assert ran.code == 0
    made = read_recipe(folder / "recipe.toml")
    assert (made.name, made.model["beta"], made.training.n_epochs) == ("loud", 4.0, 2)


def test_a_setting_of_one_player_leaves_the_others_as_they_are() -> None:
    recipe = parse_recipe("[optimizer.discriminator]\nlearning_rate = 1e-4\n[optimizer.generator]\nbeta1 = 0.5\n")
    changed = with_settings(recipe, ["optimizer.discriminator.beta1=0"]).optimizer
    assert changed.phases.keys() == {"discriminator", "generator"}
    assert (changed.for_phase("discriminator").learning_rate, changed.for_phase("discriminator").beta1) == (1e-4, 0.0)
    assert changed.phases["generator"] == recipe.optimizer.phases["generator"]


def test_a_finished_run_goes_on_for_more_epochs(run: Run, copied: Path) -> None:
    ran = run("train", copied, "--epochs", "2", "--json")
    assert ran.code == 0
    assert [event["done"] for event in ran.events if event["event"] == "progress"][1] == N_BATCHES
    assert ran.events[-1]["result"]["step"] == 3 * N_BATCHES
    assert read_recipe(copied / "recipe.toml").training.n_epochs == 3


def test_an_extended_run_is_not_shortened_by_its_first_recipe(run: Run, recipe: Path, copied: Path) -> None:
    run("train", copied, "--epochs", "1", "--json")
    assert run("train", recipe, "--run", copied, "--json").events[-1]["result"]["step"] == 2 * N_BATCHES


def test_a_finished_run_called_again_changes_nothing_and_says_how_to_extend_it(run: Run, copied: Path) -> None:
    before = digest_of(copied)
    ran = run("train", copied)
    assert ran.code == 0
    assert "was trained to its end already: --epochs 10 trains ten more" in ran.out
    assert digest_of(copied) == before


def test_a_run_does_not_go_on_as_another_model(refused: Refused, copied: Path) -> None:
    told = refused("train", copied, "--set", "model.n_latent=5", "--epochs", "1")
    assert "n_latent = 3" in told
    assert "5" in told


def test_a_run_goes_on_with_another_learning_rate_and_batch_size(run: Run, copied: Path) -> None:
    changes = ("--set", "optimizer.learning_rate=1e-4", "--set", "training.batch_size=128")
    ran = run("train", copied, "--epochs", "1", "--json", *changes)
    assert ran.code == 0
    assert ran.events[-1]["result"]["step"] == N_BATCHES + 12
    assert read_recipe(copied / "recipe.toml").optimizer.learning_rate == 1e-4


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 30 epochs that nobody stopped, beside its recipe."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "long.toml").write_text(DIGITS.replace("n_epochs = 1", "n_epochs = 30"))
    assert main(["train", str(folder / "long.toml"), "--run", str(folder / "run"), "--json"]) == 0
    return folder / "run"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_is_saved_and_ends_as_if_it_had_never_been_stopped(
    number: signal.Signals, code: int, run: Run, whole: Path, tmp_path: Path
) -> None:
    """More is printed than a pipe holds, so the process cannot be at its end when the signal comes."""
    stopped = tmp_path / "stopped"
    process = program("train", whole.with_name("long.toml"), "--run", stopped, "--json")
    assert process.stdout is not None
    while json.loads(process.stdout.readline()).get("split") != "steps":
        pass
    process.send_signal(number)
    ran = ended(process)
    assert (ran.code, ran.err) == (code, "")
    last, status = ran.events[-1], read_status(stopped)
    assert status is not None
    assert last == {"event": "stopped", "run": str(stopped), "step": status.step}
    assert status.state == "stopped"
    assert 0 < status.step < 30 * N_BATCHES
    assert run("train", stopped, "--json").code == 0
    assert digest_of(stopped) == digest_of(whole)
    assert read_metrics(stopped)[0] == read_metrics(whole)[0]


def test_a_person_is_told_how_to_go_on(tmp_path: Path) -> None:
    recipe, folder = tmp_path / "long.toml", tmp_path / "my run"
    recipe.write_text(DIGITS.replace("n_epochs = 1", "n_epochs = 100000"))
    process = program("train", recipe, "--run", folder)
    assert process.stderr is not None
    while "test:" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    ran = ended(process)
    assert (ran.code, ran.out) == (130, "")
    assert f"Go on with: latent-studio train '{folder}'" in ran.err
    assert "Traceback" not in ran.err


def test_a_second_run_of_the_name_reminds_of_the_stopped_one(
    run: Run, recipe: Path, home: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shutil.copytree(trained, home / "runs" / "tiny-digits")
    status = read_status(before)
    assert status is not None
    (before / "status.json").write_text(status.model_copy(update={"state": "stopped"}).model_dump_json())
    ran = run("train", recipe)
    assert f"latent-studio train {before}" in ran.err
    assert (home / "runs" / "tiny-digits-2").is_dir()


def test_the_first_signal_waits_for_a_save_and_the_second_does_not() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopSignals() as signals:
        signals.can_wait = True
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.received == signal.SIGINT
        with pytest.raises(SystemExit) as ending:
            os.kill(os.getpid(), signal.SIGINT)
        assert ending.value.code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_ends_at_once_while_there_is_nothing_to_save() -> None:
    with StopSignals(), pytest.raises(SystemExit) as ending:
        os.kill(os.getpid(), signal.SIGTERM)
    assert ending.value.code == 143


def test_an_estimate_tells_the_steps_and_writes_nothing(run: Run, recipe: Path, tmp_path: Path, home: Path) -> None:
    told = run("estimate", recipe, "--json", "--set", "training.n_epochs=3").json
    assert told["n_steps"] == 3 * N_BATCHES
    assert told["seconds"] > 0
    assert told["n_numbers"] == 64 * 16 + 16 + 16 * 6 + 6 + 3 * 16 + 16 + 16 * 64 + 64
    assert not home.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits.toml"]
    text = run("estimate", recipe).out
    assert "about " in text
    assert "pictures per second" in text


def test_a_length_that_nobody_says_is_the_familys_own(recipe: Path, tmp_path: Path) -> None:
    recipe.write_text(DIGITS.replace("n_epochs = 1\n", ""))
    plan, _ = planned(recipe, tmp_path / "run", ["model.family=classifier"], None)
    assert "n_epochs" not in plan.said()["training"]
    plan, _ = planned(recipe, tmp_path / "run", [], 7)
    assert plan.training.n_epochs == 7
