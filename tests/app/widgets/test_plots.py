"""Curves and bars: honest thinning, sensible ranges, round ticks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_studio.app.theme import apply_theme, theme
from latent_studio.app.widgets import plot
from latent_studio.app.widgets.bars import Bars
from latent_studio.app.widgets.curves import Curves, Series, sensible_range
from latent_studio.app.widgets.pixels import to_array

RANGES = st.tuples(st.floats(-1e5, 1e5), st.floats(1e-3, 1e5)).map(lambda r: (r[0], r[0] + r[1]))


@given(RANGES, st.integers(2, 8))
def test_ticks_are_few_evenly_spaced_and_inside(span: tuple[float, float], n_wanted: int) -> None:
    low, high = span
    marks = plot.ticks(low, high, n_wanted)
    slack = (high - low) * 1e-6
    assert len(marks) <= 2 * n_wanted + 2
    assert all(low - slack <= mark <= high + slack for mark in marks)
    if len(marks) > 2:
        np.testing.assert_allclose(np.diff(marks), marks[1] - marks[0], rtol=1e-6)


@given(RANGES, st.integers(2, 8))
def test_a_rounded_range_holds_what_it_was_made_from(span: tuple[float, float], n_wanted: int) -> None:
    low, high = plot.rounded_out(*span, n_wanted)
    slack = (span[1] - span[0]) * 1e-6
    assert low <= span[0] + slack
    assert high >= span[1] - slack


@pytest.mark.parametrize(
    ("end", "expected"), [(12, [0, 3, 6, 9, 12]), (10, [0, 2, 4, 6, 8, 10]), (100, [0, 20, 40, 60, 80, 100])]
)
def test_epochs_are_counted_in_whole_numbers(end: float, expected: list[float]) -> None:
    assert plot.whole_ticks(0, end, 5) == expected


@given(st.floats(0.01, 1e6))
def test_whole_ticks_are_found_for_any_length(end: float) -> None:
    assert len(plot.whole_ticks(0.0, end, 5)) >= 1


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(0.0, 0.5, "0"), (1.0, 0.5, "1"), (1.5, 0.5, "1.5"), (2000.0, 500.0, "2,000"), (-0.25, 0.25, "−0.25"),
     (1e-5, 1e-5, "1e-5"), (100.0, 20.0, "100")],
)  # fmt: skip
def test_tick_labels_say_no_more_than_they_must(value: float, step: float, text: str) -> None:
    assert plot.tick_text(value, step) == text


def test_thinning_keeps_every_peak() -> None:
    x = np.arange(100_000, dtype=np.float64)
    y = np.sin(x / 900)
    y[54_321], y[12_345] = 9.0, -9.0
    few_x, few_y = plot.thinned(x, y, 300)
    assert len(few_x) == len(few_y) == 600
    assert (few_y.max(), few_y.min()) == (9.0, -9.0)
    assert (np.diff(few_x) >= 0).all()


def test_a_trailing_mean_of_a_straight_line_lags_by_half_its_window() -> None:
    mean = plot.trailing_mean(np.arange(100.0), 11)
    np.testing.assert_allclose(mean[10:], np.arange(100.0)[10:] - 5)
    assert mean[0] == 0.0


def test_a_curve_grows_and_leaves_out_what_is_not_finite() -> None:
    series = Series("train", 0, "steps")
    for i in range(1000):
        series.extend((float(i),), (float("nan") if i % 10 == 0 else float(i),))
    assert len(series.x) == 900
    np.testing.assert_array_equal(series.x, series.y)


def test_the_first_fall_of_a_loss_does_not_decide_the_range() -> None:
    train, test = Series("steps", 0, "steps"), Series("test", 1, "test")
    x = np.linspace(0, 8, 4000)
    train.extend(x, 107 + 430 * np.exp(-8 * x))
    test.extend([1.0, 2.0], [131.0, 118.0])
    low, high = sensible_range([train, test])
    assert 100 <= low <= 107
    assert 131 <= high <= 200


def test_a_range_is_sensible_from_the_first_values_on() -> None:
    assert sensible_range([]) == (0.0, 1.0)
    one = Series("steps", 0, "steps")
    one.extend((0.0,), (540.0,))
    low, high = sensible_range([one])
    assert low < 540 < high


def test_a_curve_is_drawn_in_its_category_colour_and_read_off(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    curves = Curves("Loss", "nats, by epoch")
    qtbot.addWidget(curves)
    curves.resize(400, 260)
    curves.set_series("test", "test", 1, "test")
    curves.set_data("test", [0.0, 10.0], [100.0, 120.0])
    curves.show()
    seen = to_array(curves.grab().toImage()).reshape(-1, 3)
    colour = theme().category(1)
    ink = np.array([colour.red(), colour.green(), colour.blue()])
    assert (np.abs(seen.astype(int) - ink).max(axis=1) <= 2).sum() > 50
    assert curves.accessibleDescription() == "test 120.0"
    before = curves.grab().toImage()
    QTest.mouseMove(curves, QPoint(200, 100))
    assert curves.grab().toImage() != before


def test_the_best_moment_wears_a_ring(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    pictures = {}
    for marks_best in (False, True):
        curves = Curves("Loss")
        qtbot.addWidget(curves)
        curves.resize(400, 260)
        curves.set_series("test", "test", 1, "test", marks_best=marks_best)
        curves.set_data("test", [0.0, 1.0, 2.0], [120.0, 100.0, 110.0])
        curves.show()
        pictures[marks_best] = to_array(curves.grab().toImage())
    rows, columns = np.nonzero((pictures[True] != pictures[False]).any(axis=2))
    assert 180 < columns.mean() < 250  # one of three values, in the middle
    assert rows.max() - rows.min() < 16


def test_bars_count_what_is_active_and_mark_the_rest(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    bars = Bars("KL per dimension")
    qtbot.addWidget(bars)
    bars.resize(400, 260)
    bars.set_values([2.0, 0.001, 1.0])
    assert bars.note() == "2 of 3 active · sum 3.0"
    assert bars.bar(0).height() == pytest.approx(2 * bars.bar(2).height())
    assert bars.bar(1).height() < 1
    seen = to_array(bars.grab().toImage())
    idle = bars.bar(1)
    pixel = seen[int(idle.bottom()), int(idle.center().x())]
    warn = theme().colour("warn")
    assert tuple(pixel.tolist()) == (warn.red(), warn.green(), warn.blue())


@pytest.mark.parametrize("n", [0, 1, 512])
def test_any_number_of_bars_can_be_painted_and_hovered(qtbot: QtBot, n: int) -> None:
    bars = Bars("KL per dimension")
    qtbot.addWidget(bars)
    bars.resize(300, 200)
    bars.set_values(np.linspace(0, 1, n))
    bars.show()
    QTest.mouseMove(bars, QPoint(150, 100))
    assert not bars.grab().isNull()
