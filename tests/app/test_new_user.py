"""A new user's first hour, with the hand only: from a map of somebody else's model to a model of one's own pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from latent_studio.app.panels.data import DataPanel
from latent_studio.app.panels.library import LibraryPanel
from latent_studio.app.panels.manifold import ManifoldPanel
from latent_studio.app.panels.train import TrainPanel
from latent_studio.cli.opening import open_model
from latent_studio.core.pictures import picture_from_png
from latent_studio.core.runs import read_status
from latent_studio.studio.favourites import picture_of
from latent_studio.studio.provenance import read_provenance
from latent_studio.views.decoding import reference
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
CTRL = Qt.KeyboardModifier.ControlModifier
OWN = "shells-vae-16"


@pytest.fixture
def shells(tmp_path: Path) -> Path:
    """A folder of 40 own pictures: discs of any size and tint."""
    folder, rng = tmp_path / "shells", np.random.default_rng(0)
    folder.mkdir()
    y, x = np.mgrid[-1:1:32j, -1:1:32j]
    for number in range(40):
        inside = (x**2 + y**2 < rng.uniform(0.2, 0.9))[:, :, None]
        Image.fromarray((inside * rng.integers(80, 255, 3)).astype(np.uint8)).save(folder / f"{number:02}.png")
    return folder


def test_open_pan_adopt_favourite_export_train_on_own_pictures_explore_and_find_all_again(
    open_window: Open, models: Path, shells: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_window()
    pan_the_map(driver)
    code = adopt_from_the_map(driver)
    picture = np.asarray(reference(open_model(models / "digits-4d.safetensors"), np.array(code, np.float32)))
    keep_as_favourite(driver, picture)
    file = tmp_path / "my digit.png"
    export(driver, file, monkeypatch)
    told = read_provenance(file)
    assert told is not None
    assert told.numbers() == code
    assert np.array_equal(np.squeeze(picture_from_png(file.read_bytes())), np.squeeze(picture))
    train_on(driver, shells, home)
    explore_it(driver)
    before = driver.session.document
    driver.close()

    again = open_window("").wait_for_picture()
    assert again.session.document == before
    assert again.window.panel.key == "explore"
    assert again.session.header is not None
    assert again.session.header.name == OWN
    library = again.window.panels["library"]
    assert isinstance(library, LibraryPanel)
    again.key(Qt.Key.Key_1, CTRL)
    again.until(lambda: library.caption() == "2 ready-made models, 1 run")
    again.key(Qt.Key.Key_3, CTRL)
    again.drop_files(again.window, file)  # the picture knows its model and its code
    again.until(lambda: again.session.header is not None and again.session.header.name == "digits-4d")
    assert again.code == code


def test_keys_work_in_every_panel_however_one_comes_there(driver: Driver) -> None:
    driver.key(Qt.Key.Key_4, CTRL)
    panel_of_map(driver).view.setFocus()
    for number in (Qt.Key.Key_6, Qt.Key.Key_5, Qt.Key.Key_8, Qt.Key.Key_3):
        driver.key(number, CTRL)
        before, focused = driver.code, driver.window.focusWidget() or driver.window
        QTest.keyClick(focused, Qt.Key.Key_R)
        assert driver.code != before, driver.window.panel.key
        next(iter(driver.window.panel.findChildren(QAbstractButton))).setFocus()


def panel_of_map(driver: Driver) -> ManifoldPanel:
    panel = driver.window.panels["manifold"]
    assert isinstance(panel, ManifoldPanel)
    return panel


def pan_the_map(driver: Driver) -> None:
    driver.key(Qt.Key.Key_4, CTRL)
    panel, code = panel_of_map(driver), driver.code
    driver.until(lambda: panel.view.plane is not None and not panel.view.canvas.missing(1))
    panel.scatter.bar.switch.click()  # the pictures alone, so that a click means one of them
    before, start = panel.view.viewport, panel.view.rect().center() + QPoint(60, 40)
    QTest.mousePress(panel.view, LEFT, NOTHING, start)
    for step in range(1, 6):
        QTest.mouseMove(panel.view, start + QPoint(-24, 12) * step)
    QTest.mouseRelease(panel.view, LEFT, NOTHING, start + QPoint(-120, 60))
    now = panel.view.viewport
    assert now.scale == before.scale
    moved = (np.array(now.centre) - before.centre) * now.scale
    assert moved == pytest.approx([120, 60], abs=1), "the map goes with the hand, to the px"
    assert driver.code == code, "who pans adopts nothing"
    driver.until(lambda: not panel.view.canvas.missing(0))


def adopt_from_the_map(driver: Driver) -> tuple[float, ...]:
    """Click a picture beside the middle; the code that it shows."""
    view, before = panel_of_map(driver).view, driver.code
    x, y = view.frame.centre
    cell = round(x) + 1, round(y) + 1
    QTest.mouseClick(view, LEFT, NOTHING, view.cell_rect(cell).center().toPoint())
    assert view.plane is not None
    expected = tuple(view.plane.codes(np.array([view.point_of(cell)]))[0].tolist())
    assert driver.code == expected != before
    return expected


def keep_as_favourite(driver: Driver, picture: np.ndarray) -> None:
    driver.key(Qt.Key.Key_F)
    driver.until(lambda: len(driver.session.document.favourites) == 1)
    (kept,) = driver.session.document.favourites
    assert kept.code == driver.code
    shown = picture_of(kept)
    assert shown is not None
    assert np.array_equal(np.squeeze(shown), np.squeeze(picture))


def export(driver: Driver, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button with the floppy disk in Explore, which asks where."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    driver.key(Qt.Key.Key_3, CTRL)
    driver.settled_picture()
    driver.click(driver.explore.save)
    driver.until(lambda: driver.explore.banner.message() == f"Saved {file}")


def train_on(driver: Driver, folder: Path, home: Path) -> None:
    """Drop the folder on the Data panel, take it to Train, ask for one epoch and start."""
    driver.key(Qt.Key.Key_2, CTRL)
    data, train = driver.window.panels["data"], driver.window.panels["train"]
    assert isinstance(data, DataPanel)
    assert isinstance(train, TrainPanel)
    driver.drop_files(data, folder)
    driver.until(lambda: data.caption().startswith("shells · 36 + 4 test"))
    driver.until(lambda: data.wall.page(0) is not None)
    driver.click(data.controls.train)
    assert driver.window.panel.key == "train"
    driver.until(lambda: train.form.why.text() != "")
    recipe = train.recipe()
    assert recipe is not None
    assert (recipe.data.path, recipe.name) == (str(folder), OWN)
    epochs = train.form.training.field("training.n_epochs")
    epochs.setFocus()
    QTest.keySequence(epochs, "Ctrl+A")
    QTest.keyClicks(epochs, "1")
    QTest.keyClick(epochs, Qt.Key.Key_Return)
    driver.until(lambda: (recipe := train.recipe()) is not None and recipe.training.n_epochs == 1)
    driver.click(train.start_bar.start)
    driver.until(lambda: (s := read_status(home / "runs" / OWN)) is not None and s.state == "finished")
    driver.until(train.board.view.head.explore.isEnabled)
    driver.click(train.board.view.head.explore)


def explore_it(driver: Driver) -> None:
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == OWN)
    assert driver.window.panel.key == "explore"
    driver.until(lambda: bool(driver.rows.visible_keys()))
    column = int(driver.rows.visible_keys()[0])
    before = driver.settled_picture()
    assert before.shape[2] == 3
    driver.drag_slider(column, 1.0, 2.5)
    assert driver.code[column] == pytest.approx(2.5, abs=0.1)
    assert not np.array_equal(driver.settled_picture(), before)
