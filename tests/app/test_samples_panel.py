"""Samples in the window: drawn, adopted, carried away, saved, and held against the training pictures."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from typer.testing import CliRunner

from latent_studio.app.panels.samples import SamplesPanel
from latent_studio.app.sampling.settings import KEY
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.field import NumberField
from latent_studio.cli.commands import app as command_line
from latent_studio.core.latent import Floats
from latent_studio.core.pictures import picture_from_png, png_text
from latent_studio.core.request import Answer
from latent_studio.data import load
from latent_studio.studio.document import with_lock
from latent_studio.studio.provenance import KEY as CODE_IN_PNG
from latent_studio.views.preview import Preview, PreviewPicture
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(driver: Driver) -> SamplesPanel:
    """The panel with its first samples."""
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, SamplesPanel)
    filled(driver, panel)
    return panel


def filled(driver: Driver, panel: SamplesPanel) -> None:
    """Wait until every sample is decoded."""
    driver.until(lambda: panel.sheet.n_done == panel.grid.n_pictures() > 0)


def set_up(driver: Driver, panel: SamplesPanel, **settings: object) -> None:
    driver.session.edit(lambda document: document.with_setting(KEY, **settings))
    filled(driver, panel)


def prior(driver: Driver, n: int, seed: int, temperature: float = 1.0) -> Floats:
    header = driver.session.header
    assert header is not None
    return header.space.sample(n, np.random.default_rng(seed), temperature)


def click(panel: SamplesPanel, place: int, modifiers: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.mouseClick(panel.grid, LEFT, modifiers, panel.grid.cell(place).center().toPoint())


def pictures(panel: SamplesPanel) -> NDArray[np.uint8]:
    found = [panel.grid.picture(place) for place in range(panel.grid.n_pictures())]
    return np.stack([picture for picture in found if picture is not None])


def typed(field: NumberField, text: str) -> None:
    """Type a number into a field as a person does."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_the_same_seed_gives_the_pictures_of_the_command_line(
    driver: Driver, panel: SamplesPanel, tmp_path: Path
) -> None:
    set_up(driver, panel, n=60, seed=11, temperature=0.8)
    assert (panel.sheet.codes == prior(driver, 60, 11, 0.8)).all()
    model = driver.session.document.model
    assert model is not None
    mine, theirs = tmp_path / "mine.png", tmp_path / "theirs.png"
    panel.files.save(mine)
    driver.until(mine.exists)
    options = ["--n", "60", "--seed", "11", "--temperature", "0.8", "--out", str(theirs)]
    result = CliRunner().invoke(command_line, ["sample", model.key, *options])
    assert result.exit_code == 0, result.output
    assert (picture_from_png(mine.read_bytes()) == picture_from_png(theirs.read_bytes())).all()
    told = [json.loads(png_text(path.read_bytes())["latent_studio"]) for path in (mine, theirs)]
    assert told[0] == told[1]
    assert (told[0]["n"], told[0]["seed"], told[0]["temperature"]) == (60, 11, 0.8)
    assert told[0]["digest"] == model.digest


def test_a_click_adopts_the_code_as_one_step(driver: Driver, panel: SamplesPanel) -> None:
    before = driver.session.document
    click(panel, 3)
    assert driver.code == tuple(prior(driver, 100, 0)[3].tolist())
    assert panel.grid.selection() == [3]
    driver.session.undo()
    assert driver.session.document == before


def test_ctrl_click_selects_and_adopts_nothing(driver: Driver, panel: SamplesPanel) -> None:
    before = driver.session.document
    for place in (3, 8, 1):
        click(panel, place, CTRL)
    assert panel.grid.selection() == [1, 3, 8]
    assert driver.session.document == before
    assert panel.caption() == "3 of 100 selected"


