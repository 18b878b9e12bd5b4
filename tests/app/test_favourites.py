"""Favourites in the Code dock, and pictures that find back to their model, under a real hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from latent_studio.app.keeping.favourite_grid import FavouriteGrid
from latent_studio.app.keeping.favourite_view import SIDE
from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.core.header import read_header
from latent_studio.core.pictures import picture_from_png, png_bytes, png_text
from latent_studio.studio.document import Favourite
from latent_studio.studio.favourites import picture_of
from latent_studio.studio.provenance import KEY
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver, digits_recipe, drop

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
CODE = (0.5, -1.5, 1.0, 0.25)


def favourites(driver: Driver) -> tuple[Favourite, ...]:
    return driver.session.document.favourites


def grid(driver: Driver) -> FavouriteGrid:
    return driver.dock.favourites.grid


def set_code(driver: Driver, code: tuple[float, ...]) -> None:
    driver.session.edit(lambda document: document.replace(code=code))


def keep(driver: Driver, *codes: tuple[float, ...]) -> None:
    """Set each code and press F, as a person does."""
    for code in codes:
        set_code(driver, code)
        n = len(favourites(driver))
        driver.window.setFocus()
        driver.key(Qt.Key.Key_F)
        driver.until(lambda n=n: len(favourites(driver)) == n + 1)
    driver.until(lambda: all(tile.picture is not None for tile in grid(driver)._tiles))


def centre(driver: Driver, place: int) -> QPoint:
    return grid(driver)._seen(place).topLeft().toPoint() + QPoint(SIDE // 2, SIDE // 2)


def click(driver: Driver, place: int) -> None:
    QTest.mouseClick(grid(driver).viewport(), LEFT, NOTHING, centre(driver, place))


def names(driver: Driver) -> list[str]:
    return [one.name for one in favourites(driver)]


def open_other(driver: Driver, model: Path) -> None:
    driver.session.open_model(str(model))
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == model.stem)


def export(driver: Driver, path: Path) -> Path:
    """Save the current picture as a file."""
    driver.settled_picture()
    shown = driver.explore.menus.shown
    assert shown is not None
    driver.explore.menus.actions.save(shown, path)
    driver.until(path.exists)
    return path


# --- kept, brought back


def test_f_keeps_the_current_code_under_its_reference_picture(driver: Driver) -> None:
    keep(driver, CODE)
    (one,) = favourites(driver)
    header = driver.session.header
    assert header is not None
    assert (one.name, one.code, one.model.digest) == ("code 1", CODE, header.digest)
    picture = picture_of(one)
    assert picture is not None
    assert np.array_equal(picture, driver.settled_picture()[:, :, 0])
    assert one.made > 0
    driver.session.undo()
    assert favourites(driver) == ()


def test_the_same_code_is_kept_once(driver: Driver) -> None:
    keep(driver, CODE)
    driver.key(Qt.Key.Key_F)
    set_code(driver, (0.0, 0.0, 0.0, 1.0))
    keep(driver, (0.0, 0.0, 0.0, 2.0))
    assert [one.code for one in favourites(driver)] == [CODE, (0.0, 0.0, 0.0, 2.0)]


def test_a_click_adopts_the_code_in_one_step_and_marks_the_favourite(driver: Driver) -> None:
    keep(driver, CODE, (1.0, 1.0, 1.0, 1.0))
    before = driver.session.document
    assert grid(driver)._selected == 1
    click(driver, 0)
    assert driver.code == CODE
    assert grid(driver)._selected == 0
    driver.session.undo()
    assert driver.session.document == before


def test_a_favourite_of_another_model_opens_that_model_in_the_same_step(driver: Driver, models: Path) -> None:
    keep(driver, CODE)
    kept = picture_of(favourites(driver)[0])
    open_other(driver, models / "digits-1d.safetensors")
    before = driver.session.document
    click(driver, 0)
    driver.until(lambda: driver.code == CODE)
    header = driver.session.header
    assert header is not None
    assert header.name == "digits-4d"
    assert kept is not None
    assert np.array_equal(driver.settled_picture()[:, :, 0], kept)
    driver.session.undo()
    assert driver.session.document == before
    assert driver.session.header is not None
    assert driver.session.header.name == "digits-1d"


def test_where_the_model_of_a_favourite_is_gone_one_sentence_names_it(
    open_window: Open, models: Path, tmp_path: Path
) -> None:
    driver = open_window()
    elsewhere = Path(shutil.copy(models / "digits-1d.safetensors", tmp_path / "digits-1d.safetensors"))
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(models / "digits-4d.safetensors", alone)
    driver = open_window(ready_made=alone)
    open_other(driver, elsewhere)
    driver.settled_picture()
    driver.key(Qt.Key.Key_F)
    driver.until(lambda: len(favourites(driver)) == 1)
    open_other(driver, alone / "digits-4d.safetensors")
    elsewhere.unlink()
    before = driver.session.document
    click(driver, 0)
    driver.until(lambda: "digits-1d" in driver.explore.banner.message())
    assert "is not on this machine" in driver.explore.banner.message()
    assert driver.session.document == before


# --- named, ordered, thrown away


def test_f2_renames_in_place_and_undo_takes_the_name_back(driver: Driver) -> None:
    keep(driver, CODE)
    grid(driver).setFocus()
    QTest.keyClick(grid(driver), Qt.Key.Key_F2)
    editor = grid(driver)._edit
    assert editor.isVisible()
    QTest.keyClicks(editor, "slant 9 ")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert names(driver) == ["slant 9"]
    assert not editor.isVisible()
    driver.session.undo()
    assert names(driver) == ["code 1"]


def test_a_double_click_renames_and_escape_gives_up(driver: Driver) -> None:
    keep(driver, CODE)
    QTest.mouseDClick(grid(driver).viewport(), LEFT, NOTHING, centre(driver, 0))
    editor = grid(driver)._edit
    assert editor.isVisible()
    QTest.keyClicks(editor, "never mind")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert names(driver) == ["code 1"]


def test_del_throws_away_and_undo_brings_back(driver: Driver) -> None:
    keep(driver, CODE, (1.0, 0.0, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0))
    grid(driver).setFocus()
    grid(driver)._current = 1
    QTest.keyClick(grid(driver), Qt.Key.Key_Delete)
    assert names(driver) == ["code 1", "code 3"]
    driver.session.undo()
    assert names(driver) == ["code 1", "code 2", "code 3"]
    assert len(grid(driver)._tiles) == 3


def test_dragging_a_favourite_before_another_puts_it_there(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(driver, CODE, (1.0, 0.0, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0))
    viewport = grid(driver).viewport()

    def dropped_at_the_start(source: object, carried: Sequence[carry.Carried], files: object = None) -> None:
        assert carried[0].code is not None
        drop(viewport, carry.mime_of(carried[0].image, carried[0].code), QPoint(12, 20))

    monkeypatch.setattr(carry, "start_drag_of", dropped_at_the_start)
    QTest.mousePress(viewport, LEFT, NOTHING, centre(driver, 2))
    QTest.mouseMove(viewport, centre(driver, 2) + QPoint(30, 0))
    QTest.mouseRelease(viewport, LEFT, NOTHING, centre(driver, 2))
    assert names(driver) == ["code 3", "code 1", "code 2"]
    driver.session.undo()
    assert names(driver) == ["code 1", "code 2", "code 3"]


def test_two_hundred_favourites_scroll_and_the_sliders_keep_their_room(driver: Driver) -> None:
    codes = np.random.default_rng(0).standard_normal((200, 4))
    shown = [Shown(np.zeros((1, 1), np.uint8), tuple(map(float, code))) for code in codes]
    driver.dock.favourites.picture_actions.favourite(shown)
    driver.until(lambda: len(favourites(driver)) == 200)
    assert len(set(names(driver))) == 200
    bar = grid(driver).verticalScrollBar()
    assert bar.maximum() > 0
    assert driver.rows.height() >= 4 * 50
    grid(driver).show_place(199)
    assert bar.value() == bar.maximum()
    click(driver, 199)
    assert driver.code == favourites(driver)[199].code
    driver.session.undo()
    driver.session.undo()
    assert favourites(driver) == ()  # all at once are one step


# --- dropped in, carried out


def test_a_picture_with_a_code_dropped_on_the_strip_is_kept_there(driver: Driver) -> None:
    keep(driver, (1.0, 0.0, 0.0, 0.0))
    mime = QMimeData()
    mime.setData(CODE_MIME, json.dumps({KEY: {"factors": {"z": list(CODE)}}}).encode())
    drop(grid(driver).viewport(), mime, QPoint(12, 20))  # before the first
    driver.until(lambda: len(favourites(driver)) == 2)
    assert favourites(driver)[0].code == CODE


def test_a_dropped_file_is_kept_under_its_name_and_a_photograph_says_why_not(driver: Driver, tmp_path: Path) -> None:
    set_code(driver, CODE)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(export(driver, tmp_path / "tall 4.png")))])
    drop(grid(driver).viewport(), mime)
    driver.until(lambda: names(driver) == ["tall 4"])
    assert favourites(driver)[0].code == CODE

    (tmp_path / "photo.png").write_bytes(png_bytes(np.zeros((9, 9), np.uint8)))
    photo = QMimeData()
    photo.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
    drop(grid(driver).viewport(), photo)
    driver.until(lambda: "carries no code" in driver.explore.banner.message())
    assert len(favourites(driver)) == 1


def test_a_favourite_carried_to_another_program_is_a_file_that_finds_back(driver: Driver) -> None:
    keep(driver, CODE)
    (path,) = driver.dock.favourites._files(0)
    content = Path(path).read_bytes()
    picture = picture_of(favourites(driver)[0])
    assert picture is not None
    assert np.array_equal(picture_from_png(content), picture)
    set_code(driver, (0.0, 0.0, 0.0, 0.0))
    driver.drop_files(driver.window, Path(path))
    driver.until(lambda: driver.code == CODE)


# --- the menu


def entries(driver: Driver) -> list[str]:
    """What the open menu offers, closed again."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return texts


