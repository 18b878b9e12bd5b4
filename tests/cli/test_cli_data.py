"""`data list`, `data show` and `data fetch`."""

from __future__ import annotations

import hashlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_studio.data import load, sources
from latent_studio.data.downloads import Download, RemoteFile, download
from tests.cli.calls import Refused, Run, ended, program
from tests.data.conftest import idx_bytes
from tests.data.mirror import Mirror, serving


def test_every_source_is_listed_with_its_options(run: Run) -> None:
    told = run("data", "list", "--json").json
    assert [source["name"] for source in told["sources"]] == [source.name for source in sources()]
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


def test_attributes_are_told_with_their_names_and_counts(run: Run, tmp_path: Path) -> None:
    index = np.arange(30)
    np.savez(
        tmp_path / "fruit.npz",
        images=np.zeros((30, 8, 8), np.uint8),
        kind=np.array(["apple", "fig", ""])[index % 3],
        weight=index / 8,
    )
    told = run("data", "show", tmp_path / "fruit.npz", "--json").json["attributes"]
    assert (told["kind"]["names"], told["kind"]["counts"], told["kind"]["n_missing"]) == (
        ["apple", "fig"],
        [10, 10],
        10,
    )
    assert (told["weight"]["low"], told["weight"]["high"]) == (0, 29 / 8)
    text = run("data", "show", tmp_path / "fruit.npz", "--set", "label_column=kind", "--set", "only=kind=fig").out
    assert "fig (10)" in text
    assert "apple (0)" in text
    assert "0.125 … 3.5" in text


@pytest.fixture
def small_mnist(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Mirror, Download]]:
    """A mirror of a small set that stands in for MNIST."""
    content = idx_bytes(np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8))
    file = RemoteFile("train-images-idx3-ubyte", len(content), hashlib.sha256(content).hexdigest())
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("LATENT_STUDIO_DATA", raising=False)
    with serving(Mirror({file.name: content})) as mirror:
        entry = Download("mnist", "Small: for tests", "idx", (file,), (mirror.url,), "", "")
        monkeypatch.setattr("latent_studio.data.downloads.DOWNLOADS", (entry,))
        yield mirror, entry


def test_a_set_is_downloaded_and_then_found_by_its_name(
    run: Run, small_mnist: tuple[Mirror, Download], home: Path
) -> None:
    assert run("data", "list", "--json").json["downloads"][0]["path"] is None
    ran = run("data", "fetch", "mnist")
    assert (ran.code, ran.out) == (0, f"Small is here: {home / 'data' / 'mnist'}\n")
    assert run("data", "list", "--json").json["downloads"][0]["path"] == str(home / "data" / "mnist")
    assert run("data", "show", "mnist", "--json").json["n_train"] == 27


def test_a_download_tells_its_events_as_json_and_goes_where_it_is_told(
    run: Run, small_mnist: tuple[Mirror, Download], tmp_path: Path
) -> None:
    mirror, entry = small_mnist
    events = run("data", "fetch", "mnist", "--to", tmp_path / "here", "--mirror", mirror.url[:-1], "--json").events
    assert [event["done"] for event in events if event["event"] == "progress"][-1] == entry.n_bytes
    assert events[-1]["event"] == "done"
    assert events[-1]["result"]["path"] == str(tmp_path / "here")
    assert (tmp_path / "here" / entry.files[0].name).read_bytes() == mirror.files[entry.files[0].name]


def test_what_cannot_be_downloaded_is_told_in_a_sentence(
    refused: Refused, run: Run, small_mnist: tuple[Mirror, Download]
) -> None:
    assert 'did you mean "mnist"' in refused("data", "fetch", "mnsit")
    assert "it answers 404" in refused("data", "fetch", "mnist", "--mirror", small_mnist[0].url + "elsewhere/")
    assert "no address" in refused("data", "fetch", "mnist", "--mirror", "file:///etc")


def test_ctrl_c_stops_a_download_and_keeps_what_has_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    first = download("mnist").files[0]
    with serving(Mirror({first.name: bytes(first.n_bytes)}, stalls_after=400_000)) as mirror:
        process = program("data", "fetch", "mnist", "--to", tmp_path, "--mirror", mirror.url, "--json")
        assert process.stdout is not None
        while json.loads(process.stdout.readline())["done"] == 0:
            continue
        process.send_signal(signal.SIGINT)
        ran = ended(process)
    assert ran.code == 130
    assert "what has come is kept" in ran.err
    assert "Traceback" not in ran.err
    assert 0 < (tmp_path / f"{first.name}.part").stat().st_size <= 400_000


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
