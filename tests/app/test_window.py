"""Journeys through the whole window: opening, training beside exploring, a new family, trouble, and the end."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from latent_studio.app.panel import REASONS, Panel, find_panels, reason_against
from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.session import Session
from latent_studio.app.settings import read_settings
from latent_studio.core.events import Saved, Snapshot
from latent_studio.core.header import read_header
from latent_studio.core.latent import Categorical, LatentSpace
from latent_studio.core.request import Answer
from latent_studio.core.runs import RECIPE, newest_weights, read_status
from latent_studio.training.recipe import OptimizerSection, read_recipe
from latent_studio.views.preview import PreviewPicture
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver, digits_recipe
from tests.training.toys import families_in

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")

CONTROL = Qt.KeyboardModifier.ControlModifier
FOREVER = 100_000  # epochs

NEW_FAMILY = '''
"""The mean picture of each class, shaded by two numbers: it draws digits to order and cannot encode."""

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor, nn

from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import Categorical, LatentSpace, Normal
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term


class MeansConfig(FamilyConfig):
    shade: float = Field(0.3, ge=0.0, le=5.0, title="Shade", description="How strongly the numbers shade a picture.")


class Means(GenerativeModel):
    def __init__(self, config: MeansConfig, data: DataSpec) -> None:
        n = len(data.label_names)
        digit = Categorical(name="digit", shape=(n,), condition=True, labels=data.label_names)
        super().__init__(LatentSpace(factors=(digit, Normal(name="z", shape=(2,)))), data.image_shape)
        self.shade = config.shade
        self.means = nn.Parameter(torch.zeros(n, *data.image_shape))

    def decode(self, code: Tensor) -> Tensor:
        n = len(self.means)
        mean = torch.einsum("nk,kchw->nchw", code[:, :n], self.means)
        return torch.sigmoid(mean + self.shade * code[:, n:].sum(1)[:, None, None, None])


class Error(Objective[Means]):
    phases = (Phase("means", owns=("model",)),)

    def __init__(self, config: MeansConfig) -> None:
        super().__init__()

    def error(self, model: Means, batch: Batch) -> Tensor:
        return (torch.sigmoid(model.means[batch["label"]]) - batch["image"]).square().flatten(1).sum(1)

    def terms(self, model: Means, step: Step) -> Mapping[str, Term]:
        return {"error": Term(self.error(model, step.batch).mean())}

    def measures(self, model: Means, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        return {"loss": self.error(model, batch)}


FAMILY = Family(
    title="Class means",
    citation="This test, 2026",
    equation="min |x - mean|^2",
    config=MeansConfig,
    build=Means,
    objective=Error,
    needs=("image", "label"),
)
'''


def train_panel(driver: Driver) -> TrainPanel:
    panel = driver.window.panels["train"]
    assert isinstance(panel, TrainPanel)
    return panel


def start_training(driver: Driver, n_epochs: int = FOREVER) -> str:
    """Fill Train with a tiny recipe, press its button; the run's key."""
    panel = train_panel(driver)
    driver.window.go_to("train")
    driver.until(lambda: bool(panel.form.data.found()))
    recipe = digits_recipe("journey", 4, n_epochs)
    panel.set_recipe(recipe.model_copy(update={"optimizer": OptimizerSection(learning_rate=1e-2)}))
    driver.click(panel.start_bar.start)
    driver.until(lambda: bool(panel.runs.all()) and panel.runs.all()[0].n_steps > 0)
    return panel.runs.all()[0].key


def open_model(driver: Driver, key: str) -> None:
    driver.session.open_model(key)
    driver.until(lambda: driver.session.document.model is not None and driver.session.document.model.key == key)


# --- opening


def test_a_dropped_checkpoint_is_opened_and_undo_returns_to_the_former_model_and_code(
    driver: Driver, models: Path
) -> None:
    driver.drag_slider(1, 1.5)
    before, picture = driver.session.document, driver.settled_picture()
    driver.drop_files(driver.window, models / "digits-1d.safetensors")
    driver.until(lambda: len(driver.code) == 1)
    driver.until(lambda: driver.rows.visible_keys() == [0])
    driver.session.undo()
    assert driver.session.document == before
    assert [row.key for row in driver.rows.rows()] != [0]
    driver.until(lambda: np.array_equal(driver.picture(), picture))


