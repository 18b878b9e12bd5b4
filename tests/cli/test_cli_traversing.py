"""`latent-studio render traversal`: its ranges, and what moves."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from PIL import Image

from latent_studio.cli.opening import open_model
from latent_studio.core.header import read_header
from latent_studio.data import load
from latent_studio.views.decoding import reference
from latent_studio.views.encoding import encode
from tests.cli.calls import Refused, Run


def test_quantiles_are_those_of_the_prior(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ("--range", "quantiles", "--n", 5, "--dims", "z0", "--json")
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", *arguments).json
    expected = [NormalDist().inv_cdf(0.01 + 0.98 * k / 4) for k in range(5)]
    found = [float(value.replace("−", "-")) for value in told["rows"][0]["values"]]
    assert found == pytest.approx(expected, abs=0.006)  # they are told with two decimals


def test_the_data_range_is_that_of_the_codes_of_the_data(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ("--range", "data", "--n", 2, "--order", "index", "--json")
    told = run("render", "traversal", checkpoint, "--out", tmp_path / "t.png", *arguments).json
    opened, images = open_model(checkpoint), load("digits")
    neutral = opened.header.space.neutral()
    codes = [encode(opened, picture[0], neutral).code for picture in images.pixels[images.test][:500]]
    ends = [[float(value.replace("−", "-")) for value in row["values"]] for row in told["rows"]]
    assert np.allclose(ends, np.quantile(codes, (0.01, 0.99), axis=0).T, atol=0.006)


@pytest.mark.parametrize("ending", [".webp", ".gif", ".png"])
def test_an_animation_goes_there_and_back_for_ever(run: Run, checkpoint: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"z1{ending}"
    assert run("render", "traversal", checkpoint, "--out", out, "--dims", "z1", "--n", 4, "--animate").code == 0
    opened = open_model(checkpoint)
    code = opened.header.space.neutral()
    with Image.open(out) as image:
        assert image.n_frames == 6  # type: ignore[attr-defined]
        assert image.info["loop"] == 0
        for frame, value in enumerate([-3.0, -1.0, 1.0, 3.0, 1.0, -1.0]):
            image.seek(frame)
            code[1] = value
            found = np.asarray(image.convert("L"))[::40, ::40].astype(int)
            assert np.abs(found - reference(opened, code)).max() <= (2 if ending == ".gif" else 0)


def test_an_animated_png_says_which_weights_it_shows(run: Run, checkpoint: Path, tmp_path: Path) -> None:
    out = tmp_path / "all.png"
    told = run("render", "traversal", checkpoint, "--out", out, "--n", 3, "--animate", "--json").json
    with Image.open(out) as image:
        image.load()
        about = json.loads(image.info["latent_studio"])
    assert about["digest"] == read_header(checkpoint).digest
    assert told == {"out": str(out), **about}


def test_another_ending_is_refused(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    assert "let --out end in .webp" in refused(
        "render", "traversal", checkpoint, "--out", tmp_path / "x.mp4", "--animate"
    )
    assert ".png" in refused("render", "traversal", checkpoint, "--out", tmp_path / "x.mp4")
