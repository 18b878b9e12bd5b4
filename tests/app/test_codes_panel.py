"""Codes in the window: categories down, a number or draws across; adopted, sorted by meaning, written to files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from torch import nn

import latent_studio
from latent_studio.app.coding.meanings import Meaning
from latent_studio.app.coding.rows import code_rows, verdict
from latent_studio.app.coding.settings import DRAWS, KEY
from latent_studio.app.panel import REASONS
from latent_studio.app.panels.codes import Codes
from latent_studio.app.touring.scenes import scene_of
from latent_studio.app.touring.visit import Visit
from latent_studio.app.widgets import carry
from latent_studio.cli.opening import open_model as open_file
from latent_studio.core.latent import Categorical, LatentSpace, Normal
from latent_studio.core.pictures import picture_from_png, png_text
from latent_studio.core.request import Answer
from latent_studio.data import load
from latent_studio.engine.errands import DataMissingError
from latent_studio.metrics.clusters import matched
from latent_studio.studio.document import with_column, with_lock
from latent_studio.studio.provenance import KEY as CODE_KEY
from latent_studio.views.codes import CodeRows, category_groups
from latent_studio.views.decoding import reference
from latent_studio.views.meaning import CategoryCounts
from latent_studio.views.sheets import GAP_PX, MARGIN_PX
from tests.app.coded import FAMILIES, LABEL_OF, coded_checkpoint
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver
from tests.training.toys import families_in

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
CTRL = Qt.KeyboardModifier.ControlModifier
NOISE, C, U0, U1 = slice(0, 4), slice(4, 14), 14, 15
"""The columns of the toy model's code."""


@pytest.fixture(scope="module", autouse=True)
def _family() -> Iterator[None]:
    with families_in(FAMILIES):
        yield


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Path:
    """A folder with a model that has categories, and one that has none."""
    folder = tmp_path_factory.mktemp("coded")
    coded_checkpoint(folder / "coded.safetensors", load("digits"))
    shutil.copy(models / "digits-1d.safetensors", folder)
    return folder


@pytest.fixture
def driver(open_window: Open, coded: Path) -> Driver:
    """A window on the model with categories."""
    return open_window("coded", coded)


@pytest.fixture
def panel(driver: Driver) -> Codes:
    """The panel with its first pictures."""
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, Codes)
    settle(driver, panel)
    return panel


def settle(driver: Driver, panel: Codes) -> None:
    """Wait until every row shows the grid as it is now."""
    driver.until(lambda: len(panel.feeding._made) == 10 and set(panel.feeding._made.values()) == {panel.grid})


def set_up(driver: Driver, panel: Codes, **settings: object) -> None:
    driver.session.edit(lambda document: document.with_setting(KEY, **settings))
    settle(driver, panel)


def press(panel: Codes, value: int, column: int, modifier: Qt.KeyboardModifier = NOTHING) -> None:
    at = panel.sheet.cell(str(value), column).center().toPoint()
    QTest.mouseClick(panel.sheet.viewport(), LEFT, modifier, at)


def titles(panel: Codes) -> list[str]:
    return [row.title for row in panel.sheet._rows]


def with_meaning(driver: Driver, panel: Codes) -> None:
    """Choose that order as a person does, and wait until all is counted."""
    panel.controls.order.setFocus()
    QTest.keyClick(panel.controls.order, Qt.Key.Key_Down)
    driver.until(lambda: panel.meanings.current is not None and panel.meanings.current.counted.is_last)


# --- what is shown


def test_a_model_without_categories_is_told_in_a_sentence_and_one_with_some_shown(driver: Driver, coded: Path) -> None:
    driver.session.open_model(str(coded / "digits-1d.safetensors"))
    driver.until(lambda: len(driver.code) == 1)
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, Codes)
    assert not panel.is_shown
    assert driver.window._refusal.sentence() == f"Codes {REASONS['categories']}."
    driver.session.undo()
    settle(driver, panel)
    assert panel.isVisible()