def test_a_drag_carries_the_codes_of_all_that_are_selected(
    driver: Driver, panel: SamplesPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    mimes = []
    monkeypatch.setattr(
        carry, "start_drag_of", lambda source, several, files=None: mimes.append(carry.mime_of_several(several, files))
    )
    for place in (3, 8):
        click(panel, place, CTRL)
    start = panel.grid.cell(8).center().toPoint()
    QTest.mousePress(panel.grid, LEFT, NOTHING, start)
    QTest.mouseMove(panel.grid, start * 2)
    QTest.mouseRelease(panel.grid, LEFT, NOTHING, start * 2)
    codes = [json.loads(json.dumps(code))[CODE_IN_PNG]["factors"]["z"] for code in carry.codes_of(mimes[0])]
    assert codes == prior(driver, 100, 0)[[3, 8]].tolist()

    paths = [Path(url.toLocalFile()) for url in mimes[0].urls()]  # the desktop asks for files
    reference: list[PreviewPicture] = []
    driver.session.answered.connect(lambda answer: keep(answer, reference))
    for path, code in zip(paths, codes, strict=True):
        model = driver.session.document.model
        assert model is not None
        reference.clear()
        driver.session.ask(Preview(model=model.key, code=tuple(code), slot="test"))
        driver.until(lambda: len(reference) == 1)
        assert (picture_from_png(path.read_bytes()) == reference[0].picture).all()
        assert json.loads(png_text(path.read_bytes())[CODE_IN_PNG])[CODE_IN_PNG]["factors"]["z"] == code


def keep(answer: Answer, found: list[PreviewPicture]) -> None:
    if answer.request.slot == "test" and isinstance(answer.value, PreviewPicture):
        found.append(answer.value)


def test_number_seed_and_temperature_are_typed_and_undone(driver: Driver, panel: SamplesPanel) -> None:
    typed(panel.controls.n, "1,200")
    typed(panel.controls.seed, "5")
    typed(panel.controls.temperature, "0.5")
    filled(driver, panel)
    assert panel.grid.n_pictures() == 1200
    assert (panel.sheet.codes == prior(driver, 1200, 5, 0.5)).all()
    driver.session.undo()
    driver.session.undo()
    filled(driver, panel)
    assert (panel.sheet.codes == prior(driver, 1200, 0)).all()
    assert panel.controls.seed.value() == 0
    driver.session.undo()
    filled(driver, panel)
    assert panel.grid.n_pictures() == 100


def test_the_dice_draw_others_and_the_arrows_go_on_by_one(driver: Driver, panel: SamplesPanel) -> None:
    before = pictures(panel)
    QTest.mouseClick(panel.controls.dice, LEFT)
    seed = driver.session.document.setting(KEY, "seed", 0)
    filled(driver, panel)
    assert seed != 0
    assert (pictures(panel) != before).any()
    driver.session.undo()
    filled(driver, panel)
    assert (pictures(panel) == before).all()


def test_the_former_samples_stay_until_the_new_ones_come_but_not_for_long(driver: Driver, panel: SamplesPanel) -> None:
    panel.sheet.set_active(False)  # none will come
    driver.session.edit(lambda document: document.with_setting(KEY, seed=9))
    assert panel.grid.picture(0) is not None
    driver.until(lambda: panel.grid.picture(0) is None)
    panel.sheet.set_active(True)
    filled(driver, panel)
    assert (panel.sheet.codes == prior(driver, 100, 9)).all()


def test_locked_dimensions_are_kept_where_a_person_wants_that(driver: Driver, panel: SamplesPanel) -> None:
    assert not panel.controls.locked.isEnabled()
    driver.session.edit(lambda document: with_lock(document.replace(code=(0.0, 1.25, 0.0, 0.0)), 1, True))
    assert panel.controls.locked.isEnabled()
    assert (panel.sheet.codes == prior(driver, 100, 0)).all()
    QTest.mouseClick(panel.controls.locked, LEFT)
    filled(driver, panel)
    free = prior(driver, 100, 0)
    assert (panel.sheet.codes[:, 1] == 1.25).all()
    assert (np.delete(panel.sheet.codes, 1, 1) == np.delete(free, 1, 1)).all()


def test_adopting_a_sample_leaves_the_others_where_a_lock_holds_an_uneven_number(
    driver: Driver, panel: SamplesPanel
) -> None:
    """0.1 is no float32: the adopted code has its neighbour, which is the same held number."""
    driver.session.edit(lambda document: with_lock(document.replace(code=(0.0, 0.1, 0.0, 0.0)), 1, True))
    set_up(driver, panel, keep_locked=True)
    before = panel.sheet.draw
    click(panel, 3)
    assert driver.code == panel.sheet.code(3)
    assert panel.sheet.draw == before
    assert panel.grid.selection() == [3]


def test_newer_weights_decode_the_same_codes_again(driver: Driver, panel: SamplesPanel) -> None:
    codes, changed = panel.sheet.codes, []
    panel.sheet.arrived.connect(lambda places, _: changed.extend(places.tolist()))
    driver.session.weights_settled.emit()
    assert panel.grid.picture(0) is not None  # what was shown stays meanwhile
    driver.until(lambda: sorted(changed) == list(range(100)))
    assert (panel.sheet.codes == codes).all()


def test_nothing_is_decoded_while_another_panel_is_shown(driver: Driver, panel: SamplesPanel) -> None:
    driver.window.go_to("explore")
    driver.session.edit(lambda document: document.with_setting(KEY, n=7))
    driver.session.weights_settled.emit()
    driver.settled_picture()
    assert panel.grid.n_pictures() == 100
    driver.window.go_to(KEY)
    filled(driver, panel)
    assert panel.grid.n_pictures() == 7


def test_what_is_scrolled_to_comes_first(driver: Driver, panel: SamplesPanel) -> None:
    order: list[int] = []
    panel.sheet.arrived.connect(lambda places, _: order.extend(places.tolist()))
    panel.sheet.set_active(False)
    driver.session.edit(lambda document: document.with_setting(KEY, n=5000))
    panel.view.verticalScrollBar().setValue(panel.view.verticalScrollBar().maximum())
    first, end = panel.view.in_view()
    panel.sheet.set_active(True)
    filled(driver, panel)
    assert sorted(order) == list(range(5000))
    assert set(order[: end - first]) == set(range(first, end))


def test_the_nearest_training_pictures_are_those_of_brute_force(driver: Driver, panel: SamplesPanel) -> None:
    click(panel, 12)
    driver.click(panel.controls.nearest)
    card = panel.side.card
    driver.until(lambda: "each other" in card._verdict.text())
    images = load("digits")
    flat = images.pixels[images.train].reshape(images.n_train, -1) / 255
    sample = panel.grid.picture(12)
    assert sample is not None
    distances = np.linalg.norm(flat - sample.reshape(-1) / 255, axis=1)
    found = panel.side._nearest
    assert found is not None
    assert found.rows == tuple(np.argsort(distances, kind="stable")[:8].tolist())
    assert found.distances == pytest.approx(np.sort(distances)[:8])
    assert card.sample.isVisible()
    assert not card.locate.isVisible()


def test_the_nearest_codes_are_found_where_the_model_encodes(driver: Driver, panel: SamplesPanel) -> None:
    click(panel, 5)
    driver.key(Qt.Key.Key_N)
    driver.until(lambda: panel.side._nearest is not None)
    by_pixels = panel.side._nearest
    assert panel.side.card.by.isVisible()
    QTest.mouseClick(panel.side.card.by, LEFT, NOTHING, panel.side.card.by.rect().center() * 1.5)
    driver.until(lambda: panel.side._nearest is not None and panel.side._nearest is not by_pixels)
    found = panel.side._nearest
    assert found is not None
    assert len(found.rows) == 8
    assert list(found.distances) == sorted(found.distances)
    QTest.mouseClick(panel.side.card._cells[0].picture, LEFT)  # the code of the nearest is that near
    sample = panel.sheet.codes[5]
    driver.until(lambda: driver.code != tuple(sample.tolist()))
    assert np.linalg.norm(np.subtract(driver.code, sample)) == pytest.approx(found.distances[0], abs=1e-3)


def test_a_sample_of_the_former_model_is_not_looked_for_in_the_data_of_another(
    driver: Driver, panel: SamplesPanel, models: Path
) -> None:
    driver.click(panel.controls.nearest)
    driver.until(lambda: panel.side._nearest is not None)
    driver.window.go_to("explore")
    driver.session.open_model(str(models / "digits-1d.safetensors"))
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "digits-1d")
    panel.side.try_again()  # as when the other's data are found
    assert not panel.side.search.is_busy
    driver.window.go_to("samples")
    driver.until(lambda: panel.sheet.n_done == panel.grid.n_pictures() > 0)


