"""Documents as files, by the keys and dialogues that a person uses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from latent_studio.app.settings import read_settings
from latent_studio.studio.document import Favourite, ModelRef, parse_document
from latent_studio.studio.favourites import with_favourites
from tests.app.conftest import Open
from tests.app.driving import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person answers to the next file dialogues, in turn; "" cancels."""
    given: list[str] = []

    def answer(*_: object) -> tuple[str, str]:
        return given.pop(0), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    return given


def title(driver: Driver) -> str:
    return driver.window.windowTitle()


def save_as(driver: Driver, answers: list[str], path: Path) -> None:
    answers.append(str(path))
    driver.key(Qt.Key.Key_S, CONTROL | SHIFT)
    driver.until(lambda: title(driver) == f"{path.stem} — Latent Studio")


def test_saving_asks_for_a_file_once_and_the_title_says_what_is_not_saved(
    driver: Driver, answers: list[str], tmp_path: Path
) -> None:
    assert title(driver) == "Latent Studio"
    path = tmp_path / "fox.latent"
    answers.append(str(tmp_path / "fox"))  # the ending is added
    driver.key(Qt.Key.Key_S, CONTROL)
    driver.until(lambda: title(driver) == "fox — Latent Studio")
    assert parse_document(path.read_bytes()) == driver.session.document
    driver.drag_slider(0, 1.0)
    assert title(driver) == "fox • — Latent Studio"
    driver.session.undo()
    assert title(driver) == "fox — Latent Studio"
    driver.session.redo()
    driver.key(Qt.Key.Key_S, CONTROL)  # no dialogue: there is no answer for one
    driver.until(lambda: title(driver) == "fox — Latent Studio")
    assert parse_document(path.read_bytes()) == driver.session.document


def test_a_cancelled_dialogue_saves_nothing(driver: Driver, answers: list[str], tmp_path: Path) -> None:
    answers.append("")
    driver.key(Qt.Key.Key_S, CONTROL)
    assert title(driver) == "Latent Studio"


def test_an_opened_document_is_back_with_its_model_and_undo_brings_the_one_before_with_its_file(
    driver: Driver, answers: list[str], tmp_path: Path, models: Path
) -> None:
    driver.drag_slider(0, 1.5)
    save_as(driver, answers, tmp_path / "one.latent")
    one = driver.session.document
    driver.session.open_model(str(models / "digits-1d.safetensors"))
    driver.until(lambda: len(driver.code) == 1)
    save_as(driver, answers, tmp_path / "other.latent")
    answers.append(str(tmp_path / "one.latent"))
    driver.key(Qt.Key.Key_O, CONTROL)
    driver.until(lambda: driver.code == one.code)
    assert driver.session.document.model == one.model
    assert title(driver) == "one — Latent Studio"
    driver.until(lambda: [row.key for row in driver.rows.rows()] != [0])
    driver.session.undo()
    assert len(driver.code) == 1
    assert title(driver) == "other — Latent Studio"
    driver.session.redo()
    assert title(driver) == "one — Latent Studio"


def test_a_dropped_document_is_opened(driver: Driver, answers: list[str], tmp_path: Path) -> None:
    save_as(driver, answers, tmp_path / "kept.latent")
    code = driver.code
    driver.drag_slider(0, -1.5)
    driver.drop_files(driver.window, tmp_path / "kept.latent")
    driver.until(lambda: driver.code == code)


def test_a_document_without_its_model_says_so_and_brings_all_else(
    open_window: Open, answers: list[str], tmp_path: Path, models: Path
) -> None:
    driver = open_window()
    gone = Path(shutil.copy(models / "digits-1d.safetensors", tmp_path / "gone.safetensors"))
    lost = ModelRef(key=str(gone), name="gone", digest="0" * 64)
    document = with_favourites(driver.session.document, [Favourite(name="a", model=lost, code=(0.0,))])
    path = tmp_path / "alone.latent"
    from latent_studio.studio.document import document_text

    path.write_text(document_text(document.replace(model=lost, code=(1.0,))))
    gone.unlink()
    before = driver.code
    answers.append(str(path))
    driver.key(Qt.Key.Key_O, CONTROL)
    driver.until(lambda: "gone is not at" in driver.explore.banner.message())
    assert driver.code == before
    assert [favourite.name for favourite in driver.session.document.favourites] == ["a"]


def test_a_damaged_document_is_a_sentence_and_nothing_changes(
    driver: Driver, answers: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "broken.latent"
    path.write_text('{"code": ')
    before = driver.session.document
    answers.append(str(path))
    driver.key(Qt.Key.Key_O, CONTROL)
    driver.until(lambda: "broken.latent is damaged" in driver.explore.banner.message())
    assert driver.session.document == before


def test_recent_documents_are_in_the_list_of_models_also_the_next_day(
    open_window: Open, answers: list[str], tmp_path: Path, home: Path
) -> None:
    first = open_window()
    for name in ("one", "two"):
        save_as(first, answers, tmp_path / f"{name}.latent")
    first.close()
    settings = read_settings(home)
    assert [Path(file).name for file in settings.recent[:2]] == ["two.latent", "one.latent"]
    second = open_window("", settings=settings)
    chooser = second.window.header._model
    second.until(lambda: {"one", "two"} <= {option.title for option in chooser._options})
    second.until(lambda: title(second) == "two — Latent Studio")
    chooser.chosen.emit(str(tmp_path / "one.latent"))
    second.until(lambda: title(second) == "one — Latent Studio")


def test_a_document_named_at_the_start_is_opened_and_cannot_be_undone_to_nothing(
    open_window: Open, answers: list[str], tmp_path: Path
) -> None:
    first = open_window()
    first.drag_slider(1, 0.75)
    save_as(first, answers, tmp_path / "start.latent")
    code = first.code
    first.close()
    second = open_window("", first=tmp_path / "start.latent").wait_for_picture()
    assert second.code == code
    assert title(second) == "start — Latent Studio"
    assert not second.session.history.can_undo
