"""A model of points goes everywhere a model of pictures does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.cli.calls import Run

RECIPE = """
name = "ring"
[data]
source = "gaussians"
options = {n = 400}
[model]
family = "gan"
width = 8
[training]
n_epochs = 2
n_threads = 1
"""


@pytest.fixture
def ring(tmp_path: Path, run: Run) -> Path:
    (tmp_path / "ring.toml").write_text(RECIPE, encoding="utf-8")
    assert run("train", tmp_path / "ring.toml", "--run", tmp_path / "ring").code == 0
    return tmp_path / "ring"


def test_it_is_sampled_measured_and_told(ring: Path, tmp_path: Path, run: Run) -> None:
    assert run("sample", ring, "--out", tmp_path / "samples.png", "--n", 4).code == 0
    with Image.open(tmp_path / "samples.png") as sheet:
        assert int(np.asarray(sheet.convert("L")).max()) > 200  # the dots
    measured = run("evaluate", ring)
    assert measured.code == 0
    assert "spread" in measured.out
    assert "2 coordinates" in run("info", ring).out


def test_a_family_of_pictures_refuses_points_with_the_remedy(tmp_path: Path, run: Run) -> None:
    (tmp_path / "ring.toml").write_text(RECIPE.replace('"gan"\nwidth = 8', '"vae"'), encoding="utf-8")
    ran = run("train", tmp_path / "ring.toml", "--run", tmp_path / "ring")
    assert ran.code == 2
    assert "VAE learns pixels and Ring of 8 Gaussians is points: choose another family." in ran.err