def test_a_copied_training_picture_is_told_as_such(driver: Driver, panel: SamplesPanel) -> None:
    from latent_studio.app.picture_actions import Shown

    images = load("digits")
    driver.click(panel.controls.nearest)
    panel.side.show_sample(Shown(images.pixels[images.n_train - 1, 0], None, "a copy"))
    driver.until(lambda: "to the last pixel" in panel.side.card._verdict.text())
    assert panel.side._nearest is not None
    assert panel.side._nearest.distances[0] == 0


@pytest.fixture
def without_data(open_window: Open, models: Path, tmp_path: Path) -> Driver:
    """A window on a model whose data are nowhere."""
    from latent_studio.core.header import KEY as HEADER
    from latent_studio.core.header import read_header

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    source = models / "digits-4d.safetensors"
    header = read_header(source)
    lost = header.model_copy(
        update={"data": header.data.model_copy(update={"source": "idx", "path": str(tmp_path / "gone")})}
    )
    target = shutil.copy(source, folder / "lost.safetensors")
    content = Path(target).read_bytes()
    length = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + length])
    table["__metadata__"][HEADER] = lost.model_dump_json()
    text = json.dumps(table).encode()
    text += b" " * (-len(text) % 8)
    Path(target).write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    return open_window("lost", folder)


