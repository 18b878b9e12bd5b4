"""The Library as a person uses it: real files, a real window, mouse and keyboard."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from latent_studio.app.panels.library import LibraryPanel
from latent_studio.app.widgets.card import Card, CardShape
from latent_studio.core.runs import RunStatus, read_status
from latent_studio.studio.library import run_entry
from latent_studio.training.recipe import read_recipe, recipe_text
from latent_studio.training.trainer import train
from tests.app.driving import LEFT, Driver, digits_recipe

Open = Callable[..., Driver]


@pytest.fixture(scope="module")
def stopped_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 3 epochs that was stopped in its second one."""
    folder = tmp_path_factory.mktemp("runs") / "digits-vae-4"
    training = train(digits_recipe("digits-vae-4", 4), folder)
    for event in training:
        if getattr(event, "step", 0) >= 15:
            training.close()
            break
    return folder


@pytest.fixture
def run(stopped_run: Path, home: Path) -> Path:
    """The same among the person's own runs."""
    return Path(shutil.copytree(stopped_run, home / "runs" / stopped_run.name))


@pytest.fixture
def driver(open_window: Open, run: Path) -> Driver:
    driver = open_window()
    driver.window.go_to("library")
    driver.until(lambda: len(cards(driver)) == 3)
    return driver


def panel(driver: Driver) -> LibraryPanel:
    found = driver.window.panels["library"]
    assert isinstance(found, LibraryPanel)
    return found


def cards(driver: Driver) -> dict[str, Card]:
    """What the grid shows, by title."""
    return {card.title: card for card in panel(driver).cards._cards}


def point(driver: Driver, title: str, inside: QPointF) -> QPoint:
    return panel(driver).cards.card_rect(cards(driver)[title].key).topLeft() + inside.toPoint()


def click(driver: Driver, title: str, inside: QPointF) -> None:
    viewport = panel(driver).cards.viewport()
    QTest.mouseMove(viewport, point(driver, title, inside))
    QTest.mouseClick(viewport, LEFT, pos=point(driver, title, inside))


def choose(driver: Driver, title: str) -> None:
    """Give a card the keyboard."""
    click(driver, title, QPointF(120, 40))
    panel(driver).cards.setFocus()


def test_models_and_runs_are_cards_with_what_is_known_of_them(driver: Driver, run: Path) -> None:
    own = cards(driver)["digits-vae-4"]
    assert own.lines == ("VAE · UCI digits · 4 dim",)
    assert (own.accent_line, own.remedy, own.state) == ("stopped at epoch 2", "Continue", "interrupted")
    assert own.preview is not None
    assert own.tiles == (4, 3)
    ready = cards(driver)["digits-4d"]
    assert ready.lines[1].startswith("test ")
    assert " nats · " in ready.lines[1]
    assert (ready.tag, ready.selected, ready.actions) == ("open", True, ("duplicate",))
    assert panel(driver).caption() == "2 ready-made models, 1 run"


def test_a_double_click_opens_a_model_and_goes_to_explore(driver: Driver) -> None:
    viewport = panel(driver).cards.viewport()
    QTest.mouseDClick(viewport, LEFT, pos=point(driver, "digits-vae-4", QPointF(120, 40)))
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "digits-vae-4")
    assert driver.window.panel.key == "explore"


def test_a_run_is_renamed_in_place_and_keeps_its_name_when_opened(driver: Driver, run: Path) -> None:
    choose(driver, "digits-vae-4")
    QTest.keyClick(panel(driver).cards, Qt.Key.Key_F2)
    editor = panel(driver).cards.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "my best")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    driver.until(lambda: "my best" in cards(driver))
    status = read_status(run)
    assert status is not None
    assert (read_recipe(run / "recipe.toml").name, status.name) == ("my best", "my best")
    QTest.keyClick(panel(driver).cards, Qt.Key.Key_Return)
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "my best")


def test_a_ready_made_model_is_duplicated_into_ones_own(driver: Driver, home: Path) -> None:
    action = CardShape.action(0, 1).center()
    click(driver, "digits-1d", action)
    driver.until(lambda: "digits-1d-copy" in cards(driver))
    copy = cards(driver)["digits-1d-copy"]
    assert Path(copy.key) == home / "models" / "digits-1d-copy.safetensors"
    assert copy.actions == ("rename", "duplicate", "delete")
    QTest.mouseDClick(panel(driver).cards.viewport(), LEFT, pos=point(driver, "digits-1d-copy", QPointF(120, 40)))
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "digits-1d-copy")


def test_deleting_moves_to_the_trash_at_once_and_undo_brings_back(driver: Driver, run: Path, home: Path) -> None:
    choose(driver, "digits-vae-4")
    QTest.keyClick(panel(driver).cards, Qt.Key.Key_Delete)
    driver.until(lambda: "digits-vae-4" not in cards(driver))
    assert not run.exists()
    assert panel(driver).banner.message() == "digits-vae-4 lies in the trash."
    panel(driver).banner.action_requested.emit()
    driver.until(lambda: "digits-vae-4" in cards(driver))
    assert run.is_dir()
    assert not list((home / "trash").iterdir())