COMMON = ["Adopt code", "Add to favourites", "Copy picture", "Save picture …", "Copy code as JSON"]


def test_every_picture_offers_the_same_actions_in_the_same_order(driver: Driver) -> None:
    driver.settled_picture()
    driver.explore.preview.menu_requested.emit(QPoint(0, 0))
    assert entries(driver)[:5] == COMMON
    keep(driver, CODE)
    grid(driver).menu_requested.emit(0, QPoint(0, 0))
    assert entries(driver) == [*COMMON, "Rename", "Delete"]


def test_of_several_pictures_all_are_saved_and_none_is_written_over(driver: Driver, tmp_path: Path) -> None:
    actions = PictureActions(driver.session, driver.window)
    blank = np.zeros((1, 1), np.uint8)
    shown = [Shown(blank, CODE, "one"), Shown(blank, (0.0, 0.0, 0.0, 1.0), "one"), Shown(blank, None, "data")]
    actions.save(shown, tmp_path)
    driver.until((tmp_path / "data.png").exists)  # the last of them
    texts = [png_text(path.read_bytes()) for path in sorted(tmp_path.glob("one*.png"))]
    codes = sorted(json.loads(text[KEY])[KEY]["factors"]["z"] for text in texts)
    assert codes == sorted([list(CODE), [0.0, 0.0, 0.0, 1.0]])
    assert png_text((tmp_path / "data.png").read_bytes()) == {}  # a picture of the data comes from no code
    actions.open_menu(shown[:2], QPoint(0, 0))
    assert entries(driver)[1:] == [
        "Add 2 to favourites", "Copy 2 pictures as a sheet", "Save 2 pictures …", "Copy codes as JSON"
    ]  # fmt: skip


