"""The Code dock in the window, under a real hand."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from torch import nn

from latent_studio.app.strips import StripPlan, one
from latent_studio.core.latent import Categorical, LatentSpace, Normal
from latent_studio.engine.own_module import own_model
from latent_studio.views.preview import PREVIEW
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver

CONTROL = Qt.KeyboardModifier.ControlModifier


class Paints(QObject):
    """Counts how often a widget is painted."""

    n = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.n += event.type() == QEvent.Type.Paint
        return False


def test_dragging_a_slider_is_one_undo_step_and_changes_the_picture(driver: Driver) -> None:
    before, code = driver.picture(), driver.code
    column = driver.rows.visible_keys()[0]
    assert isinstance(column, int)
    driver.drag_slider(column, 0.5, 1.2, 2.0, 2.5)
    assert driver.code[column] == pytest.approx(2.5, abs=0.05)
    assert [v for k, v in enumerate(driver.code) if k != column] == [v for k, v in enumerate(code) if k != column]
    driver.until(lambda: not np.array_equal(driver.picture(), before))

    driver.key(Qt.Key.Key_Z, CONTROL)
    assert driver.code == code
    driver.until(lambda: np.array_equal(driver.picture(), before))
    driver.key(Qt.Key.Key_Y, CONTROL)
    assert driver.code[column] == pytest.approx(2.5, abs=0.05)


def test_a_drag_costs_neither_the_favourites_nor_those_who_wait_for_other_answers(driver: Driver) -> None:
    favourites, undo, rows, slots = Paints(), Paints(), Paints(), set[str]()
    driver.drag_slider(0, 0.5)  # from here on there is something to undo
    driver.settled_picture()
    driver.dock.favourites.grid.viewport().installEventFilter(favourites)
    driver.window.header._undo.installEventFilter(undo)
    driver.rows.viewport().installEventFilter(rows)
    driver.session.answered.connect(lambda answer: slots.add(answer.request.slot))
    driver.drag_slider(0, 1.0, 1.5, 2.0)
    driver.settled_picture()
    driver.until(lambda: "strips" in slots)
    assert rows.n >= 3
    assert (favourites.n, undo.n) == (0, 0)
    assert PREVIEW not in slots


def test_two_drags_of_the_same_slider_are_two_steps(driver: Driver) -> None:
    start = driver.code
    driver.drag_slider(0, 0.5, 1.0)
    middle = driver.code
    driver.drag_slider(0, 1.5, 2.0)
    driver.session.undo()
    assert driver.code == middle
    driver.session.undo()
    assert driver.code == start


def test_a_drag_that_returns_to_its_start_does_not_swallow_the_next_one(driver: Driver) -> None:
    driver.click(driver.dock._head._reset)
    start = driver.code
    driver.drag_slider(0, 1.0, start[0])
    driver.drag_slider(0, 2.0)
    driver.session.undo()
    assert driver.code == pytest.approx(start, abs=1e-6)


def test_randomise_by_key_leaves_locked_dimensions(driver: Driver) -> None:
    driver.session.edit(lambda document: document.replace(code=(0.25, 0.5, 0.75, 1.0)))
    at = driver.rows.row_rect(2).topLeft() + QPoint(24, 25)
    QTest.mouseClick(driver.rows.viewport(), LEFT, NOTHING, at)
    assert driver.session.document.locked == {2}
    driver.window.setFocus()
    driver.key(Qt.Key.Key_R)
    assert driver.code[2] == 0.75
    assert all(driver.code[k] != former for k, former in ((0, 0.25), (1, 0.5), (3, 1.0)))
    driver.session.undo()
    assert driver.code == (0.25, 0.5, 0.75, 1.0)


def test_reset_brings_every_unlocked_dimension_to_zero(driver: Driver) -> None:
    driver.session.edit(lambda document: document.replace(code=(1.0, 2.0, -1.0, 0.5), locked=frozenset({1})))
    driver.click(driver.dock._head._reset)
    assert driver.code == (0.0, 2.0, 0.0, 0.0)


def test_a_lower_temperature_draws_closer_to_neutral(driver: Driver) -> None:
    driver.session.edit(lambda document: document.replace(temperature=0.01))
    driver.click(driver.dock._foot._randomise)
    assert 0 < max(abs(value) for value in driver.code) < 0.1


def test_every_row_in_view_gets_its_strip_and_a_click_on_a_picture_goes_there(driver: Driver) -> None:
    keys = driver.rows.visible_keys()
    assert set(keys) == {0, 1, 2, 3}
    driver.until(lambda: all(key in driver.rows._pictures for key in keys))
    assert all(len(driver.rows._pictures[key]) == 7 for key in keys)
    shape = driver.rows._shape
    last = driver.rows.row_rect(1).topLeft() + shape.picture(6).center().toPoint()
    QTest.mouseClick(driver.rows.viewport(), LEFT, NOTHING, last)
    assert driver.code[1] == pytest.approx(3.0)


def test_the_picture_under_the_handle_is_the_picture_of_the_code(driver: Driver) -> None:
    """The middle picture of a strip shows what the preview shows while the slider stands in its middle."""
    driver.until(lambda: len(driver.rows._pictures) == 4)
    before = driver.rows._pictures[0]
    driver.click(driver.dock._head._reset)
    driver.until(lambda: driver.rows._pictures[0] is not before)
    middle = driver.rows._pictures[0][3]
    shown = driver.settled_picture()[:, :, 0]
    assert np.abs(middle.astype(int) - shown.astype(int)).max() <= 1  # a batch of seven may round otherwise


def test_strips_follow_the_code_but_not_their_own_slider(driver: Driver) -> None:
    driver.until(lambda: len(driver.rows._pictures) == 4)
    strips = dict(driver.rows._pictures)
    driver.drag_slider(0, 2.0)
    driver.until(lambda: driver.rows._pictures[1] is not strips[1])
    driver.qtbot.wait(300)
    assert driver.rows._pictures[0] is strips[0]


def test_the_order_by_kl_puts_the_most_telling_dimension_first(driver: Driver) -> None:
    header = driver.session.header
    assert header is not None
    kl = header.statistics["kl"]
    assert [row.key for row in driver.rows.rows()] == sorted(range(4), key=lambda k: -kl[k])
    assert driver.rows.rows()[0].caption == f"{max(kl):.1f} nat"
    driver.dock._head.order_chosen.emit("index")
    assert [row.key for row in driver.rows.rows()] == [0, 1, 2, 3]
    driver.session.undo()
    assert [row.key for row in driver.rows.rows()] == sorted(range(4), key=lambda k: -kl[k])


def test_a_code_goes_through_the_clipboard_as_json(driver: Driver) -> None:
    driver.session.edit(lambda document: document.replace(code=(0.5, -1.0, 2.0, 0.0)))
    driver.window.setFocus()
    driver.key(Qt.Key.Key_C, CONTROL)
    assert '"latent_studio_code"' in QApplication.clipboard().text()
    driver.key(Qt.Key.Key_R)
    assert driver.code != (0.5, -1.0, 2.0, 0.0)
    driver.key(Qt.Key.Key_V, CONTROL)
    assert driver.code == (0.5, -1.0, 2.0, 0.0)


def test_pasting_what_is_no_code_says_so_and_changes_nothing(driver: Driver) -> None:
    code = driver.code
    QApplication.clipboard().setText("three blind mice")
    driver.window.setFocus()
    driver.key(Qt.Key.Key_V, CONTROL)
    assert driver.code == code
    assert "no code" in driver.explore.banner.message()


def test_arrow_keys_that_follow_each_other_are_one_step(driver: Driver) -> None:
    start = driver.code
    driver.rows.setFocus()
    for _ in range(3):
        QTest.keyClick(driver.rows, Qt.Key.Key_Right)
    assert sum(driver.code) > sum(start)
    driver.session.undo()
    assert driver.code == start


class TestStripPlan:
    def test_a_strip_stays_true_while_only_its_own_column_moves(self) -> None:
        plan = StripPlan()
        plan.note(one(1), (0.0, 1.0, 2.0))
        assert plan.is_fresh(one(1), (0.0, -7.0, 2.0))
        assert not plan.is_fresh(one(1), (0.5, 1.0, 2.0))
        assert plan.stale([one(0), one(1)], (0.0, 1.0, 2.0)) == [one(0)]

    def test_newer_weights_outdate_every_strip(self) -> None:
        plan = StripPlan()
        plan.note((0, 3), (1.0, 0.0, 0.0, 0.5))
        plan.forget()
        assert not plan.is_fresh((0, 3), (1.0, 0.0, 0.0, 0.5))


def test_each_group_of_a_categorical_factor_has_a_row_of_its_own(open_window: Open) -> None:
    """Two groups of four values: choosing one of the second leaves the first, and both stay one-hot."""
    decoder = nn.Sequential(nn.Linear(10, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    space = LatentSpace(factors=(Normal(name="z", shape=(2,)), Categorical(name="kind", shape=(2, 4))))
    driver = open_window()
    driver.session.snapshots.publish("module:groups", own_model(decoder, space))
    driver.session.open_model("module:groups")
    driver.until(lambda: driver.session.header is not None and driver.session.header.space == space)
    assert [row._factor for row in driver.dock._categories.values()] == ["kind0", "kind1"]
    first, second = driver.dock._categories.values()
    driver.until(lambda: len(first._cells._pictures) == len(second._cells._pictures) == 4)
    driver.click(driver.dock._head._reset)
    QTest.mouseClick(second._cells.viewport(), LEFT, NOTHING, second._cells._cell(2).center().toPoint())
    assert driver.code[2:] == (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    driver.window.setFocus()
    driver.key(Qt.Key.Key_3)  # the digits are of the first
    assert driver.code[2:] == (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0)
    assert (first.value(), second.value()) == (3, 2)
    driver.session.undo()
    assert (first.value(), second.value()) == (0, 2)