def test_the_trash_restores_and_is_emptied_only_when_asked_twice(driver: Driver, run: Path, home: Path) -> None:
    library = panel(driver)
    choose(driver, "digits-vae-4")
    QTest.keyClick(library.cards, Qt.Key.Key_Delete)
    driver.until(lambda: not run.exists())
    library.controls.shown.setFocus()
    for _ in range(3):
        QTest.keyClick(library.controls.shown, Qt.Key.Key_Right)
    driver.until(lambda: list(cards(driver)) == ["digits-vae-4"])
    assert cards(driver)["digits-vae-4"].main == "Restore"
    click(driver, "digits-vae-4", CardShape.open.center())
    driver.until(run.is_dir)
    driver.until(lambda: library._views.currentWidget() is library._empty)
    library.shelf.throw_away(run_entry(run))
    driver.until(lambda: list(cards(driver)) == ["digits-vae-4"])
    driver.click(library.controls._empty)
    assert "will be gone for good" in library.banner.message()
    assert list((home / "trash").iterdir())
    library.banner.action_requested.emit()
    driver.until(lambda: not list((home / "trash").iterdir()))


def test_a_broken_file_is_a_card_with_its_sentence(driver: Driver, home: Path) -> None:
    (home / "models").mkdir()
    (home / "models" / "nonsense.safetensors").write_bytes(b"nonsense")
    driver.until(lambda: "nonsense" in cards(driver))
    card = cards(driver)["nonsense"]
    assert (card.state, card.main, card.actions) == ("broken", "", ("delete",))
    assert card.accent_line is not None
    assert "copy it again" in card.accent_line
    choose(driver, "nonsense")
    QTest.keyClick(panel(driver).cards, Qt.Key.Key_Return)
    assert panel(driver).banner.message() == card.accent_line


def test_words_filter_and_losses_sort(driver: Driver) -> None:
    library = panel(driver)
    QTest.keyClicks(library.controls.words, "1d uci")
    driver.until(lambda: list(cards(driver)) == ["digits-1d"])
    QTest.keyClicks(library.controls.words, " none")
    driver.until(lambda: library._views.currentWidget() is library._empty)
    library._empty.action_requested.emit()
    driver.until(lambda: len(cards(driver)) == 3)
    library.controls.order._choose("loss")
    assert list(cards(driver))[1:] == ["digits-4d", "digits-1d"]  # 4 numbers say more of a digit than one


def test_an_interrupted_run_continues_from_its_card_to_its_end(driver: Driver, run: Path) -> None:
    click(driver, "digits-vae-4", CardShape.remedy(cards(driver)["digits-vae-4"]).center())
    driver.until(lambda: cards(driver)["digits-vae-4"].accent_line is None)
    status = read_status(run)
    assert status is not None
    assert (status.state, status.step) == ("finished", 36)
    assert cards(driver)["digits-vae-4"].lines[1].startswith("test ")


def test_a_paused_run_says_so_on_its_card(driver: Driver, home: Path) -> None:
    recipe = digits_recipe("long", 2, n_epochs=100_000)
    key = panel(driver).runs.start(recipe, home / "runs" / "long")
    driver.until(lambda: (cards(driver)["long"].progress or 0) > 0 if "long" in cards(driver) else False)
    assert cards(driver)["long"].state == "running"
    panel(driver).runs.pause(key)
    driver.until(lambda: "paused" in (cards(driver)["long"].accent_line or ""))
    status = read_status(home / "runs" / "long")
    assert status is not None
    assert status.state == "paused"
    assert cards(driver)["long"].actions == ()  # its folder is in use
    panel(driver).runs.stop(key)
    driver.until(lambda: cards(driver)["long"].remedy == "Continue")


def test_a_run_of_another_process_appears_and_is_followed_and_left_alone(driver: Driver, home: Path) -> None:
    recipe = home / "theirs.toml"
    recipe.write_text(recipe_text(digits_recipe("theirs", 2, n_epochs=100_000)))
    folder = home / "runs" / "theirs"
    command = [sys.executable, "-m", "latent_studio.cli", "train", str(recipe), "--run", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            driver.until(lambda: any("training" in (card.accent_line or "") for card in cards(driver).values()))
            (theirs,) = [card for card in cards(driver).values() if card.key == str(folder)]
            first = step_of(folder)
            driver.until(lambda: step_of(folder) > first)
            entry = panel(driver).shelf.entry(theirs.key)
            assert entry is not None
            panel(driver).shelf.throw_away(entry)
            driver.until(lambda: "stop it before you delete it" in panel(driver).banner.message())
            assert folder.is_dir()
        finally:
            process.kill()
    driver.until(lambda: "interrupted" in (by_key(driver, theirs.key).accent_line or ""))


def step_of(folder: Path) -> int:
    status: RunStatus | None = read_status(folder)
    return status.step if status is not None else -1


def by_key(driver: Driver, key: str) -> Card:
    return next(card for card in cards(driver).values() if card.key == key)
