"""The palette and the sheet of keys, by the keyboard."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from latent_studio.app.palette import Palette
from latent_studio.app.widgets.key_sheet_view import KeySheetView
from latent_studio.app.widgets.palette_view import PaletteView
from latent_studio.studio.document import Favourite
from latent_studio.studio.favourites import with_favourites
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")

CONTROL = Qt.KeyboardModifier.ControlModifier


def opened(driver: Driver) -> PaletteView:
    driver.key(Qt.Key.Key_K, CONTROL)
    palette = driver.window.findChild(Palette)
    assert isinstance(palette, Palette)
    assert palette.view.isVisible()
    assert QApplication.focusWidget() is palette.view.field
    return palette.view


def titles(view: PaletteView) -> list[str]:
    return [row.title for row in view.rows()]


def test_typing_a_few_letters_and_enter_goes_to_a_panel(driver: Driver) -> None:
    view = opened(driver)
    assert titles(view)[: len(driver.window.panels)] == [kind.title for kind in driver.window.panels.kinds.values()]
    QTest.keyClicks(view.field, "lib")
    assert titles(view)[0] == "Library"
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert not view.isVisible()
    assert driver.window.panel.key == "library"


def test_the_arrows_choose_among_what_was_found_and_esc_does_nothing_else(driver: Driver) -> None:
    before, view = driver.session.document, opened(driver)
    QTest.keyClick(view.field, Qt.Key.Key_Down)
    assert view.current() == 1
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up):
        QTest.keyClick(view.field, key)
    assert view.current() == 0
    QTest.keyClick(view.field, Qt.Key.Key_PageDown)
    assert view.current() == 11
    QTest.keyClick(view.field, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert driver.window.panel.key == "explore"
    assert driver.session.document == before


def test_a_model_is_found_and_opened(driver: Driver) -> None:
    view = opened(driver)
    driver.until(lambda: "digits-1d" in titles(view))
    QTest.keyClicks(view.field, "dig1d")
    assert titles(view)[0] == "digits-1d"
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    driver.until(lambda: len(driver.code) == 1)


def test_an_action_is_found_with_its_key_and_done(driver: Driver) -> None:
    view = opened(driver)
    QTest.keyClicks(view.field, "randomise what")
    row = view.rows()[0]
    assert (row.title, row.key) == ("Randomise what is not locked", "R")
    before = driver.code
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert driver.code != before


def test_what_cannot_be_done_now_is_not_offered(driver: Driver) -> None:
    view = opened(driver)
    assert "Undo" not in titles(view)
    QTest.keyClick(view.field, Qt.Key.Key_Escape)
    driver.drag_slider(0, 1.0)
    view = opened(driver)
    assert "Undo" in titles(view)


def test_a_favourite_is_found_by_its_name_and_adopted(driver: Driver) -> None:
    model = driver.session.document.model
    assert model is not None
    code = (0.5, -0.5, 1.0, 0.0)
    driver.session.edit(lambda d: with_favourites(d, [Favourite(name="slanted seven", model=model, code=code)]))
    view = opened(driver)
    QTest.keyClicks(view.field, "slasev")
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    driver.until(lambda: driver.code == code)


def test_nothing_found_is_said_and_enter_does_nothing(driver: Driver) -> None:
    view = opened(driver)
    QTest.keyClicks(view.field, "qqqqqq")
    assert titles(view) == []
    QTest.keyClick(view.field, Qt.Key.Key_Return)
    assert view.isVisible()


def test_a_click_chooses_a_row_and_a_click_beside_closes(driver: Driver) -> None:
    view = opened(driver)
    QTest.keyClicks(view.field, "train")
    QTest.mouseClick(view._results.viewport(), LEFT, NOTHING, QPoint(60, 18))
    assert driver.window.panel.key == "train"
    view = opened(driver)
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(5, view.height() - 5))
    assert not view.isVisible()


def test_the_windows_keys_rest_while_the_palette_is_open(driver: Driver) -> None:
    view, before = opened(driver), driver.session.document
    QTest.keyClicks(view.field, "r?")
    QTest.keyClick(view.field, Qt.Key.Key_2, CONTROL)
    assert view.field.text() == "r?"
    assert driver.session.document == before
    assert driver.window.panel.key == "explore"


def test_the_find_field_of_the_header_opens_it(driver: Driver) -> None:
    driver.window.header.find_requested.emit()
    palette = driver.window.findChild(Palette)
    assert isinstance(palette, Palette)
    assert palette.view.isVisible()


# --- the sheet of keys


def sheet(driver: Driver) -> KeySheetView:
    driver.key(Qt.Key.Key_Question)
    found = driver.window.findChild(KeySheetView)
    assert isinstance(found, KeySheetView)
    return found


def test_the_sheet_tells_every_key_that_works_and_goes_with_esc(driver: Driver) -> None:
    view = sheet(driver)
    assert view.isVisible()
    told = {line.title for group in view.groups for line in group.lines}
    assert {action.title for action in driver.window.deeds if action.keys} <= told
    assert any(line.hand == "Hover" for group in view.groups for line in group.lines)
    before = driver.session.document
    QTest.keyClick(view, Qt.Key.Key_R)
    assert driver.session.document == before  # the window's keys rest
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.isVisible()
    assert sheet(driver).isVisible()
    QTest.keyClick(view, Qt.Key.Key_Question)
    assert not view.isVisible()


def test_keys_and_gestures_are_at_the_foot_of_the_activity_bar(driver: Driver) -> None:
    driver.click(driver.window.activity._items["keys"])
    found = driver.window.findChild(KeySheetView)
    assert isinstance(found, KeySheetView)
    assert found.isVisible()


def test_no_key_does_two_things(driver: Driver) -> None:
    for panel in driver.window.panels.values():
        together = [*driver.window.deeds, *driver.dock.own_actions(), *panel.own_actions()]
        keys = [key for action in together for key in action.keys]
        assert len(keys) == len(set(keys)), panel.key


# --- panels made in idle time


def test_all_panels_are_made_in_idle_time(driver: Driver) -> None:
    driver.until(lambda: len(driver.window.panels.made()) == len(driver.window.panels))


def test_making_a_panel_opens_no_window_and_leaves_the_keyboard_where_it_is(open_window: Open) -> None:
    driver = open_window()
    shown: list[QWidget] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(watched)
            return False

    watch, app = Watch(), QApplication.instance()
    assert app is not None
    app.installEventFilter(watch)
    driver.rows.setFocus()
    assert list(driver.window.panels.values())
    app.removeEventFilter(watch)
    assert shown == []
    assert driver.window.isActiveWindow()
    assert QApplication.focusWidget() is driver.rows


def test_what_had_the_keyboard_may_be_gone_when_the_palette_closes(driver: Driver) -> None:
    """A form may be made anew meanwhile."""
    field = QLineEdit(driver.window.panel)
    field.show()
    field.setFocus()
    driver.window.open_palette()
    shiboken6.delete(field)
    palette = driver.window._palette
    assert palette is not None
    palette.view.dismiss()
    assert palette.view.isHidden()
    assert QApplication.focusWidget() is driver.window
