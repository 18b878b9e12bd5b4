"""`render codes`: categories down, a number or draws across, by number or by what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from latent_studio.cli.opening import open_model
from latent_studio.core.header import read_header
from latent_studio.data import load
from latent_studio.views.decoding import reference
from latent_studio.views.sheets import GAP_PX, MARGIN_PX
from tests.app.coded import FAMILIES, LABEL_OF, coded_checkpoint
from tests.cli.calls import Refused, Run
from tests.training.toys import families_in

STEP = 8 * 10 + GAP_PX  # a digit of 8 px, enlarged, and what is beside it


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A model with a category, two numbers and noise, whose family is in place."""
    path = tmp_path_factory.mktemp("coded") / "coded.safetensors"
    with families_in(FAMILIES):
        coded_checkpoint(path, load("digits"))
        yield path


def test_each_value_is_a_row_and_the_number_goes_across(run: Run, model: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.png"
    ran = run("render", "codes", model, "--out", out, "--vary", "u1", "--columns", 3, "--seed", 4, "--json")
    with Image.open(out) as image:
        assert isinstance(image, PngImageFile)
        sheet, about = np.asarray(image.convert("L")), json.loads(image.text["latent_studio"])
    assert ran.json == {"out": str(out), **about}
    assert about["digest"] == read_header(model).digest
    assert (about["category"], about["across"], about["columns"]) == ("c", "u1", ["−1", "0", "+1"])
    assert [row["value"] for row in about["rows"]] == [str(value) for value in range(10)]
    opened = open_model(model)
    code = opened.header.space.sample(1, np.random.default_rng(4))[0]
    left, top = sheet.shape[1] - MARGIN_PX - 3 * STEP + GAP_PX, sheet.shape[0] - MARGIN_PX - 10 * STEP + GAP_PX
    for row, column, u1 in ((0, 0, -1.0), (7, 1, 0.0), (9, 2, 1.0)):
        code[4:14], code[15] = np.eye(10)[row], u1
        y, x = top + row * STEP, left + column * STEP
        assert np.array_equal(sheet[y : y + 80 : 10, x : x + 80 : 10], reference(opened, code))


def test_draws_across_are_the_same_for_the_same_seed(run: Run, model: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        arguments = ("--vary", "noise", "--columns", 4, "--seed", seed, "--json")
        told = run("render", "codes", model, "--out", tmp_path / f"{name}.png", *arguments).json
        assert (told["across"], told["seed"]) == ("noise", seed)
    a, b, c = ((tmp_path / f"{name}.png").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_by_meaning_rows_stand_in_the_order_of_their_labels(run: Run, model: Path, tmp_path: Path) -> None:
    arguments = ("render", "codes", model, "--out", tmp_path / "c.png", "--order", "meaning")
    told = run(*arguments, "--json").json
    assert [row["label"] for row in told["rows"]] == list("0123456789")
    assert [row["value"] for row in told["rows"]] == [str(LABEL_OF.index(label)) for label in range(10)]
    assert all(0.5 < row["purity"] <= 1 for row in told["rows"])
    assert (told["n"], told["across"]) == (1437, "u0")
    assert 0 < told["error"] < 0.2
    ran = run(*arguments)
    assert f"u0 across c, which errs on {100 * told['error']:.1f} % of 1,437 pictures" in ran.out


def test_what_is_not_there_is_refused_with_the_remedy(
    refused: Refused, model: Path, checkpoint: Path, tmp_path: Path
) -> None:
    out = ("--out", tmp_path / "c.png")
    assert "has no categories: open or train a model" in refused("render", "codes", checkpoint, *out)
    assert 'did you mean "c"' in refused("render", "codes", model, *out, "--factor", "cc")
    assert 'did you mean "u0"' in refused("render", "codes", model, *out, "--vary", "v0")
    assert "is not named as a PNG" in refused("render", "codes", model, "--out", tmp_path / "c.gif")


def test_by_meaning_says_why_where_it_cannot_be_found_out(refused: Refused, tmp_path: Path) -> None:
    with families_in(FAMILIES):
        path = tmp_path / "lost.safetensors"
        coded_checkpoint(path, load("digits"), source="")
        out = ("--out", tmp_path / "c.png")
        told = refused("render", "codes", path, *out, "--order", "meaning")
    assert told == "lost does not say which data it was trained on: leave the rows in the order of their numbers."