def test_data_that_are_not_here_can_be_located(without_data: Driver) -> None:
    driver = without_data
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, SamplesPanel)
    filled(driver, panel)
    driver.click(panel.controls.nearest)
    driver.until(lambda: panel.side.card.locate.isVisible())
    assert "are not at" in panel.side.card._verdict.text()


def test_size_selection_and_scrolling_are_taken_up_again(driver: Driver, panel: SamplesPanel) -> None:
    set_up(driver, panel, n=3000)
    panel.view.set_scale(panel.view.scales()[1])
    panel.grid.set_selection([4, 70])
    panel.view.verticalScrollBar().setValue(500)
    told = json.loads(json.dumps(panel.workspace()))
    other = SamplesPanel(driver.session)
    try:
        other.restore(told)
        other.resize(panel.size())
        other.show()
        other._on_drawn(3000)
        driver.until(lambda: other.workspace() == told)
        other.restore({"scale": "x", "selection": [10**9, "a"], "scroll": None})
        assert other.grid.selection() == []
    finally:
        other.deleteLater()


def test_without_a_model_there_is_a_way_to_one(open_window: Open, tmp_path: Path) -> None:
    driver = open_window("", tmp_path / "nothing")
    driver.until(lambda: driver.session.has_nothing)  # the panel is made afterwards
    driver.window.go_to(KEY)
    panel = driver.window.panel
    assert isinstance(panel, SamplesPanel)
    driver.until(lambda: panel._empty.isVisible())
    assert not any(line.isVisible() for line in panel.findChildren(Hairline))  # the header has its own
    panel._empty.action_requested.emit()
    assert driver.window.panel.key == "train"


@pytest.mark.parametrize("width", [1080, 1280])
def test_nothing_in_the_row_lies_over_anything_else(driver: Driver, panel: SamplesPanel, width: int) -> None:
    driver.window.resize(width, 640)
    row = panel.controls.row
    parts = row.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def is_clear() -> bool:
        shown = sorted((part.geometry() for part in parts if part.isVisible()), key=lambda area: area.x())
        areas = [area for area in shown if area.height() > 1]  # without the line under the row
        has_room = all(one.right() < other.left() for one, other in pairwise(areas)) and len(areas) > 7
        return has_room and areas[-1].right() < row.width() == panel.width()

    driver.until(is_clear)


def test_settings_that_another_version_wrote_wrongly_are_put_right(driver: Driver, panel: SamplesPanel) -> None:
    set_up(driver, panel, n=10**9, seed=-4, temperature="warm", keep_locked=True)
    assert (panel.sheet.draw.n, panel.sheet.draw.seed, panel.sheet.draw.temperature) == (10_000, 0, 1.0)


def test_pictures_without_a_code_are_carried_away_as_they_are(panel: SamplesPanel) -> None:
    drawn = [np.full((8, 8), level, np.uint8) for level in (3, 200)]
    paths = panel.files.write_drawn(drawn, ["a", "b / c"])
    assert [picture_from_png(Path(path).read_bytes())[0, 0] for path in paths] == [3, 200]


def test_local_urls_are_written_for_the_desktop_only(panel: SamplesPanel) -> None:
    assert QUrl.fromLocalFile(panel._write_carried([0])[0]).isLocalFile()
    assert panel._write_carried([]) == []
