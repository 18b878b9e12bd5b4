"""Small trained models and an open window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_studio.app.session import Places
from latent_studio.app.settings import Settings
from latent_studio.app.theme import apply_theme
from tests.app.driving import Driver, digits_recipe, trained


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ready-made models: digits with 4 dimensions, and with 1."""
    folder, runs = tmp_path_factory.mktemp("models"), tmp_path_factory.mktemp("model-runs")
    for n_latent in (4, 1):
        recipe = digits_recipe(f"digits-{n_latent}d", n_latent)
        trained(recipe, runs / recipe.name, folder / f"{recipe.name}.safetensors")
    return folder


Open = Callable[..., Driver]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, models: Path, home: Path) -> Iterator[Open]:
    """Opens windows on models, at least until their first picture; all are closed in the end."""
    apply_theme(qapp, "dark")
    opened: list[Driver] = []

    def make(
        model: str = "digits-4d",
        ready_made: Path = models,
        settings: Settings | None = None,
        first: Path | None = None,
    ) -> Driver:
        path = str(ready_made / f"{model}.safetensors") if model else ""
        opened.append(Driver(qtbot, Places(ready_made, home), path, settings, first))
        return opened[-1].wait_for_picture() if model else opened[-1]

    yield make
    for driver in opened:
        driver.close()


@pytest.fixture
def driver(open_window: Open) -> Driver:
    """A window on the model with 4 dimensions."""
    return open_window()
