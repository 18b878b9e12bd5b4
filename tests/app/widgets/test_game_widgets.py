"""What a game of several players is watched with: bands of quantiles, logarithmic curves, names to switch, toasts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets import toast as toast_module
from latent_studio.app.widgets.bands import Bands, averaged, density, range_of
from latent_studio.app.widgets.curve_keys import CurveKey, CurveKeys
from latent_studio.app.widgets.curves import Curves
from latent_studio.app.widgets.log_curves import LogCurves
from latent_studio.app.widgets.pixels import to_array
from latent_studio.app.widgets.toast import Toast
from latent_studio.app.widgets.value_link import ValueLink

SHARES = np.linspace(0, 1, 17)


@given(st.integers(1, 400), st.integers(1, 60))
def test_rows_averaged_by_column_are_few_and_keep_their_mean(n: int, n_columns: int) -> None:
    rows = np.random.default_rng(n).normal(size=(n, 3))
    x, means = averaged(np.arange(n, dtype=np.float64), rows, n_columns)
    assert len(x) == len(means) == min(n, n_columns)
    assert (np.diff(x) > 0).all()
    counts = np.diff(np.linspace(0, n, len(x) + 1).astype(int))
    np.testing.assert_allclose((means * counts[:, None]).sum(axis=0) / n, rows.mean(axis=0), atol=1e-12)


def test_a_density_is_highest_where_quantiles_lie_closest() -> None:
    """Of a uniform distribution it is level inside, of a triangular one highest at its peak."""
    uniform = density(SHARES, (-0.5, 1.5))
    inside = uniform[24:48]
    assert inside.std() < 0.02 * inside.mean()
    assert uniform[[0, -1]].max() < 0.01 * inside.mean()
    triangular = np.where(SHARES < 0.5, np.sqrt(SHARES / 2), 1 - np.sqrt((1 - SHARES) / 2))
    assert abs(np.linspace(0, 1, 72)[density(triangular, (0.0, 1.0)).argmax()] - 0.5) < 0.02


def test_the_range_of_bands_is_not_made_by_a_single_wild_moment() -> None:
    quantiles = np.tile(np.linspace(-1, 1, 17), (200, 1))
    quantiles[0] *= 1000
    assert range_of([quantiles]) == (-1.0, 1.0)
    assert range_of([]) == (0.0, 1.0)


def test_bands_are_drawn_in_their_colours_and_say_their_medians(qtbot: QtBot) -> None:
    bands = Bands("Scores")
    qtbot.addWidget(bands)
    bands.resize(340, 200)
    empty = to_array(bands.grab().toImage())
    x = np.arange(50, dtype=np.float64)
    quantiles = np.tile(np.linspace(0, 2, 17), (50, 1))
    bands.set_bands([("real", 4, x, quantiles + 1), ("fake", 6, x, quantiles - 1), ("none", 3, x[:0], quantiles[:0])])
    assert bands.names() == ("real", "fake")
    assert bands.accessibleDescription() == "medians: real 2.000, fake 0.000"
    bands.set_x_end(100.0)
    drawn = to_array(bands.grab().toImage())
    changed = np.abs(drawn.astype(int) - empty).sum(axis=2) > 30
    left, right = changed[60:160, 50:140].mean(), changed[60:160, 170:260].mean()
    assert left > 0.5
    assert right < 0.1  # the second half of the run is still to come
    QTest.mouseMove(bands, bands.rect().center())
    bands.grab()


def test_ratios_are_distances_on_a_logarithmic_axis(qtbot: QtBot) -> None:
    curves = LogCurves("Norms")
    qtbot.addWidget(curves)
    curves.set_series("a", "a", 0, "test")
    curves.set_data("a", [0, 1, 2, 3], [0.01, 0.0, 1.0, 100.0])
    assert curves._series["a"].y.tolist() == pytest.approx([-2.0, 0.0, 2.0])  # nought has no logarithm
    assert curves.y_range() == (-2.0, 2.0)
    assert curves.accessibleDescription() == "a 100.0"
    curves.set_data("a", [0, 1], [2.0, 2.5])
    low, high = curves.y_range()
    assert (10**low, 10**high) == pytest.approx((1.0, 3.0))
    curves.set_data("a", [], [])
    assert curves.y_range() == (0.0, 1.0)
    curves.grab()


def test_a_name_switches_its_curve_by_the_keyboard_and_stays_off(qtbot: QtBot) -> None:
    keys = CurveKeys()
    qtbot.addWidget(keys)
    keys.set_keys([CurveKey("a", "divergence", 0, "0.5"), CurveKey("b", "loss", 8, is_on=False)])
    assert (keys.is_on("a"), keys.is_on("b")) == (True, False)
    with qtbot.waitSignal(keys.toggled) as told:
        QTest.keyClick(keys.key("a"), Qt.Key.Key_Space)
    assert told.args == ["a", False]
    keys.set_keys([CurveKey("a", "divergence", 0, "0.4"), CurveKey("c", "penalty", 2)])
    assert (keys.is_on("a"), keys.is_on("c")) == (False, True)


def test_curves_without_a_heading_have_the_whole_height(qtbot: QtBot) -> None:
    with_heading, without = Curves("Loss"), Curves("", heading=0)
    for curves in (with_heading, without):
        qtbot.addWidget(curves)
        curves.resize(300, 200)
    assert without._axes().area.height() > with_heading._axes().area.height() + 20


@pytest.mark.parametrize(("typed", "entered"), [("5", [5.0]), ("0", []), ("101", []), ("2.5", []), ("many", [])])
def test_a_number_in_a_line_takes_only_what_fits(qtbot: QtBot, typed: str, entered: list[float]) -> None:
    link = ValueLink(lambda n: f"{n:g} updates", "How often", low=0, high=100, is_whole=True)
    qtbot.addWidget(link)
    link.set_value(2)
    link.show()
    told: list[float] = []
    link.entered.connect(told.append)
    link.edit()
    field = link.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    assert field.text() == "2"
    field.setText(typed)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert told == entered
    assert link.text() == "2 updates"  # who listens says what holds


def test_a_toast_lies_in_the_corner_and_goes_when_it_was_seen(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toast_module, "STAYS_MS", 30)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    toast = Toast(window, above_px=28)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    toast.show_message("digits is trained", "Show")
    assert toast.geometry().right() == 799 - 16 - 1  # as Qt counts: the last pixel inside
    window.resize(700, 500)
    assert toast.geometry().bottom() == 499 - 28 - 16 - 1
    with qtbot.waitSignal(toast.action_requested):
        QTest.mouseClick(toast.action, Qt.MouseButton.LeftButton)
    assert toast.message() == ""
    toast.show_message("digits is trained", "Show")
    qtbot.waitUntil(lambda: toast.message() == "")
