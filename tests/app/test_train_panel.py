"""Training from the window, as a person does it: type, start, watch, steer, stop, go on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.training.advice import FoundData
from latent_studio.app.training.run_head import RunHead
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.run_list import RunItem
from latent_studio.core.runs import CONTROLS, RunStatus, read_controls, read_status
from latent_studio.studio.histories import STEPS, TEST, TRAIN
from latent_studio.studio.live_run import LiveRun
from latent_studio.training.recipe import OptimizerSection, Recipe, read_recipe, recipe_text
from tests.app.driving import LEFT, Driver, digits_recipe

Open = Callable[..., Driver]
ENDLESS = 100_000  # epochs


@pytest.fixture
def driver(open_window: Open) -> Driver:
    """A window on the Train panel whose form knows all families and sources."""
    driver = open_window()
    driver.window.go_to("train")
    train = panel(driver)
    driver.until(lambda: bool(train.form.model.paths()) and bool(train.form.options.paths()))
    return driver


def panel(driver: Driver) -> TrainPanel:
    found = driver.window.panels["train"]
    assert isinstance(found, TrainPanel)
    return found


def head(driver: Driver) -> RunHead:
    return panel(driver).board.view.head


def live(driver: Driver) -> LiveRun:
    (run,) = panel(driver).runs.all()
    return run


def items(driver: Driver) -> dict[str, RunItem]:
    """The rows of the list of runs, by title."""
    return {item.title: item for item in panel(driver).board.column.list._items}


def status_of(folder: Path) -> RunStatus:
    status = read_status(folder)
    assert status is not None
    return status


def type_into(field: object, text: str) -> None:
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def begin(driver: Driver, recipe: Recipe) -> None:
    """Start a run and wait until it steps."""
    panel(driver).set_recipe(recipe)
    panel(driver).start()
    driver.until(lambda: any(run.plan.name == recipe.name and run.n_steps for run in panel(driver).runs.all()))


# --- from the form to a trained model


def test_a_run_is_filled_in_started_watched_and_explored(driver: Driver, home: Path) -> None:
    train = panel(driver)
    assert train.form.name.placeholderText() == "digits-vae-16"
    type_into(train.form.model.field("model.n_latent"), "3")
    type_into(train.form.training.field("training.n_epochs"), "40")
    assert train.form.name.placeholderText() == "digits-vae-3"
    driver.until(lambda: train.form.data.found() == "1,437 + 360 test")
    driver.until(lambda: "timed on" in train.start_bar.time_text())
    driver.click(train.start_bar.start)
    driver.until(lambda: len(train.board.view.loss._series[STEPS].x) > 10 if train.board.view.loss._series else False)
    assert head(driver).name.text() == "digits-vae-3"
    assert "of 40" in head(driver).parts.text()
    driver.until(lambda: status_of(home / "runs" / "digits-vae-3").state == "finished")
    driver.until(lambda: items(driver)["digits-vae-3"].line == "finished · 40 epochs")
    loss = train.board.view.loss
    driver.until(lambda: len(loss._series[TEST].x) > 1)
    assert loss._series[TEST].y[-1] < loss._series[TEST].y[0]
    assert len(loss._series[TRAIN].x) == len(loss._series[TEST].x)
    assert train.board.view.dimensions.bars.note().endswith(f"sum {kl_sum(home / 'runs' / 'digits-vae-3'):.1f}")
    driver.until(lambda: len(train.board.view.pictures.samples.grid._pictures) == 24)
    assert len(train.board.view.pictures.reconstructions.grid._pictures) == 24
    assert train.form.name.placeholderText() == "digits-vae-3-2"  # the next one has a name of its own
    driver.click(head(driver).explore)
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "digits-vae-3")
    assert driver.window.panel.key == "explore"
    assert len(driver.code) == 3


def kl_sum(folder: Path) -> float:
    from latent_studio.core.header import read_header
    from latent_studio.core.runs import newest_weights

    weights = newest_weights(folder)
    assert weights is not None
    return sum(read_header(weights).statistics["kl"])


def test_explore_and_dock_follow_the_weights_while_it_trains(driver: Driver, home: Path) -> None:
    begin(driver, digits_recipe("endless", 2, ENDLESS))
    driver.click(head(driver).explore)
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "endless")
    first = driver.session.header
    assert first is not None
    driver.until(lambda: driver.session.header is not None and driver.session.header.step > first.step + 20)
    driver.window.go_to("train")
    assert panel(driver).caption() == "the dock and Explore follow the newest snapshot of endless"


def test_pausing_holds_the_step_and_stopping_saves_it(driver: Driver, home: Path) -> None:
    begin(driver, digits_recipe("endless", 2, ENDLESS))
    driver.click(head(driver).pause)
    driver.until(lambda: live(driver).stage == "paused")
    driver.until(lambda: head(driver).pause.text() == "Go on")  # the head is told some fifteen times a second
    driver.until(lambda: "paused" in items(driver)["endless"].line)
    held = live(driver).step
    driver.qtbot.wait(200)
    assert live(driver).step == held
    driver.click(head(driver).pause)
    driver.until(lambda: live(driver).step > held)
    driver.click(head(driver).save)
    driver.until(lambda: live(driver).saved_step > held)
    driver.click(head(driver).stop)
    driver.until(lambda: not panel(driver).runs.all())
    driver.until(lambda: head(driver).go_on.isVisible())
    status = status_of(home / "runs" / "endless")
    assert status.state == "stopped"
    assert (home / "runs" / "endless" / f"step-{status.step:08d}").is_dir()


def test_a_finished_run_goes_on_for_ten_more_epochs_in_its_own_folder(driver: Driver, home: Path) -> None:
    begin(driver, digits_recipe("short", 2, 2))
    driver.until(lambda: head(driver).more.isVisible())
    driver.click(head(driver).more)
    driver.until(lambda: items(driver)["short"].line == "finished · 12 epochs")
    assert status_of(home / "runs" / "short").step == 12 * 12
    assert read_recipe(home / "runs" / "short" / "recipe.toml").training.n_epochs == 12
    assert list(items(driver)) == ["short"]
    epochs, _ = panel(driver).board.logs.history(str(home / "runs" / "short")).curve(STEPS)
    assert (np.diff(epochs) > 0).all()  # one curve from both sittings


def test_the_learning_rate_is_changed_while_it_trains_and_logged(driver: Driver, home: Path) -> None:
    begin(driver, digits_recipe("endless", 2, ENDLESS))
    driver.until(lambda: head(driver).rate.text() == "learning rate 0.003")
    head(driver).rate.edit()
    editor = head(driver).rate.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "0.003"
    QTest.keyClicks(editor, "0.0005")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    driver.until(lambda: (home / "runs" / "endless" / CONTROLS).is_file())
    ((step, controls),) = read_controls(home / "runs" / "endless")
    assert controls.learning_rate == 0.0005
    driver.until(lambda: head(driver).rules.log.text() == f"step {step:,}: learning rate 0.0005")
    assert head(driver).rate.text() == "learning rate 0.0005"
    driver.click(head(driver).stop)
    driver.until(lambda: head(driver).go_on.isVisible())
    driver.click(head(driver).go_on)
    driver.until(lambda: bool(panel(driver).runs.all()))
    driver.until(lambda: head(driver).rate.text() == "learning rate 0.0005")  # still in force


def test_a_run_that_ended_is_told_in_whatever_panel_and_shown_by_a_click(driver: Driver) -> None:
    begin(driver, digits_recipe("quick", 2, 3))
    driver.window.go_to("samples")
    toast = driver.window.notices.toast
    driver.until(lambda: toast.message().startswith("quick is trained · 3 epochs · test loss"))
    assert toast.geometry().bottom() < driver.window.status.geometry().top()
    driver.click(toast.action)
    assert driver.window.panel.key == "train"
    assert head(driver).name.text() == "quick"
    assert not toast.isVisible()


def test_two_runs_train_at_once_and_are_compared_on_one_plot(driver: Driver, home: Path) -> None:
    for name in ("one", "two"):
        begin(driver, digits_recipe(name, 2, ENDLESS))
    first, second = panel(driver).runs.all()
    before = first.step, second.step
    driver.until(lambda: first.step > before[0] + 50 and second.step > before[1] + 50)
    driver.until(lambda: set(items(driver)) == {"one", "two"})
    assert panel(driver).board.rows.shown == second.key
    driver.until(lambda: len(panel(driver).board.logs.history(first.key).curve(TEST)[0]) > 1)
    runs = panel(driver).board.column.list
    dot = runs.row_rect(first.key).topLeft()
    QTest.mouseClick(runs.viewport(), LEFT, pos=dot + type(dot)(80, 25))
    series = panel(driver).board.view.loss._series
    assert series[first.key].label == "one"
    assert len(series[first.key].x) > 1
    assert items(driver)["one"].is_plotted


# --- what bad input gets


def test_a_path_that_is_not_there_is_said_at_its_field_and_when_started(driver: Driver, home: Path) -> None:
    train = panel(driver)
    train.form.data.source._choose("idx")
    type_into(train.form.data.path, "/nowhere/at/all")
    driver.until(lambda: "is not there" in train.form.data.problem())
    train.start()
    driver.until(lambda: "is not there" in train.banner.message())
    assert train.form.data.path.text() == "/nowhere/at/all"
    assert not train.runs.all()
    assert not items(driver)
    train.form.data.source._choose("digits")
    driver.until(lambda: train.form.data.problem() == "" and train.form.data.found() != "")


def test_an_empty_folder_is_refused_with_a_sentence(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    driver.drop_files(driver.window, tmp_path / "empty")
    driver.until(lambda: panel(driver).banner.message() != "")
    assert "No pictures were found in empty" in panel(driver).banner.message()


def test_a_dropped_folder_of_pictures_becomes_the_data(driver: Driver, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for kind in ("cats", "dogs"):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for i in range(12):
            picture = Image.fromarray(rng.integers(0, 255, (20, 30, 3), np.uint8))
            picture.save(tmp_path / "pets" / kind / f"{i}.png")
    train = panel(driver)
    driver.drop_files(driver.window, tmp_path / "pets")
    driver.until(lambda: train.form.data.source.current() == "folder")
    driver.until(lambda: train.form.data.found() != "")
    assert train.form.data.path.text() == str(tmp_path / "pets")
    recipe = train.recipe()
    assert recipe is not None
    assert (recipe.data.source, recipe.name) == ("folder", "pets-vae-16")


def test_what_cannot_be_taken_stays_in_its_field_and_keeps_the_run_from_starting(driver: Driver) -> None:
    train = panel(driver)
    field = train.form.model.field("model.n_latent")
    assert isinstance(field, NumberField)
    type_into(field, "600")
    assert "512" in field.problem()
    train.start()
    assert train.banner.message() == "The run was not started: mend the fields that are marked."
    type_into(field, "6")
    recipe = train.recipe()
    assert recipe is not None
    assert recipe.model["n_latent"] == 6
    assert not train.form.problems()


def test_a_loss_that_is_not_finite_ends_with_a_sentence_and_a_way_on(driver: Driver, home: Path) -> None:
    wild = digits_recipe("wild", 2, ENDLESS).model_copy(
        update={"optimizer": OptimizerSection(name="sgd", learning_rate=10.0)}
    )
    panel(driver).set_recipe(wild)
    panel(driver).start()
    driver.until(lambda: "wild" in items(driver) and items(driver)["wild"].line == "stopped: loss not finite")
    assert "Continue with a smaller learning rate than 10" in head(driver).sentence.text()
    assert head(driver).remedy.isVisible()
    driver.click(head(driver).remedy)
    driver.until(lambda: bool(panel(driver).runs.all()))
    driver.until(lambda: live(driver).learning_rates == {"autoencoder": pytest.approx(3.0)})


# --- recipes, families, other processes


def test_another_family_changes_the_form_and_what_is_drawn(driver: Driver) -> None:
    train = panel(driver)
    type_into(train.form.model.field("model.n_latent"), "5")
    train.form.family._choose("autoencoder")
    assert "model.beta" not in train.form.model.paths()
    assert train.form.draft.get("model.n_latent") == 5
    type_into(train.form.training.field("training.n_epochs"), "9")
    train.start()
    driver.until(lambda: "digits-autoencoder-5" in items(driver))
    driver.until(lambda: "finished" in items(driver)["digits-autoencoder-5"].line)
    dimensions = train.board.view.dimensions
    assert dimensions.currentWidget() is dimensions.terms
    assert len(dimensions.terms._series["gradient_norm"].x) > 10


def test_a_family_s_own_defaults_are_the_fields_defaults_and_each_player_has_a_rate(driver: Driver) -> None:
    """What is left open is the family's to say: the form shows it, and a draft that says nothing leaves it open."""
    form = panel(driver).form
    assert form.default("optimizer.learning_rate") == 1e-3
    assert not [path for path in form.more.paths() if "phases" in path]
    type_into(form.training.field("optimizer.learning_rate"), "0.01")
    form.family._choose("gan")
    rate = form.training.field("optimizer.learning_rate")
    assert isinstance(rate, NumberField)
    assert rate.value() == form.default("optimizer.learning_rate") == 2e-4
    recipe = panel(driver).recipe()
    assert recipe is not None
    assert "learning_rate" not in recipe.said().get("optimizer", {})
    path = "optimizer.phases.discriminator.learning_rate"
    assert form.default(path) is None
    form._more.set_open(True)
    type_into(form.more.field(path), "0.0004")
    recipe = panel(driver).recipe()
    assert recipe is not None
    assert recipe.optimizer.phases["discriminator"].learning_rate == 4e-4
    form.set_found(FoundData("rings", 1000, 0, 0, (1, 32, 32), (), "points"))
    assert form.default("optimizer.learning_rate") == 1e-3
    assert form.default("training.n_epochs") == 200


