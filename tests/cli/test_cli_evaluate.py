"""`evaluate`, `info` and `export`: figures that agree with what training wrote down, and files that keep them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from latent_studio.core.header import read_header
from latent_studio.core.runs import newest_weights, read_metrics
from latent_studio.training.checkpoint import load_checkpoint, load_weights
from latent_studio.training.recipe import read_recipe
from tests.cli.calls import Run


def measures(run: Run, *arguments: object) -> dict[str, Any]:
    found = run("evaluate", *arguments, "--json").json["parts"]
    assert isinstance(found, dict)
    return found


def test_the_test_part_measures_as_it_did_while_training(run: Run, trained: Path) -> None:
    logged = [row for row in read_metrics(trained)[0] if row.split == "test"][-1].values
    found = measures(run, trained)["test"]
    assert found["loss"] == pytest.approx(logged["loss"], rel=1e-6)
    kl = logged["kl_per_dim"]
    assert isinstance(kl, tuple)
    assert found["kl_per_dim"] == pytest.approx(list(kl), rel=1e-5)


def test_the_bound_is_the_sum_of_its_parts(run: Run, trained: Path) -> None:
    for values in measures(run, trained, "--split", "both").values():
        assert values["elbo"] == -values["loss"]
        assert values["loss"] == pytest.approx(values["reconstruction"] + values["kl"], rel=1e-6)
        assert values["kl"] == pytest.approx(sum(values["kl_per_dim"]), rel=1e-5)
        assert values["n_active"] == sum(nats > 0.01 for nats in values["kl_per_dim"])
        assert values["n_dims"] == 3


def test_raw_averaged_and_best_weights_are_told_apart(run: Run, trained: Path) -> None:
    found = {
        weights: run("evaluate", trained, "--weights", weights, "--json").json for weights in ("ema", "raw", "best")
    }
    assert (found["ema"]["weights"], found["raw"]["weights"]) == ("ema", "raw")
    assert found["ema"]["parts"] != found["raw"]["parts"]
    assert found["best"]["digest"] == found["ema"]["digest"]  # one measurement was made, at the end


def test_a_window_around_samples_gives_any_model_a_likelihood(run: Run, trained: Path) -> None:
    told = run("evaluate", trained, "--parzen", "--samples", 500, "--json").json
    found = told["parzen"]
    assert found["n_centres"] == 500
    assert 0.05 < found["bandwidth"] < 0.7
    assert found["log_likelihood"] < 64  # a density of 64 numbers that lie all over [0, 1]
    assert run("evaluate", trained, "--parzen", "--samples", 500, "--json").json == told
    assert "nats per picture, Parzen window" in run("evaluate", trained, "--parzen", "--samples", 500).out


def test_another_seed_draws_other_codes(run: Run, checkpoint: Path) -> None:
    assert measures(run, checkpoint, "--seed", 1) != measures(run, checkpoint, "--seed", 2)
    assert measures(run, checkpoint, "--seed", 1) == measures(run, checkpoint, "--seed", 1)


def test_a_person_reads_a_table_of_dimensions_by_importance(run: Run, trained: Path) -> None:
    told = run("evaluate", trained, "--split", "both").out
    assert "360 test pictures and 1,437 train pictures of UCI digits" in told
    kl = measures(run, trained)["test"]["kl_per_dim"]
    largest = max(range(3), key=lambda k: kl[k])
    rows = [line for line in told.splitlines() if line.strip().startswith("z")]
    assert rows[0].split()[:2] == [f"z{largest}", f"{kl[largest]:.4f}"]


def test_info_tells_of_a_checkpoint_what_its_header_holds(run: Run, checkpoint: Path) -> None:
    told = run("info", checkpoint, "--json").json
    header = read_header(checkpoint)
    assert told["header"]["digest"] == header.digest
    assert told["bytes"] == checkpoint.stat().st_size
    assert {tensor["name"]: tuple(tensor["shape"]) for tensor in told["tensors"]} == {
        name: tuple(tensor.shape) for name, tensor in load_weights(checkpoint).items()
    }
    text = run("info", checkpoint).out
    for part in ("tiny digits", "z: normal × 3", "23 steps, 1.0 epochs", header.digest, "8 × 8"):
        assert part in text


def test_info_tells_how_a_run_stands(run: Run, trained: Path) -> None:
    told = run("info", trained, "--json").json
    assert (told["run"]["state"], told["run"]["step"]) == ("finished", 23)
    assert re.search(r"finished, (just now|\d+ min ago)", run("info", trained).out)  # who knows how fast the machine is


def test_an_exported_model_is_the_runs_and_brings_its_recipe(run: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "ready.safetensors"
    told = run("export", trained, "--out", out, "--json").json
    header, _ = load_checkpoint(out)
    newest = newest_weights(trained)
    assert newest is not None
    assert header.digest == told["digest"] == read_header(newest).digest
    assert header.preview == read_header(newest).preview
    assert told["loss"]["before"] == told["loss"]["after"]
    assert read_recipe(tmp_path / "ready.toml") == read_recipe(trained / "recipe.toml")


def test_sixteen_bits_halve_the_matrices_and_tell_what_they_cost(run: Run, trained: Path, tmp_path: Path) -> None:
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    run("export", trained, "--out", whole)
    loss = run("export", trained, "--out", half, "--bf16", "--json").json["loss"]
    kinds = {name: str(tensor.dtype) for name, tensor in load_weights(half).items()}
    for name, tensor in load_weights(whole).items():
        assert kinds[name] == ("torch.bfloat16" if tensor.dim() > 1 else "torch.float32")
    assert half.stat().st_size < 0.75 * whole.stat().st_size
    assert loss["before"] != loss["after"]
    assert loss["after"] == pytest.approx(loss["before"], rel=1e-3)
    # the header tells the figures of the file itself, and evaluating the file gives them again
    assert read_header(half).metrics["loss"] == loss["after"]
    assert measures(run, half)["test"]["loss"] == pytest.approx(loss["after"], rel=1e-6)
    assert "as written" in run("export", trained, "--out", half, "--bf16").out


def test_the_raw_weights_can_be_exported(run: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "raw.safetensors"
    loss = run("export", trained, "--out", out, "--weights", "raw", "--json").json["loss"]["after"]
    assert read_header(out).weights == "raw"
    assert loss == pytest.approx(measures(run, trained, "--weights", "raw")["test"]["loss"], rel=1e-6)


def test_an_exported_file_does_not_tell_where_its_maker_keeps_data(run: Run, recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "private" / "shapes"
    folder.mkdir(parents=True)
    for index in range(20):
        Image.fromarray(np.full((8, 8), 12 * index, np.uint8)).save(folder / f"{index}.png")
    settings = ("--set", "data.source=folder", "--set", f"data.path={folder}", "--set", "data.size=8")
    assert run("train", recipe, "--run", tmp_path / "run", "--json", *settings).code == 0
    assert run("export", tmp_path / "run", "--out", tmp_path / "out" / "ready.safetensors").code == 0
    for path in (tmp_path / "out").iterdir():
        assert b"private" not in path.read_bytes()
    assert read_recipe(tmp_path / "out" / "ready.toml").data.path == "shapes"