# --- exported pictures find back


def test_a_dropped_export_opens_its_model_wherever_that_lies_and_shows_the_same_picture(
    driver: Driver, models: Path, tmp_path: Path
) -> None:
    driver.session.edit(lambda document: document.replace(code=CODE, temperature=0.5, locked=frozenset({2})))
    path = export(driver, tmp_path / "digit.png")
    exported = picture_from_png(path.read_bytes())
    moved = tmp_path / "moved.safetensors"
    shutil.copy(models / "digits-4d.safetensors", moved)
    text = path.read_bytes()
    values = json.loads(png_text(text)[KEY])
    values[KEY]["key"] = str(tmp_path / "nowhere.safetensors")
    path.write_bytes(png_bytes(exported, text={KEY: json.dumps(values)}))

    open_other(driver, models / "digits-1d.safetensors")
    before = driver.session.document
    driver.drop_files(driver.window, path)
    driver.until(lambda: driver.code == CODE)
    document = driver.session.document
    assert document.model is not None
    assert document.model.digest == read_header(moved).digest
    assert (document.temperature, document.locked) == (0.5, frozenset({2}))
    assert np.array_equal(driver.settled_picture()[:, :, 0], exported)
    driver.session.undo()
    assert driver.session.document == before


def test_an_export_dropped_where_pictures_are_encoded_is_restored_and_can_be_encoded_instead(
    driver: Driver, tmp_path: Path
) -> None:
    set_code(driver, CODE)
    path = export(driver, tmp_path / "digit.png")
    set_code(driver, (0.0, 0.0, 0.0, 0.0))
    driver.drop_files(driver.explore.stage.encoding.original, path)
    driver.until(lambda: driver.code == CODE)
    assert driver.session.document.source is None
    assert "digit.png is back" in driver.explore.banner.message()
    driver.explore.banner._action.click()
    driver.until(lambda: driver.session.document.source is not None)
    source = driver.session.document.source
    assert source is not None
    assert source.caption == "digit.png"
    assert driver.code == source.code != CODE


