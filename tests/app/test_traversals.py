"""Traversals in the window: rows as they are seen, adopted, ordered, and written to files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QSizeF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.panels.traversals import Traversals
from latent_studio.app.widgets.pixels import to_array
from latent_studio.app.widgets.sheet_shape import MARGIN, SheetRow, SheetShape
from latent_studio.cli.opening import open_model as open_file
from latent_studio.core.header import read_header
from latent_studio.core.pictures import png_text
from latent_studio.data import load
from latent_studio.studio.document import with_code
from latent_studio.studio.provenance import KEY as CODE_KEY
from latent_studio.views.animation import N_FRAMES
from latent_studio.views.encoding import encode
from latent_studio.views.traversal_sheet import Span, row_codes
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver, digits_recipe, trained

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")


def panel_of(driver: Driver) -> Traversals:
    """The panel on the screen, its visible rows filled."""
    driver.window.go_to("traversals")
    panel = driver.window.panels["traversals"]
    assert isinstance(panel, Traversals)
    driver.until(lambda: is_filled(panel))
    return panel


def is_filled(panel: Traversals) -> bool:
    names = panel.sheet.visible_names()
    return bool(names) and all(panel.sheet.has_pictures(name) for name in names)


def press(panel: Traversals, name: str, index: int, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    at = panel.sheet.cell(name, index).center().toPoint()
    QTest.mouseClick(panel.sheet.viewport(), LEFT, modifier, at)


def drawn(driver: Driver, code: tuple[float, ...]) -> np.ndarray:
    """The picture that Explore shows for a code."""
    driver.window.go_to("explore")
    driver.session.edit(lambda document: with_code(document, code))
    return driver.settled_picture()


def test_a_click_adopts_the_code_of_that_picture_and_undo_takes_it_back(driver: Driver) -> None:
    panel, before = panel_of(driver), driver.code
    picture = panel.sheet.pictures("z2")[7]
    press(panel, "z2", 7)
    assert driver.code == (*before[:2], 2.25, before[3])  # the seventh of nine steps from −3 to 3
    shown = drawn(driver, driver.code)
    assert np.abs(shown[:, :, 0].astype(int) - picture).max() <= 1  # another batch may round another way
    driver.session.undo()
    assert driver.code == before


def test_a_row_that_is_dragged_stays_and_the_others_are_made_anew(driver: Driver) -> None:
    panel = panel_of(driver)
    driver.until(lambda: all(driver.rows._pictures.get(column) for column in range(4)))
    z0, z1 = panel.sheet.pictures("z0"), panel.sheet.pictures("z1")
    driver.drag_slider(1, 0.5, 2.0)
    driver.until(lambda: panel.sheet.pictures("z0") is not z0)
    assert panel.sheet.pictures("z1") is z1
    driver.until(lambda: panel.sheet._marks.get("z1") == 7)  # 2.0 lies nearest to 2.25


def test_around_the_centre_no_slider_changes_the_sheet(driver: Driver) -> None:
    driver.session.edit(lambda document: with_code(document, (1.0, -1.0, 0.5, 2.0)))
    panel = panel_of(driver)
    panel.controls.around.chosen.emit("centre")
    code = np.zeros(4, np.float32)
    driver.until(lambda: panel.sheet.pictures("z0") and panel._code_at("z0", 4) == tuple(code.tolist()))
    driver.qtbot.wait(400)
    z0 = panel.sheet.pictures("z0")
    driver.drag_slider(1, 0.5, 2.0)
    driver.qtbot.wait(500)
    assert panel.sheet.pictures("z0") is z0
    assert panel.sheet._marks == {}


def test_settings_are_undone_like_everything(driver: Driver) -> None:
    panel = panel_of(driver)
    at = QPointF(panel.controls.reach.width() - 60, 14).toPoint()
    QTest.mouseClick(panel.controls.reach, LEFT, NOTHING, at)
    assert panel.settings.reach == "quantiles"
    assert panel.sheet.titles()[0][1] == "1 %"
    panel.controls.steps.setFocus()
    panel.controls.steps.selectAll()
    QTest.keyClicks(panel.controls.steps, "5")
    QTest.keyClick(panel.controls.steps, Qt.Key.Key_Return)
    driver.until(lambda: len(panel.sheet.pictures("z0")) == 5)
    header = driver.session.header
    assert header is not None
    _, codes = row_codes(header.space, np.asarray(driver.code, np.float32), "z0", Span("quantiles", n=5))
    assert panel._code_at("z0", 4) == tuple(codes[4].tolist())
    driver.session.undo()
    driver.session.undo()
    assert (panel.settings.reach, panel.settings.n) == ("sigma", 9)
    driver.until(lambda: len(panel.sheet.pictures("z0")) == 9)


def test_the_data_range_is_found_by_encoding_the_data(driver: Driver) -> None:
    panel = panel_of(driver)
    panel.controls.reach.chosen.emit("data")
    driver.until(lambda: len(panel.ranges.get()) == 4)
    driver.until(lambda: panel.sheet._rows[0].ends != "")
    model, header = driver.session.document.model, driver.session.header
    assert model is not None
    assert header is not None
    opened, images = open_file(Path(model.key)), load("digits")
    codes = [encode(opened, picture[0], np.zeros(4, np.float32)).code for picture in images.pixels[images.test]]
    assert np.allclose(panel.ranges.get(), np.quantile(codes, (0.01, 0.99), axis=0).T, atol=1e-4)
    start, end = panel._code_at("z1", 0), panel._code_at("z1", 8)
    assert start is not None
    assert end is not None
    assert (start[1], end[1]) == pytest.approx(panel.ranges.get()[1])


def test_the_order_stands_over_the_names(driver: Driver) -> None:
    panel, header = panel_of(driver), driver.session.header
    assert header is not None
    kl = header.statistics["kl"]
    assert [row.name for row in panel.sheet._rows] == [f"z{k}" for k in sorted(range(4), key=lambda k: -kl[k])]
    panel.controls.order.chosen.emit("index")
    assert [row.name for row in panel.sheet._rows] == ["z0", "z1", "z2", "z3"]
    assert panel.controls.order.parent() is panel.sheet.head


def test_the_keys_go_through_the_sheet_and_enter_adopts(driver: Driver) -> None:
    panel = panel_of(driver)
    panel.controls.order.chosen.emit("index")
    panel.sheet.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        QTest.keyClick(panel.sheet, key)
    before = driver.code
    QTest.keyClick(panel.sheet, Qt.Key.Key_Return)
    assert driver.code == (before[0], -1.5, *before[2:])


def test_several_are_selected_and_a_right_click_offers_the_actions_for_all(driver: Driver) -> None:
    panel, before = panel_of(driver), driver.code
    press(panel, "z0", 1, Qt.KeyboardModifier.ControlModifier)
    press(panel, "z1", 2, Qt.KeyboardModifier.ControlModifier)
    assert driver.code == before  # nothing was adopted
    assert set(panel.sheet.selection()) == {("z0", 1), ("z1", 2)}
    at = panel.sheet.cell("z1", 2).center().toPoint()
    globally = panel.sheet.viewport().mapToGlobal(at)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(panel.sheet.viewport(), QContextMenuEvent(reason, at, globally))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert any(action.text().startswith("Add 2 to favourites") for action in menu.actions())
    menu.close()


def test_hovering_enlarges_with_the_value(driver: Driver) -> None:
    panel = panel_of(driver)
    at = panel.sheet.cell("z0", 8).center().toPoint()
    QTest.mouseMove(panel.sheet.viewport(), at)
    globally = panel.sheet.viewport().mapToGlobal(at)
    QApplication.sendEvent(panel.sheet.viewport(), QHelpEvent(QEvent.Type.ToolTip, at, globally))
    assert panel.sheet._peek.isVisible()
    assert panel.sheet._peek._lines == ["z0 = +3"]


def test_two_hundred_rows_are_asked_for_as_they_come_into_view(open_window: Open, models: Path, tmp_path: Path) -> None:
    recipe = digits_recipe("digits-200d", 200, n_epochs=1)
    folder = tmp_path / "wide"
    folder.mkdir()
    trained(recipe, tmp_path / "run", folder / "digits-200d.safetensors")
    driver = open_window("digits-200d", ready_made=folder)
    model = driver.session.document.model
    assert model is not None
    driver.window.panels["traversals"].restore({"model": model.key, "scrolled": 300})
    panel = panel_of(driver)
    assert panel.workspace() == {"model": model.key, "scrolled": 300}  # where one left off the last time
    assert len(panel.sheet._rows) == 200
    assert len(panel.sheet._pictures) < 30
    bar = panel.sheet.verticalScrollBar()
    bar.setValue(bar.maximum())
    driver.until(lambda: is_filled(panel))
    assert panel.sheet._rows[-1].name in panel.sheet._pictures
    for value in range(0, bar.maximum(), 400):
        bar.setValue(value)
        driver.until(lambda: is_filled(panel))
    assert len(panel.sheet._pictures) <= 64 + 30  # those long out of sight are let go


def test_the_sheet_is_written_whole_with_digest_and_code(driver: Driver, tmp_path: Path) -> None:
    panel, path, before = panel_of(driver), tmp_path / "sheet.png", driver.code
    panel.files.export(panel._names, path)
    driver.until(path.exists)
    driver.until(lambda: panel.banner.message().startswith("Saved"))
    texts, header = png_text(path.read_bytes()), driver.session.header
    assert header is not None
    told = json.loads(texts[CODE_KEY])["latent_studio_code"]
    assert (told["digest"], told["factors"]) == (header.digest, {"z": list(driver.code)})
    assert [row["name"] for row in json.loads(texts["latent_studio"])["rows"]] == panel._names
    with Image.open(path) as image:
        assert image.height > 4 * 60

    driver.session.edit(lambda document: with_code(document, (1.0, 1.0, 1.0, 1.0)))
    driver.drop_files(driver.window, path)
    driver.until(lambda: driver.code == before)  # dropped back it restores its code


def test_an_animation_sweeps_there_and_back(driver: Driver, tmp_path: Path) -> None:
    panel, path = panel_of(driver), tmp_path / "z1.png"
    panel.files.export(["z1"], path, is_animation=True)
    driver.until(lambda: panel.banner.message().startswith("Saved"))
    with Image.open(path) as image:
        assert image.n_frames == 2 * N_FRAMES - 2  # type: ignore[attr-defined]
        assert image.info["loop"] == 0
        image.seek(N_FRAMES - 1)
        last = np.asarray(image.convert("L"))
    end = list(driver.code)
    end[1] = 3.0
    shown = drawn(driver, tuple(end))[:, :, 0]
    assert np.array_equal(last[::40, ::40], shown)  # 8 × 8 pixels, each forty wide: the reference path, to the bit


def test_an_export_can_be_cancelled_and_leaves_nothing(driver: Driver, tmp_path: Path) -> None:
    panel, path = panel_of(driver), tmp_path / "never.webp"
    panel.files.export(panel._names, path, is_animation=True)
    assert panel.exporting.wish is not None
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.exporting.wish is None
    driver.qtbot.wait(500)
    assert not path.exists()
    assert not panel.banner.message().startswith("Saved")


def test_a_row_menu_offers_to_animate_that_row(driver: Driver) -> None:
    panel = panel_of(driver)
    at = QPoint(MARGIN + 4, int(panel.sheet.cell("z3", 0).center().y()))
    globally = panel.sheet.viewport().mapToGlobal(at)
    QApplication.sendEvent(panel.sheet.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, globally))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["Save z3 as a picture …", "Save z3 as an animation …"]
    menu.close()


def test_every_picture_of_a_sheet_is_found_where_it_is_painted() -> None:
    rows = [SheetRow("digit", 10, tuple("0123456789")), SheetRow("z0", 9), SheetRow("z1", 9)]
    for width in (420, 640, 827, 1300):
        shape = SheetShape(rows, width, 9, QSizeF(28, 28))
        for place, row in enumerate(rows):
            for index in range(row.n_pictures):
                cell = shape.cell(place, index)
                assert shape.picture_at(cell.center()) == (place, index)
                assert cell.right() <= width
        assert shape.picture_at(QPointF(shape.left - 1, shape.top(0) + 5)) is None


def test_the_pictures_on_the_screen_are_those_of_the_sheet(driver: Driver) -> None:
    panel = panel_of(driver)
    shown = to_array(panel.sheet.viewport().grab().toImage())
    cell = panel.sheet.cell("z0", 0).toRect()
    ratio = panel.sheet.devicePixelRatioF()
    x, y, side = round(cell.x() * ratio), round(cell.y() * ratio), round(cell.width() * ratio)
    region = shown[y : y + side, x : x + side, 0].astype(float)
    picture = panel.sheet.pictures("z0")[0].astype(float)
    blocks = region[: side // 8 * 8, : side // 8 * 8].reshape(8, side // 8, 8, side // 8).mean((1, 3))
    assert np.corrcoef(blocks.ravel(), picture.ravel())[0, 1] > 0.98


def test_what_another_version_noted_counts_for_nothing(driver: Driver) -> None:
    panel = driver.window.panels["traversals"]
    assert isinstance(panel, Traversals)
    panel.restore({"scrolled": "far"})
    driver.session.edit(lambda document: document.with_setting("traversals", n=10_000))
    panel_of(driver)
    assert panel.settings.n == 9


def test_without_a_model_there_is_one_sentence_and_the_way_to_one(open_window: Open, tmp_path: Path) -> None:
    empty = tmp_path / "none"
    empty.mkdir()
    driver = open_window("", ready_made=empty)
    driver.window.go_to("traversals")
    panel = driver.window.panels["traversals"]
    assert isinstance(panel, Traversals)
    driver.until(lambda: panel._empty.isVisible())
    assert not panel.controls.row.isVisible()


def test_what_is_written_of_a_run_in_training_keeps_its_weights(driver: Driver, tmp_path: Path) -> None:
    live, folder = LiveRuns.of(driver.session), driver.session.places.runs / "live"
    key = live.start(digits_recipe("live", 2, n_epochs=400), folder)
    driver.until(lambda: driver.session.snapshots.newest(key) is not None)
    driver.session.open_model(key)
    driver.until(lambda: driver.session.header is not None and driver.session.header.space.dim == 2)
    panel, path = panel_of(driver), tmp_path / "sheet.png"
    panel.files.export(panel._names, path)
    driver.until(path.exists)
    told = json.loads(png_text(path.read_bytes())[CODE_KEY])["latent_studio_code"]
    driver.until(Path(told["key"]).exists)
    assert read_header(Path(told["key"])).digest == told["digest"]
    live.stop(key)
    driver.until(lambda: live.get(key) is None)