def test_a_recipe_comes_from_a_file_and_goes_into_the_form(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(recipe_text(digits_recipe("mine", 7, 5)))
    assert panel(driver).take_files([path])
    driver.until(lambda: panel(driver).form.name.text() == "mine")
    field = panel(driver).form.model.field("model.n_latent")
    assert isinstance(field, NumberField)
    assert field.value() == 7
    path.write_text("[model]\nfamly = 3\n[training]\nn_epoch = 3\n")
    panel(driver).take_files([path])
    driver.until(lambda: "n_epochs" in panel(driver).banner.message())  # did you mean …


def test_a_run_of_another_process_is_followed_with_its_curves_and_pictures(driver: Driver, home: Path) -> None:
    recipe, folder = home / "theirs.toml", home / "runs" / "theirs"
    recipe.parent.mkdir(exist_ok=True)
    recipe.write_text(recipe_text(digits_recipe("theirs", 2, ENDLESS)))
    command = [sys.executable, "-m", "latent_studio.cli", "train", str(recipe), "--run", str(folder)]
    board = panel(driver).board
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            driver.until(lambda: "theirs" in items(driver))
            driver.until(lambda: len(board.logs.history(str(folder)).curve(TEST)[0]) > 0)
            n_rows = len(board.logs.history(str(folder)).curve(STEPS)[0])
            driver.until(lambda: len(board.logs.history(str(folder)).curve(STEPS)[0]) > n_rows)
            driver.until(lambda: len(board.view.pictures.samples.grid._pictures) == 24)
            assert head(driver).name.text() == "theirs"
            assert not head(driver).pause.isVisible()  # only its own process can
        finally:
            process.kill()
    driver.until(lambda: "interrupted" in items(driver)["theirs"].line)
    assert head(driver).go_on.isVisible()


def test_closing_the_window_saves_the_run(open_window: Open, home: Path) -> None:
    driver = open_window()
    driver.window.go_to("train")
    begin(driver, digits_recipe("endless", 2, ENDLESS))
    driver.until(lambda: live(driver).step > 20)
    driver.close()
    status = status_of(home / "runs" / "endless")
    assert status.state == "stopped"
    assert (home / "runs" / "endless" / f"step-{status.step:08d}").is_dir()