def test_without_a_model_there_is_one_sentence_and_the_way_to_one(open_window: Open, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    driver = open_window("", ready_made=tmp_path / "none")
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, Codes)
    driver.until(lambda: panel._empty.isVisible())
    assert not panel.controls.row.isVisible()


def test_all_rows_are_seen_at_once_and_the_current_code_is_framed(driver: Driver, panel: Codes) -> None:
    assert panel.sheet.visible_names() == [str(value) for value in range(10)]
    assert panel.sheet.verticalScrollBar().maximum() == 0
    assert titles(panel) == [f"c = {value}" for value in range(10)]
    assert panel.sheet.titles()[0][1] == "−1"  # of u0: the narrowest factor is swept
    column = round((driver.code[U0] + 1) / 2 * 9)
    assert panel.sheet._marks == {str(np.argmax(driver.code[C])): column}


def test_a_click_adopts_the_code_of_that_picture_as_one_step(driver: Driver, panel: Codes) -> None:
    before, made = driver.code, dict(panel.feeding._made)
    picture = panel.sheet.pictures("3")[9]
    press(panel, 3, 9)
    assert driver.code[C] == tuple(float(value == 3) for value in range(10))
    assert driver.code[U0] == 1.0
    assert (driver.code[NOISE], driver.code[U1]) == (before[NOISE], before[U1])
    assert panel.sheet._marks == {"3": 9}
    model = driver.session.document.model
    assert model is not None
    decoded = reference(open_file(Path(model.key)), np.array(driver.code, np.float32))
    assert np.abs(decoded.astype(int) - picture).max() <= 1  # another batch may round another way
    driver.qtbot.wait(200)
    assert panel.feeding._made == made  # nothing of what is shown was made anew
    driver.session.undo()
    assert driver.code == before


def test_a_number_that_is_held_makes_all_rows_anew(driver: Driver, panel: Codes) -> None:
    before = {name: panel.sheet.pictures(name) for name in panel.sheet.visible_names()}
    driver.session.edit(lambda document: with_column(document, U1, -0.9))
    settle(driver, panel)
    assert all(not np.array_equal(panel.sheet.pictures(name)[5], before[name][5]) for name in before)


def test_what_goes_across_is_chosen_and_undone(driver: Driver, panel: Codes) -> None:
    panel.controls.across.chosen.emit("u1")
    panel.controls.reach.chosen.emit("quantiles")
    panel.controls.n.setFocus()
    panel.controls.n.selectAll()
    QTest.keyClicks(panel.controls.n, "4")
    QTest.keyClick(panel.controls.n, Qt.Key.Key_Return)
    settle(driver, panel)
    assert [title for _, title in panel.sheet.titles()] == ["1 %", "34 %", "66 %", "99 %"]
    shown = panel._shown("7", 3)
    assert shown is not None
    assert shown.code is not None
    assert (shown.code[U0], shown.code[U1]) == pytest.approx((driver.code[U0], 0.98))
    for _ in range(3):
        driver.session.undo()
    settle(driver, panel)
    assert len(panel.sheet.pictures("0")) == 10
    assert panel.controls.across.current() == "u0"


def test_other_noise_is_the_same_in_every_row_and_keeps_what_is_locked(driver: Driver, panel: Codes) -> None:
    driver.session.edit(lambda document: with_lock(document, U0, True))
    set_up(driver, panel, across=DRAWS)
    codes = [np.array([shown.code for k in range(10) if (shown := panel._shown(str(value), k))]) for value in (2, 8)]
    assert np.array_equal(np.delete(codes[0], C, 1), np.delete(codes[1], C, 1))
    assert (codes[0][:, U0] == np.float32(driver.code[U0])).all()
    assert len(np.unique(codes[0][:, 0])) == 10
    assert panel.controls.temperature.isVisible()
    made = dict(panel.feeding._made)
    press(panel, 8, 6)
    assert driver.code == tuple(codes[1][6].tolist())
    assert panel.sheet._marks == {"8": 6}
    driver.qtbot.wait(200)
    assert panel.feeding._made == made
    panel.controls.temperature.value_changed.emit(0.0)
    settle(driver, panel)
    assert driver.session.document.temperature == 0.0
    cold = panel._shown("0", 3)
    assert cold is not None
    assert cold.code is not None
    assert cold.code[NOISE] == (0.0,) * 4