def test_a_dropped_broken_checkpoint_is_a_sentence_and_the_open_model_stays(driver: Driver, tmp_path: Path) -> None:
    before = driver.session.document
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"\xff" * 64)
    driver.drop_files(driver.window, broken)
    driver.until(lambda: "broken.safetensors" in driver.explore.banner.message())
    assert driver.session.document == before
    former = driver.settled_picture()
    driver.drag_slider(0, 2.0)  # and goes on working
    assert not np.array_equal(driver.settled_picture(), former)


def test_a_checkpoint_whose_weights_are_cut_off_is_a_sentence(driver: Driver, models: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.safetensors"
    cut.write_bytes((models / "digits-4d.safetensors").read_bytes()[:-500])
    driver.drop_files(driver.window, cut)
    driver.until(lambda: "cut.safetensors is cut short" in driver.explore.banner.message())


def test_the_header_lists_the_ready_made_models_and_opens_them(driver: Driver, models: Path) -> None:
    chooser = driver.window.header._model
    driver.until(lambda: {"digits-1d", "digits-4d"} <= {option.title for option in chooser._options})
    chooser.setFocus()
    QTest.keyClick(chooser, Qt.Key.Key_Up)
    driver.until(lambda: len(driver.code) == 1)
    assert chooser.current() == str(models / "digits-1d.safetensors")
    assert "KL" in driver.window.header._caption.text()


# --- panels


def test_the_first_nine_panels_answer_to_their_keys(driver: Driver) -> None:
    for number, key in enumerate(driver.window.panels, 1):
        driver.key(Qt.Key(Qt.Key.Key_0.value + number), CONTROL)
        panel = driver.window.panel
        assert panel.key == key
        is_served = not reason_against(type(panel), driver.session.header)
        assert panel.isVisible() == is_served
        assert [p.key for p in driver.window.panels.values() if p.is_shown] == [key] * is_served


def test_panels_without_use_for_the_dock_fold_it_to_a_rail_that_opens_it(driver: Driver) -> None:
    driver.window.go_to("train")
    assert not driver.dock.isVisible()
    assert driver.window.rail.isVisible()
    driver.click(driver.window.rail)
    assert driver.dock.isVisible()
    driver.window.go_to("explore")
    assert driver.dock.isVisible()
    driver.window.go_to("train")
    assert driver.dock.isVisible()  # as it was left
    driver.click(driver.dock._head._fold)
    assert driver.window.rail.isVisible()


def test_every_panel_has_a_name_an_icon_and_an_explanation() -> None:
    from latent_studio.app.icons import icon_path

    kinds = find_panels()
    assert len({kind.key for kind in kinds}) == len(kinds) >= 3
    for kind in kinds:
        assert kind.title
        assert kind.tooltip
        assert not icon_path(kind.icon).isEmpty()


def test_a_panel_that_the_model_cannot_serve_says_why(models: Path) -> None:
    class NeedsScores(Panel):
        needs = frozenset({"Encodes"})

    header = read_header(models / "digits-4d.safetensors")
    assert reason_against(NeedsScores, header) == ""
    blind = header.model_copy(update={"capabilities": ("Decodes",)})
    assert reason_against(NeedsScores, blind) == REASONS["Encodes"]
    assert reason_against(NeedsScores, None) == ""

    class NeedsCategories(Panel):
        needs = frozenset({"Decodes", "categories"})

    assert reason_against(NeedsCategories, header) == REASONS["categories"]
    digit = LatentSpace(factors=(Categorical(name="digit", shape=(10,)),))
    assert reason_against(NeedsCategories, header.model_copy(update={"space": digit})) == ""


# --- training beside exploring


def test_exploring_a_run_in_training_shows_newer_and_newer_weights(driver: Driver) -> None:
    key = start_training(driver)
    driver.window.go_to("explore")
    digests: set[str] = set()

    def note(answer: Answer) -> None:
        if isinstance(answer.value, PreviewPicture):
            digests.add(answer.digest)

    open_model(driver, key)
    driver.wait_for_picture()
    driver.session.previewed.connect(note)
    driver.until(lambda: len(digests) >= 4)  # without anybody asking
    plane = driver.explore.stage.plane
    driver.until(lambda: plane._knows_kl)
    axes, n_digests = plane._axes, len(digests)
    driver.until(lambda: len(digests) >= n_digests + 20)
    driver.session.previewed.disconnect(note)
    assert plane._axes == axes  # the pad's dimensions do not change places under a hand
    code = driver.code
    driver.drag_slider(0, 1.0, 2.0)
    assert driver.code != code
    driver.until(lambda: len(driver.rows._pictures) == 4)
    driver.session.undo()
    assert driver.code == code


def test_the_status_bar_tells_the_run_and_a_click_shows_it(driver: Driver) -> None:
    start_training(driver)
    driver.window.go_to("explore")
    job = driver.window.status._job
    driver.until(job.isVisible)
    driver.until(lambda: job._note.text() != "")
    assert (job._verb.text(), job._name.text()) == ("training", "journey")
    QTest.mouseClick(job, LEFT, NOTHING, job._line.geometry().center())
    assert driver.window.panel.key == "train"
    driver.click(job._pause)
    driver.until(lambda: "paused" in job._verb.text())


def test_closing_during_training_saves_what_was_trained(open_window: Open, home: Path) -> None:
    driver = open_window()
    snapshots: list[int] = []
    key = start_training(driver)
    open_model(driver, key)
    driver.window.go_to("explore")

    def note(answer: Answer) -> None:
        if isinstance(answer.value, Snapshot):
            snapshots.append(answer.value.step)
        assert not isinstance(answer.value, Saved) or answer.value.step == 0  # a minute has not passed

    driver.session.answered.connect(note)
    driver.until(lambda: len(snapshots) >= 3)
    driver.session.answered.disconnect(note)
    driver.window.close()
    weights, status = newest_weights(Path(key)), read_status(Path(key))
    assert weights is not None
    assert status is not None
    assert read_header(weights).step == status.step >= max(snapshots)
    assert status.state == "stopped"
    assert read_recipe(Path(key) / RECIPE).name == "journey"
    assert read_settings(home).model == key


def test_a_run_that_ends_stays_open_with_its_last_weights(driver: Driver) -> None:
    key = start_training(driver, n_epochs=40)
    driver.window.go_to("explore")
    open_model(driver, key)
    panel = train_panel(driver)
    driver.until(lambda: not panel.runs.all())
    weights = newest_weights(Path(key))
    assert weights is not None
    final = read_header(weights)
    driver.until(lambda: driver.session.header is not None and driver.session.header.digest == final.digest)
    assert not driver.window.status._job.isVisible()


# --- a family that nobody has heard of


def test_a_new_family_file_is_all_it_takes_to_train_and_explore_it(open_window: Open, tmp_path: Path) -> None:
    folder = tmp_path / "families"
    folder.mkdir()
    (folder / "class_means.py").write_text(NEW_FAMILY)
    with families_in(folder):
        driver = open_window()
        panel = train_panel(driver)
        driver.window.go_to("train")
        driver.until(lambda: any(o.key == "class_means" for o in panel.form.family._options))
        panel.form.family.chosen.emit("class_means")
        driver.until(lambda: "model.shade" in panel.form.model.paths())
        driver.click(panel.start_bar.start)
        driver.until(lambda: bool(panel.runs.all()) and panel.runs.all()[0].n_steps > 0)
        key = panel.runs.all()[0].key
        driver.window.go_to("explore")
        open_model(driver, key)
        driver.wait_for_picture()

        digit = driver.dock._categories[0, 10]
        before = driver.picture()
        driver.window.setFocus()
        driver.key(Qt.Key.Key_3)
        assert digit.value() == 3
        assert driver.code[:10] == tuple(float(k == 3) for k in range(10))
        driver.until(lambda: not np.array_equal(driver.picture(), before))
        driver.until(lambda: len(driver.rows._pictures) == 2)
        assert "has no encoder" in driver.explore.stage.encoding._refusal.text()
        assert not driver.explore.data_button.isEnabled()
        panel.runs.stop(key)
        driver.until(lambda: not panel.runs.all())
        driver.close()


# --- the end


def test_a_closed_window_leaves_no_thread_behind(open_window: Open) -> None:
    driver = open_window()
    lanes = (driver.session.views, driver.session.jobs, driver.session.disk)
    assert all(lane.isRunning() for lane in lanes)
    driver.window.close()
    assert not any(lane.isRunning() for lane in lanes)
    assert not driver.window.isVisible()
    gc.collect()


def test_a_session_that_never_started_can_be_closed(home: Path, models: Path, qapp: object) -> None:
    from latent_studio.app.session import Places

    session = Session(Places(models, home))
    session.close()
    session.deleteLater()