def test_an_export_of_a_model_that_is_not_here_says_which(driver: Driver, tmp_path: Path) -> None:
    values = {KEY: {"model": "faces-gan", "digest": "ab" * 32, "factors": {"z": [0.0] * 4}}}
    path = tmp_path / "face.png"
    path.write_bytes(png_bytes(np.zeros((8, 8), np.uint8), text={KEY: json.dumps(values)}))
    before = driver.session.document
    driver.drop_files(driver.window, path)
    driver.until(lambda: "faces-gan" in driver.explore.banner.message())
    assert "is not on this machine" in driver.explore.banner.message()
    assert driver.session.document == before


# --- in training


def test_a_favourite_of_a_model_in_training_keeps_giving_its_picture_to_the_bit(open_window: Open, home: Path) -> None:
    driver = open_window()
    train = driver.window.panels["train"]
    assert isinstance(train, TrainPanel)
    driver.window.go_to("train")
    train.set_recipe(digits_recipe("endless", 4, 100_000))
    train.start()
    driver.until(lambda: any(run.n_steps for run in train.runs.all()))
    driver.session.open_model(str(home / "runs" / "endless"))
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "endless")
    driver.window.go_to("explore")
    driver.settled_picture()
    keep(driver, CODE)
    (one,) = favourites(driver)
    kept = home / "kept" / f"{one.model.digest[:16]}.safetensors"
    driver.until(kept.exists)
    header = read_header(kept)
    assert header.digest == one.model.digest
    assert one.model.name == header.name == f"endless · step {header.step:,}"
    assert one.model.key == str(kept)
    picture = picture_of(one)
    assert picture is not None

    live = driver.session.header
    assert live is not None
    driver.until(lambda: driver.session.header is not None and driver.session.header.step > live.step + 200)
    click(driver, 0)
    driver.until(lambda: driver.session.header is not None and driver.session.header.digest == one.model.digest)
    assert np.array_equal(driver.settled_picture()[:, :, 0], picture)
    driver.session.undo()
    model = driver.session.document.model
    assert model is not None
    assert model.name == "endless"
    assert not [path for path in (home / "kept").iterdir() if path != kept]