def test_new_noise_leaves_what_rows_and_columns_set(driver: Driver, panel: Codes) -> None:
    driver.session.edit(lambda document: with_lock(document, 2, True))
    before = driver.session.document
    driver.window.setFocus()
    driver.key(Qt.Key.Key_D)
    assert (driver.code[C], driver.code[U0], driver.code[2]) == (before.code[C], before.code[U0], before.code[2])
    assert all(driver.code[k] != before.code[k] for k in (0, 1, 3, U1))
    driver.session.undo()
    assert driver.session.document == before
    set_up(driver, panel, across=DRAWS)
    pictures = panel.sheet.pictures("4")
    driver.click(panel.controls.noise)
    settle(driver, panel)
    assert driver.code == before.code
    assert not np.array_equal(panel.sheet.pictures("4")[0], pictures[0])
    driver.session.undo()
    settle(driver, panel)
    assert np.array_equal(panel.sheet.pictures("4")[0], pictures[0])


def test_nothing_is_decoded_while_another_panel_is_shown(driver: Driver, panel: Codes) -> None:
    driver.window.go_to("explore")
    came: list[Answer] = []
    driver.session.answered.connect(came.append)
    driver.session.edit(lambda document: with_column(document, U1, -0.9))
    driver.session.weights_settled.emit()
    driver.settled_picture()
    driver.qtbot.wait(300)
    assert not any(isinstance(answer.request, CodeRows) for answer in came)
    driver.window.go_to(KEY)
    settle(driver, panel)
    assert any(isinstance(answer.request, CodeRows) for answer in came)


def test_newer_weights_make_every_row_anew(driver: Driver, panel: Codes) -> None:
    before = panel.sheet.pictures("0")
    driver.session.weights_settled.emit()
    assert panel.sheet.pictures("0") is before  # what was shown stays meanwhile
    driver.until(lambda: panel.sheet.pictures("0") is not before)
    settle(driver, panel)


def test_settings_that_another_version_wrote_count_for_nothing(driver: Driver, panel: Codes) -> None:
    set_up(driver, panel, n=10_000, across=7, group=["c"])
    assert (panel.settings.n, panel.settings.across) == (10, None)
    set_up(driver, panel, n=6, across="z9", group="digit", order="number")
    assert panel.controls.across.current() == "u0"
    assert len(panel.sheet.pictures("0")) == 6


# --- by meaning


def test_rows_are_sorted_by_the_label_that_each_stands_for(driver: Driver, panel: Codes) -> None:
    with_meaning(driver, panel)
    images = load("digits")
    assert images.labels is not None
    flat, labels = images.pixels[images.train].reshape(images.n_train, -1) / 255, images.labels[images.train]
    means = np.stack([flat[labels == label].mean(0) for label in LABEL_OF])
    nearest = ((flat[:, None] - means) ** 2).sum(2).argmin(1)
    counts = np.array([[((nearest == c) & (labels == k)).sum() for k in range(10)] for c in range(10)])
    found, meaning = matched(counts), panel.meanings.current
    assert meaning is not None
    assert meaning.matching == found
    assert found.label_of == LABEL_OF
    assert [row.name for row in panel.sheet._rows] == [str(LABEL_OF.index(label)) for label in range(10)]
    assert titles(panel) == [f"{k} · {100 * found.purity[LABEL_OF.index(k)]:.0f} %" for k in range(10)]
    assert panel.caption() == (
        f"c, matched one to one with labels, errs on {100 * found.error:.1f} % of 1,437 training pictures"
    )
    assert driver.window.header._caption.text() == panel.caption()
    press(panel, LABEL_OF.index(6), 0)  # the row that stands for six
    assert np.argmax(driver.code[C]) == LABEL_OF.index(6)
    driver.session.undo()
    driver.session.undo()
    assert titles(panel)[0] == "c = 0"
    assert "errs" not in panel.caption()


