"""A model of points in the window: each code is drawn as a dot over the range of the data."""

from __future__ import annotations

from pathlib import Path

from latent_studio.training.recipe import DataSection, Recipe, TrainingSection
from tests.app.conftest import Open
from tests.app.driving import trained


def test_a_code_of_a_point_is_a_dot_and_every_panel_opens(open_window: Open, tmp_path: Path) -> None:
    recipe = Recipe(
        name="ring",
        data=DataSection(source="gaussians", options={"n": 400}),
        model={"family": "gan", "width": 8},
        training=TrainingSection(n_epochs=2, n_threads=1),
    )
    trained(recipe, tmp_path / "run", tmp_path / "ring.safetensors")
    driver = open_window("ring", tmp_path)
    picture = driver.settled_picture()
    assert picture.shape == (32, 32, 3)
    assert int(picture.max()) > 200
    for key in ("manifold", "samples", "traversals", "compare", "library", "train", "explore"):
        driver.window.go_to(key)
        driver.qtbot.wait(50)
    assert driver.settled_picture().shape == (32, 32, 3)
