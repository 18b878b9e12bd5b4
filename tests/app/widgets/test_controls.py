"""Buttons, choices, fields and the other small things, by mouse, wheel and keyboard."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets.banner import Banner
from latent_studio.app.widgets.buttons import HEIGHT, Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.field import FieldLabel, NumberField
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.numbers import nudge_of, parsed, shortest, shown
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.app.widgets.slider import Slider
from latent_studio.app.widgets.switch import Switch

LEFT = Qt.MouseButton.LeftButton


def shown_widget(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def turn(widget: QWidget, notches: int) -> QWheelEvent:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, widget.mapToGlobal(middle), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**12), 10**12))
def test_a_written_number_reads_back_as_the_same(number: float) -> None:
    assert parsed(shortest(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("60,000", 60000), ("0,5", 0.5), ("−1.5", -1.5), ("1e-3", 0.001), (" 12 ", 12), ("1,5", 1.5), ("0,001", 0.001)],
)
def test_numbers_are_read_the_way_people_write_them(text: str, number: float) -> None:
    assert parsed(text) == number


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1e999", "1.2.3", "--1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parsed(text) is None


def test_nothing_is_shown_as_minus_zero() -> None:
    assert shown(-0.001) == "0.00"
    assert shown(-1.0) == "−1.00"


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_nudge_is_a_round_number_near_a_hundredth_of_the_range(low: float, span: float) -> None:
    high = low + span
    step = nudge_of(low, high)
    mantissa = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert round(mantissa, 6) in (1, 2, 5)
    assert 0.5 <= step / ((high - low) / 100) <= 2.0


def test_every_button_is_28_px_high(qtbot: QtBot) -> None:
    for button in (Button("Pause", "pause"), icon_button("heart", "Favourite"), Button("Start", kind="primary")):
        qtbot.addWidget(button)
        assert button.sizeHint().height() == HEIGHT
    assert icon_button("heart", "Favourite").accessibleName() == "Favourite"


def test_enter_and_click_press_a_button_and_a_disabled_one_stays_quiet(qtbot: QtBot) -> None:
    button = Button("Pause")
    shown_widget(qtbot, button)
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    QTest.keyClick(button, Qt.Key.Key_Return)
    QTest.mouseClick(button, LEFT)
    assert len(pressed) == 2
    button.setEnabled(False)
    QTest.mouseClick(button, LEFT)
    assert len(pressed) == 2


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the off-screen platform, of every popup
def test_a_choice_is_made_from_its_list(qtbot: QtBot) -> None:
    choice = Choice([Option("kl", "by KL"), Option("index", "by index"), Option("x", "by x", reason="not yet")])
    shown_widget(qtbot, choice)
    QTest.mouseClick(choice, LEFT)
    entries = choice.findChild(QMenu)
    assert isinstance(entries, QMenu)
    assert [action.isEnabled() for action in entries.actions()] == [True, True, False]
    with qtbot.waitSignal(choice.chosen) as chosen:
        QTest.keyClick(entries, Qt.Key.Key_Down)
        QTest.keyClick(entries, Qt.Key.Key_Return)
    assert chosen.args == ["index"]
    assert choice.text() == "by index"


def test_up_and_down_go_through_a_choice_and_skip_what_cannot_be_chosen(qtbot: QtBot) -> None:
    choice = Choice([Option("a", "A"), Option("b", "B", reason="no"), Option("c", "C")])
    shown_widget(qtbot, choice)
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.current() == "c"
    QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.current() == "c"
    with qtbot.assertNotEmitted(choice.chosen):
        choice.set_current("a")


def test_a_segment_is_chosen_by_click_and_by_arrow(qtbot: QtBot) -> None:
    control = SegmentedControl(["Pixels", "Smooth"])
    shown_widget(qtbot, control)
    with qtbot.waitSignal(control.chosen) as chosen:
        QTest.mouseClick(control, LEFT, pos=QPoint(control.width() - 10, 14))
    assert chosen.args == ["Smooth"]
    QTest.keyClick(control, Qt.Key.Key_Left)
    assert control.current() == "Pixels"
    with qtbot.assertNotEmitted(control.chosen):
        QTest.keyClick(control, Qt.Key.Key_Left)


def test_a_switch_toggles_on_its_word_too(qtbot: QtBot) -> None:
    switch = Switch("Data")
    shown_widget(qtbot, switch)
    QTest.mouseClick(switch, LEFT, pos=QPoint(switch.width() - 3, 14))
    assert switch.isChecked()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()


def test_a_number_is_typed_and_told_once(qtbot: QtBot) -> None:
    field = NumberField(128, integer=True, low=1, high=100_000)
    shown_widget(qtbot, field)
    heard: list[object] = []
    field.value_changed.connect(heard.append)
    field.selectAll()
    QTest.keyClicks(field, "60,000")
    QTest.keyClick(field, Qt.Key.Key_Return)
    field.clearFocus()
    assert heard == [60000]
    assert isinstance(field.value(), int)
    assert field.text() == "60,000"


@pytest.mark.parametrize("typed", ["0", "9000", "3.5", "many", ""])
def test_what_cannot_be_taken_says_why_and_keeps_the_value(qtbot: QtBot, typed: str) -> None:
    field = NumberField(16, integer=True, low=1, high=512)
    shown_widget(qtbot, field)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    with qtbot.assertNotEmitted(field.value_changed):
        QTest.keyClicks(field, typed)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 16
    assert field.toolTip() == "Give a whole number of at least 1 and of at most 512."
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "16"
    assert field.problem() == ""


def test_an_open_bound_is_not_a_value(qtbot: QtBot) -> None:
    field = NumberField(0.001, low=0.0, open_low=True)
    shown_widget(qtbot, field)
    field.selectAll()
    QTest.keyClicks(field, "0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() == 0.001
    assert "above 0" in field.problem()


def test_an_optional_field_may_be_empty(qtbot: QtBot) -> None:
    field = NumberField(3.0, optional=True)
    shown_widget(qtbot, field)
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.value() is None


def test_arrows_step_a_number_in_its_second_figure(qtbot: QtBot) -> None:
    rate = NumberField(0.001, low=0.0)
    shown_widget(qtbot, rate)
    QTest.keyClick(rate, Qt.Key.Key_Up)
    assert rate.value() == pytest.approx(0.0011)
    size = NumberField(8, integer=True, low=1, high=10)
    shown_widget(qtbot, size)
    for _ in range(4):
        QTest.keyClick(size, Qt.Key.Key_Up)
    assert size.value() == 10


def test_the_wheel_turns_a_number_only_with_focus(qtbot: QtBot) -> None:
    field = NumberField(5, integer=True)
    shown_widget(qtbot, field)
    turn(field, 2)
    assert field.value() == 7
    field.clearFocus()
    assert not turn(field, 1).isAccepted()
    assert field.value() == 7


def test_a_slider_is_dragged_nudged_and_reset(qtbot: QtBot) -> None:
    slider = Slider(0.0, 2.0, 0.7)
    shown_widget(qtbot, slider)
    slider.resize(200, 20)
    heard: list[str] = []
    slider.value_dragged.connect(lambda _: heard.append("dragged"))
    slider.value_committed.connect(lambda _: heard.append("committed"))
    QTest.mousePress(slider, LEFT, pos=QPoint(100, 10))
    QTest.mouseMove(slider, QPoint(400, 10))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(400, 10))
    assert slider.value() == 2.0
    assert heard == ["dragged", "dragged", "committed"]
    QTest.keyClick(slider, Qt.Key.Key_Left)
    assert slider.value() == pytest.approx(1.98)
    QTest.mouseDClick(slider, LEFT, pos=QPoint(20, 10))
    assert slider.value() == 0.7
    slider.clearFocus()
    assert not turn(slider, 1).isAccepted()


def test_a_label_cut_short_shows_its_middle_missing(qtbot: QtBot) -> None:
    label = ElidedLabel("a-very-long-run-name-16-β4")
    qtbot.addWidget(label)
    label.resize(60, 20)
    assert label.is_cut()
    label.resize(label.sizeHint())
    assert not label.is_cut()


def test_the_dot_of_a_changed_field_resets_it(qtbot: QtBot) -> None:
    label = FieldLabel("Batch")
    shown_widget_only(qtbot, label)
    with qtbot.assertNotEmitted(label.reset_requested):
        QTest.mouseDClick(label, LEFT)
    label.set_changed(True)
    with qtbot.waitSignal(label.reset_requested):
        QTest.mouseDClick(label, LEFT)


def shown_widget_only(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)


def test_a_fold_opens_by_mouse_and_key(qtbot: QtBot) -> None:
    content = QLabel("inside")
    fold = Fold("More", content, is_open=False)
    shown_widget_only(qtbot, fold)
    assert not content.isVisible()
    heading = next(child for child in fold.children() if isinstance(child, QWidget) and child is not content)
    QTest.mouseClick(heading, LEFT)
    assert content.isVisible()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert not content.isVisible()


def test_a_banner_says_its_sentence_offers_the_remedy_and_goes(qtbot: QtBot) -> None:
    parent = QWidget()
    banner = Banner(parent)
    shown_widget_only(qtbot, parent)
    assert banner.message() == ""
    banner.show_message("The disk is full; free 40 MB.", "bad", action="Show the runs", details="ENOSPC")
    assert banner.message() == "The disk is full; free 40 MB."
    with qtbot.waitSignal(banner.action_requested):
        QTest.mouseClick(banner._action, LEFT)
    QTest.mouseClick(banner._more, LEFT)
    assert banner._details.isVisible()
    with qtbot.waitSignal(banner.closed):
        QTest.mouseClick(banner._close, LEFT)
    assert banner.message() == ""


def test_an_empty_panel_offers_its_button(qtbot: QtBot) -> None:
    empty = EmptyState("books", "No models yet.", "Train one")
    shown_widget_only(qtbot, empty)
    button = empty.findChild(Button)
    assert isinstance(button, Button)
    with qtbot.waitSignal(empty.action_requested):
        QTest.mouseClick(button, LEFT)