def test_resting_on_a_row_s_name_tells_how_many_it_is_true_of(driver: Driver, panel: Codes) -> None:
    with_meaning(driver, panel)
    meaning = panel.meanings.current
    assert meaning is not None
    n = meaning.counted.counts[LABEL_OF.index(0)].sum()
    assert panel.sheet._rows[0].tooltip.startswith(f"Of {n:,} training pictures with this category")
    cell = panel.sheet.cell(panel.sheet._rows[0].name, 2).center().toPoint()
    at = panel.sheet.viewport().mapToGlobal(cell)
    QApplication.sendEvent(panel.sheet.viewport(), QHelpEvent(QEvent.Type.ToolTip, cell, at))
    assert panel.sheet._peek._lines == [f"c = {LABEL_OF.index(0)}, u0 = −0.56"]


def test_data_that_are_elsewhere_are_asked_for_and_counted_once_they_are_located(
    driver: Driver, panel: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise DataMissingError("The data of this model (UCI digits) are not at nowhere: locate them.")

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("latent_studio.app.model_data.training_set", missing)
        panel.controls.order.chosen.emit("meaning")
        driver.until(lambda: "are not at nowhere" in panel.banner.message())
    assert panel.banner._action.text() == "Locate the data …"
    assert titles(panel)[0] == "c = 0"
    panel.picker.missing_changed.emit(False)
    driver.until(lambda: titles(panel)[0].startswith("0 · "))
    assert panel.banner.message() == ""


def test_where_it_cannot_be_found_out_the_order_by_meaning_says_why(
    qtbot: QtBot, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = LatentSpace(factors=(Categorical(name="kind", shape=(2, 3)), Normal(name="z", shape=(2,))))
    decoder = nn.Sequential(nn.Linear(8, 12), nn.Sigmoid(), nn.Unflatten(1, (3, 2, 2)))
    with torch.no_grad():
        window = latent_studio.show(decoder, space)
    try:
        qtbot.waitUntil(lambda: window.session.header is not None, timeout=20_000)
        window.go_to(KEY)
        panel = window.panel
        assert isinstance(panel, Codes)
        qtbot.waitUntil(lambda: len(panel.feeding._made) == 3, timeout=20_000)
        assert "has no encoder" in panel.controls.order._options[1].reason
        assert panel.controls.group.isVisible()  # of two groups side by side
        panel.controls.group.chosen.emit("kind1")
        assert titles(panel) == ["kind1 = 0", "kind1 = 1", "kind1 = 2"]
        shown = panel._shown("2", 0) or pytest.fail("no picture")
        assert shown.code is not None
        assert shown.code[3:6] == (0.0, 0.0, 1.0)
    finally:
        window.close()
        window.session.deleteLater()
        window.deleteLater()


def test_a_category_that_is_left_over_says_so_and_comes_last() -> None:
    group = category_groups(LatentSpace(factors=(Categorical(name="c", shape=(3,)),)))[0]
    counts = np.array([[2, 8], [3, 3], [9, 0]])
    meaning = Meaning(CategoryCounts(counts, ("apple", "fig"), is_last=True), matched(counts))
    rows = code_rows(group, 5, meaning)
    assert [(row.name, row.title, row.note) for row in rows] == [
        ("2", "apple · 100 %", "c = 2"),
        ("0", "fig · 80 %", "c = 0"),
        ("1", "no label", "c = 1"),
    ]
    assert rows[2].tooltip == "There are more categories than labels; 6 training pictures are of this one."
    assert verdict(group, meaning) == "c, matched one to one with labels, errs on 32.0 % of 25 training pictures"


# --- the hand


def test_several_are_selected_and_a_right_click_offers_the_actions_for_all(driver: Driver, panel: Codes) -> None:
    before = driver.code
    press(panel, 1, 1, CTRL)
    press(panel, 4, 2, CTRL)
    assert driver.code == before
    assert panel.sheet.selection() == [("1", 1), ("4", 2)]
    at = panel.sheet.cell("4", 2).center().toPoint()
    globally = panel.sheet.viewport().mapToGlobal(at)
    QApplication.sendEvent(panel.sheet.viewport(), QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, globally))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Add 2 to favourites" in [action.text() for action in menu.actions()]
    menu.close()


def test_a_picture_is_carried_away_with_its_code(driver: Driver, panel: Codes, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[carry.Code | None] = []
    monkeypatch.setattr(carry, "start_drag", lambda source, image, code: carried.append(code))
    start = panel.sheet.cell("5", 0).center().toPoint()
    QTest.mousePress(panel.sheet.viewport(), LEFT, NOTHING, start)
    QTest.mouseMove(panel.sheet.viewport(), start * 2)
    QTest.mouseRelease(panel.sheet.viewport(), LEFT, NOTHING, start * 2)
    (code,) = carried
    assert code is not None
    factors = code[CODE_KEY]["factors"]
    assert factors["c"] == [float(value == 5) for value in range(10)]
    assert factors["u"][0] == -1.0


def test_the_whole_grid_is_written_with_its_code_inside(driver: Driver, panel: Codes, tmp_path: Path) -> None:
    set_up(driver, panel, n=4)
    with_meaning(driver, panel)
    path = tmp_path / "grid.png"
    panel.files.export(panel._rows, path)
    driver.until(lambda: panel.banner.message() == f"Saved {path}")
    content = path.read_bytes()
    told, model = json.loads(png_text(content)["latent_studio"]), driver.session.document.model
    assert model is not None
    assert (told["category"], told["across"], told["columns"]) == ("c", "u0", ["−1", "−0.33", "+0.33", "+1"])
    assert told["digest"] == model.digest
    assert [row["name"] for row in told["rows"]] == titles(panel)
    sheet = picture_from_png(content)
    shown = panel._shown(str(LABEL_OF.index(9)), 3)  # the last of all
    assert shown is not None
    side = 8 * 10  # a digit of 8 px, enlarged
    last = sheet[-MARGIN_PX - side : -MARGIN_PX : 10, -MARGIN_PX - side : -MARGIN_PX : 10, 0]
    assert np.array_equal(last, reference(open_file(Path(model.key)), np.array(shown.code, np.float32)))
    assert sheet.shape[0] > 10 * (side + GAP_PX)
    code = driver.code
    driver.key(Qt.Key.Key_R)
    assert driver.code != code
    driver.drop_files(driver.window, path)
    driver.until(lambda: driver.code == pytest.approx(code))


# --- the dock beside it


def test_the_sliders_end_above_the_favourites_once_the_category_has_its_pictures(driver: Driver, panel: Codes) -> None:
    row = driver.dock._categories[C.start, C.stop]
    driver.until(lambda: bool(row._cells._pictures))
    driver.qtbot.wait(50)
    assert driver.dock.rows.geometry().top() >= row.geometry().bottom()
    assert driver.dock.rows.geometry().bottom() <= driver.dock.favourites.geometry().top()


# --- the visit


def test_the_visit_opens_a_model_that_the_panel_can_use(open_window: Open, coded: Path, tmp_path: Path) -> None:
    driver = open_window("digits-1d", coded)
    visit = Visit(driver.window, tmp_path, ("dark",), 0.0)
    for condition in scene_of(KEY, visit):
        driver.until(condition)
    panel = driver.window.panel
    assert isinstance(panel, Codes)
    assert panel.is_shown
    assert titles(panel)[0].startswith("0 · ")
    for condition in scene_of("traversals", visit):  # which any model serves
        driver.until(condition)
    assert driver.session.header is not None
    assert driver.session.header.name == "coded"
