"""`sample` and `render`: what is on the sheets, and where the pictures come from."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from latent_studio.cli.opening import open_model
from latent_studio.core.header import read_header
from latent_studio.data import load
from latent_studio.views.decoding import reference
from latent_studio.views.sheets import GAP_PX, MARGIN_PX
from tests.cli.calls import Refused, Run

TILE = 8 * 10  # a digit of 8 px, enlarged


def opened(path: Path) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """A sheet's pixels, and what its text chunk says."""
    with Image.open(path) as image:
        assert isinstance(image, PngImageFile)
        return np.asarray(image.convert("L")), json.loads(image.text["latent_studio"])


def tile(sheet: NDArray[np.uint8], row: int, column: int, left: int, top: int) -> NDArray[np.uint8]:
    """The picture at a place of the sheet, at its own size."""
    y, x = top + row * (TILE + GAP_PX), left + column * (TILE + GAP_PX)
    return sheet[y : y + TILE : 10, x : x + TILE : 10]


def left_of(sheet: NDArray[np.uint8], n_columns: int) -> int:
    """Where the tiles begin: counted from the right, because titles stand on the left."""
    return int(sheet.shape[1]) - MARGIN_PX - n_columns * (TILE + GAP_PX) + GAP_PX


def top_of(sheet: NDArray[np.uint8], n_rows: int) -> int:
    return int(sheet.shape[0]) - MARGIN_PX - n_rows * (TILE + GAP_PX) + GAP_PX


