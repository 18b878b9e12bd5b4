"""The window without a mouse: where the keyboard is after a change of panel, and the way that Tab goes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from latent_studio.app.panels.samples import SamplesPanel
from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.widgets.field import NumberField
from tests.app.driving import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")


def way_of_tab(driver: Driver, start: QWidget) -> list[QWidget]:
    """Where Tab goes from a widget until it is back there."""
    start.setFocus(Qt.FocusReason.TabFocusReason)
    way: list[QWidget] = [start]
    while len(way) < 300:
        QTest.keyClick(way[-1], Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        assert now is not None
        if now is start:
            return way
        if now is not way[-1]:  # some go through their rows first
            way.append(now)
    raise AssertionError("Tab never comes back")


def test_a_panel_that_comes_leaves_the_keyboard_to_its_keys(driver: Driver) -> None:
    """Qt would give it to the first field of the panel, which takes letters for text."""
    driver.window.go_to("manifold")  # takes it for the map
    driver.window.go_to("samples")
    assert not isinstance(QApplication.focusWidget(), QLineEdit)
    panel = driver.window.panel
    assert isinstance(panel, SamplesPanel)
    before = panel.controls.seed.value()
    QTest.keyClick(QApplication.focusWidget() or driver.window, Qt.Key.Key_D)
    assert panel.controls.seed.value() != before


@pytest.mark.parametrize("key", ["explore", "traversals", "samples", "compare"])
def test_tab_goes_from_the_header_over_the_panel_to_the_dock(driver: Driver, key: str) -> None:
    window = driver.window
    window.go_to(key)
    parts = (window.activity, window.header, window.panel, window.dock)
    way = way_of_tab(driver, window.activity.findChildren(QWidget)[0])
    places = [next(place for place, part in enumerate(parts) if part.isAncestorOf(stop)) for stop in way]
    assert set(places) == {0, 1, 2, 3}
    assert places == sorted(places)


def test_shift_tab_goes_the_same_way_back(driver: Driver) -> None:
    driver.window.go_to("samples")
    way = way_of_tab(driver, driver.window.activity.findChildren(QWidget)[0])
    for later, earlier in pairwise([way[0], *reversed(way)]):
        if later is not driver.rows:
            QTest.keyClick(later, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
            assert QApplication.focusWidget() is earlier
        earlier.setFocus(Qt.FocusReason.BacktabFocusReason)


def test_tab_goes_down_the_form_before_it_starts_a_run(driver: Driver) -> None:
    driver.window.go_to("train")
    panel = driver.window.panel
    assert isinstance(panel, TrainPanel)
    driver.until(lambda: len(panel.findChildren(NumberField)) > 3)
    way = way_of_tab(driver, driver.window.activity.findChildren(QWidget)[0])
    tops = [stop.mapTo(driver.window, stop.rect().topLeft()) for stop in way if panel.isAncestorOf(stop)]
    first_column = [at.y() for at in tops if at.x() < 300]
    assert len(first_column) > 5
    assert first_column == sorted(first_column)
