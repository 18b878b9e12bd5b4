"""`data list` and `data show`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from latent_studio.data import load, sources
from tests.cli.calls import Run


def test_every_source_is_listed_with_its_options(run: Run) -> None:
    told = run("data", "list", "--json").json
    assert [source["name"] for source in told] == [source.name for source in sources()]
    text = run("data", "list").out
    assert "Moon phases" in text
    assert "vary_size" in text


def test_a_set_is_told_by_counts_labels_and_digest(run: Run) -> None:
    told = run("data", "show", "digits", "--json").json
    digits = load("digits")
    assert digits.labels is not None
    assert told["digest"] == digits.content_digest()
    assert (told["n_train"], told["n_test"], told["image_shape"]) == (1437, 360, [1, 8, 8])
    assert [told["labels"][name]["test"] for name in "0123456789"] == np.bincount(digits.labels[1437:]).tolist()
    text = run("data", "show", "digits").out
    assert "1,437 to train, 360 to test" in text
    assert "CC BY 4.0" in text


def test_options_and_size_reach_the_source(run: Run) -> None:
    told = run("data", "show", "moons", "--size", 16, "--set", "n=50", "--set", "tilt=true", "--json").json
    assert told["n_train"] + told["n_test"] == 50
    assert told["image_shape"] == [1, 16, 16]
    assert told["digest"] == load("moons", size=16, n=50, tilt=True).content_digest()
    assert told["digest"] != load("moons", size=16, n=50).content_digest()


def test_a_path_finds_its_source(run: Run, tmp_path: Path) -> None:
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for index in range(10):
            colour = (10 * index, 100, 0) if name == "cats" else (0, 0, 10 * index)
            Image.new("RGB", (20, 30), colour).save(tmp_path / "pets" / name / f"{index}.png")
    told = run("data", "show", tmp_path / "pets", "--size", 16, "--json").json
    assert (told["source"], told["name"], told["image_shape"]) == ("folder", "pets", [3, 16, 16])
    assert {name: sum(counts.values()) for name, counts in told["labels"].items()} == {"cats": 10, "dogs": 10}
    assert run("data", "show", tmp_path / "pets", "--sheet", tmp_path / "sheet.png").code == 0
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.mode == "RGB"
        assert sheet.width > 4 * 16


def test_real_mnist_is_recognised(run: Run, data_dir: Path) -> None:
    told = run("data", "show", "mnist", "--json").json
    assert (told["source"], told["name"], told["n_train"], told["n_test"]) == ("idx", "MNIST", 60_000, 10_000)
    assert told["labels"]["1"] == {"train": 6742, "test": 1135}