def test_a_seed_draws_the_same_sheet_and_another_seed_another(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        assert run("sample", checkpoint, "--out", tmp_path / f"{name}.png", "--n", 5, "--seed", seed).code == 0
    a, b, c = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_samples_stand_in_rows_and_say_which_model_made_them(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "s.png"
    ran = run("sample", checkpoint, "--out", out, "--n", 7, "--columns", 4, "--temperature", 0, "--json")
    sheet, about = opened(out)
    assert sheet.shape == (2 * TILE + GAP_PX + 2 * MARGIN_PX, 4 * TILE + 3 * GAP_PX + 2 * MARGIN_PX)
    assert about["digest"] == read_header(checkpoint).digest
    assert ran.json == {"out": str(out), **about}
    tiles = [tile(sheet, *divmod(k, 4), MARGIN_PX, MARGIN_PX) for k in range(7)]
    assert all((other == tiles[0]).all() for other in tiles)  # without temperature every draw is the neutral code
    assert tiles[0].any()


def test_rows_of_a_traversal_meet_in_the_neutral_code(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.png"
    assert run("render", "traversal", checkpoint, "--out", out, "--n", 5).code == 0
    sheet, _ = opened(out)
    left, top = left_of(sheet, 5), top_of(sheet, 3)
    middles = [tile(sheet, row, 2, left, top) for row in range(3)]
    assert (middles[0] == middles[1]).all()
    assert (middles[0] == middles[2]).all()
    ends = [tile(sheet, row, 0, left, top) for row in range(3)]
    assert not (ends[0] == ends[1]).all()
    run("sample", checkpoint, "--out", tmp_path / "s.png", "--n", 1, "--temperature", 0)
    assert (tile(opened(tmp_path / "s.png")[0], 0, 0, MARGIN_PX, MARGIN_PX) == middles[0]).all()


def test_the_important_dimensions_come_first(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    kl = read_header(checkpoint).statistics["kl"]
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", "--json").json
    assert [row["name"] for row in told["rows"]] == [f"z{k}" for k in np.argsort(kl)[::-1]]
    assert [row["kl"] for row in told["rows"]] == sorted(kl, reverse=True)
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", "--json", "--order", "index").json
    assert [row["name"] for row in told["rows"]] == ["z0", "z1", "z2"]


def test_dimensions_and_reach_are_taken_as_they_are_given(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ("--dims", "z2, 0", "--n", 3, "--reach", 1.5, "--json")
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", *arguments).json
    assert [row["name"] for row in told["rows"]] == ["z2", "z0"]
    assert [row["values"] for row in told["rows"]] == [["−1.5", "0", "+1.5"]] * 2
    assert told["code"] == [0.0, 0.0, 0.0]


def test_a_seed_gives_another_code_to_sweep_through(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", "--seed", 1, "--json").json
    assert np.allclose(told["code"], np.random.default_rng(1).standard_normal((1, 3), dtype=np.float32)[0])


def test_a_dimension_that_is_not_there(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "t.png")
    assert "did you mean" in refused("render", "traversal", checkpoint, *out, "--dims", "zz0")
    assert "has 3, counted from 0" in refused("render", "traversal", checkpoint, *out, "--dims", "3")


def test_originals_stand_above_their_reconstructions(run: Run, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.png"
    arguments = ("--n", 6, "--columns", 4, "--start", 10, "--json")
    told = run("render", "reconstruction", trained, "--out", out, *arguments).json
    sheet, _ = opened(out)
    left, top = left_of(sheet, 4), top_of(sheet, 4)
    digits = load("digits")
    for k in range(6):
        row, column = divmod(k, 4)
        original = tile(sheet, 2 * row, column, left, top)
        assert (original == digits.pixels[digits.n_train + 10 + k, 0]).all()
        back = tile(sheet, 2 * row + 1, column, left, top)
        error = ((back / 255.0 - original / 255.0) ** 2).mean()
        assert told["pictures"][k]["mse"] == pytest.approx(error, abs=2e-3)  # the sheet holds whole grey levels
    assert told["nats"] == pytest.approx(np.mean([picture["nats"] for picture in told["pictures"]]))


def test_no_pictures_beyond_the_end(refused: Refused, trained: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "r.png")
    assert "choose a smaller --start" in refused("render", "reconstruction", trained, *out, "--start", 360)


@pytest.fixture
def moved(run: Run, recipe: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A run on a folder of pictures that lies elsewhere now: (run, new place)."""
    folder = tmp_path / "shapes"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(40):
        Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(folder / f"{index:02d}.png")
    settings = ("--set", "data.source=folder", "--set", f"data.path={folder}", "--set", "data.size=8")
    arguments = (*settings, "--set", "training.batch_size=16", "--json")
    assert run("train", recipe, "--run", tmp_path / "run", *arguments).code == 0
    return tmp_path / "run", Path(shutil.move(folder, tmp_path / "elsewhere"))


def test_where_data_are_missing_their_new_place_can_be_told(
    run: Run, refused: Refused, moved: tuple[Path, Path], tmp_path: Path
) -> None:
    folder, place = moved
    commands: list[tuple[object, ...]] = [
        ("evaluate", folder),
        ("render", "reconstruction", folder, "--out", tmp_path / "r.png"),
        ("export", folder, "--out", tmp_path / "e.safetensors"),
    ]
    for command in commands:
        told = refused(*command)
        assert "shapes, which tiny digits was trained on, is not at" in told
        assert told.endswith("say with --path where it lies.")
        ran = run(*command, "--path", place)
        assert (ran.code, ran.err) == (0, "")


def test_other_pictures_than_the_models_own_are_named_as_such(run: Run, trained: Path, tmp_path: Path) -> None:
    arguments = ("--source", "moons", "--out", tmp_path / "r.png")
    ran = run("render", "reconstruction", trained, *arguments)
    assert ran.code == 0
    assert "not the pictures that tiny digits was trained on: Moon phases differs" in ran.err


def test_pictures_of_another_shape_are_refused(refused: Refused, trained: Path) -> None:
    told = refused("evaluate", trained, "--size", "16")
    assert "16 × 16 px in grey" in told
    assert "8 × 8 px in grey" in told


def test_a_manifold_shows_the_prior_s_quantiles_the_others_held(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.png"
    ran = run(
        "render", "manifold", checkpoint, "--out", out, "--n", 4, "--plane", "z2,z0", "--code", "9,0.5,9", "--json"
    )
    sheet, about = opened(out)
    assert sheet.shape == (4 * 8, 4 * 8)
    assert ran.json == {"out": str(out), **about}
    assert [axis["name"] for axis in about["plane"]["axes"]] == ["z2", "z0"]
    assert about["plane"]["across"] == about["plane"]["up"] == [0.125, 0.375, 0.625, 0.875]
    model = open_model(checkpoint)
    exact = [NormalDist().inv_cdf(u) for u in about["plane"]["up"]]
    for row, column in ((0, 0), (3, 1)):
        code = np.array([exact[3 - row], 0.5, exact[column]], np.float32)
        assert np.array_equal(sheet[8 * row : 8 * row + 8, 8 * column : 8 * column + 8], reference(model, code))


def test_a_linear_manifold_goes_from_one_end_to_the_other(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ("--out", tmp_path / "m.png", "--n", 3, "--spacing", "linear", "--reach", 2, "--json")
    assert run("render", "manifold", checkpoint, *arguments).json["plane"]["across"] == [-2.0, 0.0, 2.0]


def test_a_plane_that_is_none_is_refused_in_a_sentence(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "m.png")
    assert "takes two dimensions" in refused("render", "manifold", checkpoint, *out, "--plane", "z0")
    assert "two different" in refused("render", "manifold", checkpoint, *out, "--plane", "z1,z1")
    assert "takes the 3 numbers" in refused("render", "manifold", checkpoint, *out, "--code", "1,2")


def test_samples_are_rendered_as_they_are_sampled(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    a, b = tmp_path / "a.png", tmp_path / "b.png"
    assert run("sample", checkpoint, "--out", a, "--n", 5, "--seed", 3).code == 0
    assert run("render", "samples", checkpoint, "--out", b, "--n", 5, "--seed", 3).code == 0
    assert a.read_bytes() == b.read_bytes()
