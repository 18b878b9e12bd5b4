"""Watching and steering a game of two players from the Train panel, by mouse and keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.training import health_watch
from latent_studio.app.training.game_plots import GamePlots
from latent_studio.app.training.rules_line import PlayerRules
from latent_studio.app.training.run_board import RunBoard
from latent_studio.app.widgets.value_link import ValueLink
from latent_studio.core.controls import Controls
from latent_studio.core.events import Done, Event, Progress
from latent_studio.core.request import Request
from latent_studio.core.runs import CHECKS, read_controls, read_origin
from latent_studio.studio.health import Evidence, Finding, Remedy, SampleChecks
from latent_studio.studio.histories import STEPS, TEST
from latent_studio.studio.live_run import LiveRun
from latent_studio.training.recipe import DataSection, Recipe, TrainingSection
from tests.app.driving import LEFT, Driver, digits_recipe

Open = Callable[..., Driver]
ENDLESS = 100_000  # epochs


@pytest.fixture
def driver(open_window: Open) -> Driver:
    """A window on the Train panel."""
    driver = open_window()
    driver.window.go_to("train")
    return driver


def game_recipe(name: str, n_epochs: int = ENDLESS) -> Recipe:
    """Two small networks on the embedded digits; a step takes some milliseconds."""
    return Recipe(
        name=name,
        data=DataSection(source="digits"),
        model={"family": "gan", "n_latent": 4, "width": 32, "network": "mlp"},
        training=TrainingSection(n_epochs=n_epochs, n_threads=1, ema_decay=0.9, batch_size=64),
    )


def board(driver: Driver) -> RunBoard:
    found = driver.window.panels["train"]
    assert isinstance(found, TrainPanel)
    return found.board


def plots(driver: Driver) -> GamePlots:
    return board(driver).view.game


def begin(driver: Driver, recipe: Recipe) -> LiveRun:
    """Start a run and wait until it has rules and plots."""
    train = driver.window.panels["train"]
    assert isinstance(train, TrainPanel)
    train.set_recipe(recipe)
    train.start()
    driver.until(lambda: any(run.plan.name == recipe.name and run.n_steps for run in train.runs.all()))
    return next(run for run in train.runs.all() if run.plan.name == recipe.name)


def rules(driver: Driver, player: str) -> PlayerRules:
    line = board(driver).view.head.rules
    driver.until(lambda: bool(line.players))
    return next(rules for rules in line.players if rules.player == player)


def type_over(link: ValueLink, text: str) -> None:
    link.link.click()
    field = link.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def paused(driver: Driver, run: LiveRun) -> int:
    """Pause it; the step where it stands."""
    driver.click(board(driver).view.head.pause)
    driver.until(lambda: run.stage == "paused")
    driver.until(lambda: board(driver).view.head.step.isEnabled())
    return run.step


def test_a_game_shows_its_players_how_one_judges_the_other_and_ever_newer_samples(driver: Driver) -> None:
    begin(driver, game_recipe("endless"))
    game = plots(driver)
    driver.until(lambda: [plot.player for plot in game.players] == ["discriminator", "generator"])
    driver.until(lambda: game.scores.names() == ("real", "fake"))
    driver.until(lambda: all(plot.curves.keys() for plot in game.players))
    driver.until(lambda: game.norms.keys() == ("discriminator", "generator"))
    driver.until(lambda: game.accuracy.keys() == ("discriminator.accuracy",))
    assert game.upper.isVisible()
    assert not board(driver).view.loss.isVisible()
    newest = board(driver).view.pictures.newest
    driver.until(lambda: len(newest.grid._pictures) == 24)
    before = newest.grid._pictures
    driver.until(lambda: newest.grid._pictures is not before and len(newest.grid._pictures) == 24)
    assert not board(driver).view.pictures.reconstructions.isVisible()


def test_a_run_of_one_player_keeps_its_look(driver: Driver) -> None:
    begin(driver, game_recipe("game"))
    driver.until(lambda: plots(driver).upper.isVisible())
    begin(driver, digits_recipe("alone", 2, ENDLESS))
    view = board(driver).view
    driver.until(lambda: view.loss.isVisible() and view.head.rate.isVisible())
    assert not view.game.upper.isVisible()
    assert not view.game.lower.isVisible()
    assert not view.head.rules.isVisible()
    assert not view.pictures.newest.isVisible()


def test_a_paused_game_makes_one_step_or_one_player_s_alone(driver: Driver, home: Path) -> None:
    run = begin(driver, game_recipe("endless"))
    generator = rules(driver, "generator")
    assert not generator.step.isEnabled()
    step = paused(driver, run)
    head = board(driver).view.head
    for wanted in (step + 1, step + 2):
        driver.click(head.step)
        driver.until(lambda wanted=wanted: run.step == wanted and not run.steps_alone)
    driver.click(generator.step)
    driver.until(lambda: run.step == step + 3 and run.stage == "paused")
    driver.until(lambda: head.rules.log.text() == f"step {step + 2:,}: generator alone")
    assert read_controls(home / "runs" / "endless") == [(step + 2, Controls(only="generator"))]
    driver.qtbot.wait(150)
    assert run.step == step + 3


def test_keys_pause_the_run_and_step_it(driver: Driver) -> None:
    run = begin(driver, game_recipe("endless"))
    driver.key(Qt.Key.Key_P)
    driver.until(lambda: run.stage == "paused")
    step = run.step
    driver.key(Qt.Key.Key_Period)
    driver.until(lambda: run.step == step + 1 and not run.steps_alone)
    driver.key(Qt.Key.Key_P)
    driver.until(lambda: run.step > step + 3)


def test_rates_and_updates_are_changed_by_player_and_recorded(driver: Driver, home: Path) -> None:
    begin(driver, game_recipe("endless"))
    judge, maker = rules(driver, "discriminator"), rules(driver, "generator")
    driver.until(lambda: judge.rate.text() == "rate 0.0002")
    type_over(judge.rate, "0.0005")
    type_over(maker.updates, "3")
    driver.until(lambda: (judge.rate.text(), maker.rate.text()) == ("rate 0.0005", "rate 0.0002"))
    driver.until(lambda: maker.updates.text() == "3 updates")
    driver.until(lambda: len(read_controls(home / "runs" / "endless")) == 2)
    changes = [controls for _, controls in read_controls(home / "runs" / "endless")]
    assert changes == [Controls(learning_rates={"discriminator": 5e-4}), Controls(n_updates={"generator": 3})]
    log = board(driver).view.head.rules.log
    driver.until(lambda: "3 updates of generator" in log.text())
    assert "discriminator's learning rate 0.0005" in log.toolTip()


def test_what_is_changed_in_a_pause_is_said_to_come_and_is_saved_without_going_on(driver: Driver) -> None:
    run = begin(driver, game_recipe("endless"))
    step = paused(driver, run)
    type_over(rules(driver, "generator").rate, "0.001")
    log = board(driver).view.head.rules.log
    driver.until(lambda: log.text() == "next step: generator's learning rate 0.001")
    driver.click(board(driver).view.head.save)
    driver.until(lambda: run.saved_step == step)
    driver.click(board(driver).view.head.pause)
    driver.until(lambda: log.text() == f"step {step:,}: generator's learning rate 0.001")


def test_a_term_is_hidden_by_a_click_on_its_name(driver: Driver) -> None:
    begin(driver, game_recipe("endless"))
    driver.until(lambda: bool(plots(driver).players))
    plot = plots(driver).players[0]
    penalty, loss = "discriminator.penalty", "discriminator.loss"
    driver.until(lambda: penalty in plot.curves.keys())  # noqa: SIM118
    assert loss not in plot.curves.keys()  # noqa: SIM118
    QTest.mouseClick(plot.keys.key(penalty), LEFT)
    QTest.mouseClick(plot.keys.key(loss), LEFT)
    assert plot.curves.keys() == ("discriminator.divergence", loss)


def test_any_measure_is_compared_with_the_same_of_another_run(driver: Driver) -> None:
    first, second = begin(driver, game_recipe("one")), begin(driver, game_recipe("two"))
    logs, measure = board(driver).logs, plots(driver).measure
    driver.until(lambda: all(len(logs.history(run.key).curve(TEST)[0]) for run in (first, second)))
    runs = board(driver).column.list
    driver.until(lambda: {item.title for item in runs._items} == {"one", "two"})
    dot = runs.row_rect(first.key).topLeft()
    QTest.mouseClick(runs.viewport(), LEFT, pos=dot + type(dot)(80, 25))
    for name in ("spread", "discriminator.accuracy"):
        measure.choice._choose(name)
        driver.until(lambda: first.key in measure.keys() and len(measure._series[first.key].x) > 0)  # noqa: SIM118
    assert measure._series[first.key].label == "one"
    assert len(measure._series[STEPS].x) > 0
    assert measure.choice.text() == "Discriminator accuracy"


def test_a_finding_is_told_with_its_evidence_and_its_remedies(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    accuracy = Evidence("0.99 over 300 steps", ((STEPS, "discriminator.accuracy"),))
    remedies = (Remedy("R1 penalty", {"model.penalty": "r1"}), Remedy("Slower judge", {}))
    ahead = Finding("ahead", "bad", "Judge too strong", "It tells nearly all apart.", accuracy, remedies)
    calm = Finding("calm", "good", "Gradients are calm", "They stay where they were.", Evidence("1.2"))
    told: list[tuple[Finding, ...]] = [(ahead, calm)]
    monkeypatch.setattr(health_watch, "diagnose", lambda *_: told[0])
    begin(driver, game_recipe("endless"))
    health = board(driver).view.health
    driver.until(lambda: len(health.rows) == 2)
    assert (health.line.text(), health.line._note) == ("Judge too strong", "2 findings")
    assert not health.below.isVisible()
    health.line.setFocus()
    QTest.keyClick(health.line, Qt.Key.Key_Space)
    assert health.below.isVisible()
    row = health.rows[0]
    QTest.mouseClick(row.evidence, LEFT)
    driver.until(lambda: row.curves is not None and len(row.curves.keys()) == 1)
    told[0] = (Finding("ahead", "bad", "Judge too strong", "It tells all apart.", accuracy, remedies), calm)
    driver.until(lambda: row._text.text() == "It tells all apart.")
    assert health.rows[0] is row  # only its words are others: what was open stays so
    told[0] = (calm,)
    driver.until(lambda: health.line.text() == "Gradients are calm")
    told[0] = ()
    driver.until(lambda: health.line.text() == "Nothing stands out so far")
    assert health.check.button.isVisible()  # samples can be checked all the same


def test_a_remedy_is_tried_in_a_branch_while_the_run_goes_on(
    driver: Driver, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = Remedy("Halve the generator's rate", {"optimizer.generator.learning_rate": 1e-4})
    finding = Finding("ahead", "bad", "Judge too strong", "It tells nearly all apart.", Evidence(""), (half,))
    monkeypatch.setattr(health_watch, "diagnose", lambda *_: (finding,))
    run = begin(driver, game_recipe("endless"))
    driver.until(lambda: len(board(driver).view.health.rows) == 1)
    driver.click(board(driver).view.health.line)
    (remedy,) = board(driver).view.health.rows[0].remedies
    driver.click(remedy)
    name = "endless-halve-the-generator-s-rate"
    driver.until(lambda: {live.plan.name for live in board(driver).runs.all()} == {"endless", name})
    branch = next(live for live in board(driver).runs.all() if live.plan.name == name)
    driver.until(lambda: branch.learning_rates == {"discriminator": 2e-4, "generator": 1e-4})
    origin = read_origin(home / "runs" / name)
    assert origin is not None
    driver.until(lambda: branch.step > origin.step > 0)
    driver.until(lambda: board(driver).rows.shown == branch.key)
    before = run.step
    driver.until(lambda: run.step > before)
    assert run.learning_rates["generator"] == 2e-4


@dataclass(frozen=True, kw_only=True)
class FakeCheck(Request):
    """Measures nothing, but says so."""

    key: str
    data: object = None
    snapshots: object = None
    slot: str = "check samples"

    def run(self) -> Iterator[Event]:
        yield Progress(1, 2, text="comparing samples")
        told = {"step": 7, "n": 1000, "spread": 0.5, "duplicates": 0.25, "classes": {"0": [0.0, 0.5], "1": [1.0, 0.5]}}
        (Path(self.key) / CHECKS).write_text(json.dumps(told))
        yield Done(result=told)


def test_samples_are_checked_by_a_button_and_what_was_measured_stays(
    driver: Driver, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[SampleChecks | None] = []

    def diagnose(history: object, recipe: object, samples: SampleChecks | None) -> tuple[Finding, ...]:
        seen.append(samples)
        return (Finding("calm", "good", "Nothing wrong", "All is well.", Evidence("")),)

    monkeypatch.setattr(health_watch, "diagnose", diagnose)
    monkeypatch.setattr(health_watch, "CheckSamples", FakeCheck)
    begin(driver, game_recipe("endless"))
    health = board(driver).view.health
    driver.until(health.line.isVisible)
    driver.click(health.line)
    driver.click(health.check.button)
    wanted = "1,000 samples at step 7 · spread 0.50 · 25% nearly equal · 1 of 2 classes"
    driver.until(lambda: health.check.text() == wanted)
    assert health.check.button.isEnabled()
    assert seen[-1] is not None
    assert seen[-1].classes["1"] == (1.0, 0.5)
