"""The visit without a person: it shows every panel that there is, with ready-made models or without any."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.panel import find_panels
from latent_studio.app.pictures import whole_visit
from latent_studio.app.touring import film
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import drag
from latent_studio.app.touring.saving import STEPS, save_png
from latent_studio.app.touring.visit import Visit
from latent_studio.app.widgets.pixels import to_qimage
from tests.app.conftest import Open
from tests.app.driving import Driver

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
PATIENCE_MS = 60_000
SIZE = (1080, 640)


@pytest.fixture
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor does not look long."""
    for name, seconds in (("LOOK_EVERY_S", 0.05), ("REST_AT_LEAST_S", 0.05), ("REST_AT_MOST_S", 0.5)):
        monkeypatch.setattr(f"latent_studio.app.touring.visit.{name}", seconds)


def perform(driver: Driver, script: Script) -> None:
    """What the conductor does, by hand."""
    for condition in script:
        driver.qtbot.waitUntil(condition, timeout=PATIENCE_MS)


@pytest.mark.usefixtures("_in_haste")
@pytest.mark.parametrize("model", ["digits-4d", ""], ids=["with a model", "without any"])
def test_every_panel_gets_a_picture_and_what_was_trained_is_in_the_library(
    open_window: Open, tmp_path: Path, models: Path, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LATENT_STUDIO_DATA", raising=False)
    (tmp_path / "none").mkdir()
    driver = open_window(model, models if model else tmp_path / "none")
    visit = Visit(driver.window, tmp_path, ("light",), train_s=0.5)
    driver.window.resize(*SIZE)
    perform(driver, whole_visit(visit))
    names = {path.stem.removesuffix("-light") for path in visit.pictures}
    assert names >= {kind.key for kind in find_panels()} | {"palette", "keys", "explore-while-training", "train-game"}
    assert ("favourites" in names) == bool(model)
    for path in visit.pictures:
        with Image.open(path) as picture:
            assert picture.height == (driver.dock.height() if path.stem.startswith("favourites") else SIZE[1])
            assert len(picture.getcolors(1 << 20) or []) > 20, "something is seen"
    assert len({path.read_bytes() for path in visit.pictures}) == len(visit.pictures), "no two are alike"
    assert driver.window.panel.caption().endswith("2 runs")


def test_the_film_adopts_a_picture_of_the_map_and_keeps_two(
    driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(film, "FRAME_MS", 1)
    visit, code = Visit(driver.window, tmp_path, ("dark",), 0.0), driver.code
    perform(driver, film.record(visit, tmp_path / "film.webp"))
    first, second = driver.session.document.favourites
    assert len({code, first.code, second.code}) == 3
    assert driver.code == second.code
    with Image.open(tmp_path / "film.webp") as written:
        assert written.size == (960, 600)
        assert getattr(written, "n_frames", 1) > 40


def test_a_large_picture_is_rounded_so_that_nobody_sees_it(tmp_path: Path, qapp: QApplication) -> None:
    rng = np.random.default_rng(0)
    small, large = (rng.integers(0, 256, (side, side, 3)).astype(np.uint8) for side in (40, 500))
    large[:20] = (23, 26, 29)  # a plane of the theme's
    for pixels, error in ((small, 0), (large, STEPS[-1] // 2)):
        save_png(to_qimage(pixels), tmp_path / "picture.png")
        with Image.open(tmp_path / "picture.png") as written:
            difference = np.abs(np.asarray(written).astype(int) - pixels)
        assert difference.max() == error
        assert difference[:20].max() == 0


def test_a_drag_presses_where_it_begins_and_lets_go_at_its_end(qtbot: QtBot) -> None:
    seen: list[tuple[QEvent.Type, float]] = []

    class Ground(QWidget):
        def event(self, event: QEvent) -> bool:
            if isinstance(event, QMouseEvent):
                seen.append((event.type(), event.position().x()))
                return True
            return super().event(event)

    ground = Ground()
    qtbot.addWidget(ground)
    for _ in drag(ground, [QPointF(x, 5) for x in (1, 2, 3)], pause_s=0.0):
        pass
    down, moves, up = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
    assert seen == [(down, 1), (moves, 2), (moves, 3), (up, 3)]


def test_what_never_comes_is_waited_for_no_longer_than_said() -> None:
    assert soon(lambda: True, most_s=60.0)()
    assert not soon(lambda: False, most_s=60.0)()
    assert soon(lambda: False, most_s=0.0)()
