"""The Code dock's list under a real mouse, wheel and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from latent_studio.app.theme import DARK, apply_theme, colour
from latent_studio.app.widgets import code_view
from latent_studio.app.widgets.code_list import CodeList
from latent_studio.app.widgets.pixels import to_array
from latent_studio.app.widgets.slider_row import N_PICTURES, ROW_HEIGHT, ROW_WIDTH, DimensionRow, RowShape

LEFT = Qt.MouseButton.LeftButton
SHAPE = RowShape(ROW_WIDTH)


def rows(n: int) -> list[DimensionRow]:
    return [DimensionRow(i, f"z{i}", "1.0 nat", 0.0, -3.0, 3.0) for i in range(n)]


@pytest.fixture
def dock(qtbot: QtBot, qapp: QApplication) -> CodeList:
    apply_theme(qapp, "dark")
    dock = CodeList()
    qtbot.addWidget(dock)
    dock.resize(ROW_WIDTH, 10 * ROW_HEIGHT)
    dock.set_rows(rows(30))
    dock.show()
    qtbot.waitExposed(dock)
    dock.setFocus()
    return dock


def at(dock: CodeList, key: int, x: float, y: float) -> QPoint:
    return dock.row_rect(key).topLeft() + QPointF(x, y).toPoint()


def handle(dock: CodeList, key: int, value: float) -> QPoint:
    row = dock.rows()[key]
    return at(dock, key, SHAPE.x_of(row, value), SHAPE.track.center().y())


def value(dock: CodeList, key: int) -> float:
    return dock.rows()[key].value


def log(dock: CodeList) -> list[tuple[str, object, object]]:
    """Everything the list says from now on, in order."""
    heard: list[tuple[str, object, object]] = []
    dock.value_dragged.connect(lambda k, v: heard.append(("dragged", k, v)))
    dock.value_committed.connect(lambda k, v: heard.append(("committed", k, v)))
    dock.strip_clicked.connect(lambda k, v: heard.append(("strip", k, v)))
    dock.lock_toggled.connect(lambda k, v: heard.append(("lock", k, v)))
    dock.reset_requested.connect(lambda k: heard.append(("reset", k, None)))
    return heard


def turn(dock: CodeList, pos: QPoint, notches: int) -> None:
    viewport = dock.viewport()
    event = QWheelEvent(
        QPointF(pos), QPointF(viewport.mapToGlobal(pos)), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def drag(dock: CodeList, key: int, stops: list[float]) -> None:
    viewport = dock.viewport()
    QTest.mousePress(viewport, LEFT, pos=handle(dock, key, stops[0]))
    for stop in stops[1:]:
        QTest.mouseMove(viewport, handle(dock, key, stop))
    QTest.mouseRelease(viewport, LEFT, pos=handle(dock, key, stops[-1]))


def test_a_drag_is_told_all_along_and_committed_once(dock: CodeList) -> None:
    heard = log(dock)
    drag(dock, 2, [0.0, 0.5, 1.0, 1.5])
    assert [what for what, _, _ in heard] == ["dragged"] * 3 + ["committed"]
    assert {key for _, key, _ in heard} == {2}
    assert value(dock, 2) == pytest.approx(1.5, abs=0.02)
    assert heard[-1][2] == heard[-2][2] == value(dock, 2)


def test_grabbing_the_handle_does_not_move_it(dock: CodeList) -> None:
    dock.set_value(1, 0.123)
    heard = log(dock)
    QTest.mouseClick(dock.viewport(), LEFT, pos=handle(dock, 1, 0.123) + QPoint(3, 0))
    assert value(dock, 1) == 0.123
    assert heard == []


def test_the_handle_stops_at_the_ends(dock: CodeList) -> None:
    QTest.mousePress(dock.viewport(), LEFT, pos=handle(dock, 0, 0.0))
    QTest.mouseMove(dock.viewport(), at(dock, 0, 2000, 40))
    assert value(dock, 0) == 3.0
    QTest.mouseMove(dock.viewport(), at(dock, 0, -500, 40))
    assert value(dock, 0) == -3.0
    QTest.mouseRelease(dock.viewport(), LEFT, pos=at(dock, 0, 20, 40))


def test_the_document_does_not_pull_the_handle_away_during_a_drag(dock: CodeList) -> None:
    QTest.mousePress(dock.viewport(), LEFT, pos=handle(dock, 0, 1.0))
    held = value(dock, 0)
    dock.set_value(0, -2.0)
    assert value(dock, 0) == held
    QTest.mouseRelease(dock.viewport(), LEFT, pos=handle(dock, 0, 1.0))
    dock.set_value(0, -2.0)
    assert value(dock, 0) == -2.0


def test_each_handle_stands_under_the_picture_it_gives() -> None:
    row = rows(1)[0]
    for i in range(N_PICTURES):
        assert SHAPE.x_of(row, row.picture_value(i)) == pytest.approx(SHAPE.picture(i).center().x())


@pytest.mark.parametrize("index", range(N_PICTURES))
def test_clicking_a_picture_jumps_to_its_value(dock: CodeList, index: int) -> None:
    heard = log(dock)
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 3, *SHAPE.picture(index).center().toTuple()))
    assert heard == [("strip", 3, float(index - 3))]
    assert value(dock, 3) == index - 3


def test_clicking_between_two_pictures_does_nothing(dock: CodeList) -> None:
    heard = log(dock)
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 3, SHAPE.picture(2).right() + 2, 15))
    assert heard == []


def test_a_double_click_asks_for_a_reset(dock: CodeList) -> None:
    heard = log(dock)
    QTest.mouseDClick(dock.viewport(), LEFT, pos=handle(dock, 4, 0.0))
    QTest.mouseDClick(dock.viewport(), LEFT, pos=at(dock, 4, *SHAPE.name.center().toTuple()))
    assert heard == [("reset", 4, None), ("reset", 4, None)]


def test_a_locked_row_keeps_its_value_until_it_is_freed(dock: CodeList) -> None:
    heard = log(dock)
    lock = SHAPE.lock.center().toTuple()
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 1, *lock))
    drag(dock, 1, [0.0, 2.0])
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_5, Qt.Key.Key_Return):
        QTest.keyClick(dock, key)
    turn(dock, handle(dock, 1, 0.0), 1)
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 1, *SHAPE.picture(0).center().toTuple()))
    assert heard == [("lock", 1, True)]
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 1, *lock))
    drag(dock, 1, [0.0, 2.0])
    assert value(dock, 1) == pytest.approx(2.0, abs=0.02)


def test_arrows_nudge_shift_finer_alt_coarser_home_resets(dock: CodeList) -> None:
    heard = log(dock)
    QTest.keyClick(dock, Qt.Key.Key_Right)
    assert value(dock, 0) == pytest.approx(0.05)
    QTest.keyClick(dock, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert value(dock, 0) == pytest.approx(0.055)
    QTest.keyClick(dock, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert value(dock, 0) == pytest.approx(-0.445)
    QTest.keyClick(dock, Qt.Key.Key_Home)
    assert [what for what, _, _ in heard] == ["committed"] * 3 + ["reset"]


def test_a_number_can_be_typed(dock: CodeList) -> None:
    heard = log(dock)
    QTest.keyClick(dock, Qt.Key.Key_Down)
    QTest.keyClick(dock, Qt.Key.Key_Minus)
    editor = dock.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert editor.hasFocus()
    QTest.keyClicks(editor, "1.25")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert heard == [("committed", 1, -1.25)]
    assert dock.hasFocus()


def test_escape_and_nonsense_leave_the_value(dock: CodeList) -> None:
    heard = log(dock)
    editor = dock.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    QTest.keyClick(dock, Qt.Key.Key_7)
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    QTest.keyClick(dock, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "no number")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert heard == []
    assert not editor.isVisible()


def test_clicking_the_value_edits_it_and_tab_goes_on(dock: CodeList) -> None:
    heard = log(dock)
    QTest.mouseClick(dock.viewport(), LEFT, pos=at(dock, 2, *SHAPE.value.center().toTuple()))
    editor = dock.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    QTest.keyClicks(editor, "9")
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert heard == [("committed", 2, 3.0)]  # the nearest value in the range
    QTest.keyClick(dock, Qt.Key.Key_Right)
    assert heard[-1][:2] == ("committed", 3)


def test_tab_and_arrows_move_between_rows_and_the_list_follows(dock: CodeList) -> None:
    for _ in range(14):
        QTest.keyClick(dock, Qt.Key.Key_Tab)
    QTest.keyClick(dock, Qt.Key.Key_Down)
    assert 15 in dock.visible_keys()
    assert dock.viewport().rect().contains(dock.row_rect(15))
    assert dock.accessibleDescription().startswith("z15, 1.0 nat, value 0.00")
    QTest.keyClick(dock, Qt.Key.Key_Right)
    assert value(dock, 15) > 0


def test_the_wheel_turns_the_focused_row_and_scrolls_elsewhere(dock: CodeList) -> None:
    bar = dock.verticalScrollBar()
    turn(dock, handle(dock, 0, 0.0), 1)
    assert value(dock, 0) == pytest.approx(0.05)
    assert bar.value() == 0
    turn(dock, handle(dock, 3, 0.0), -1)
    assert value(dock, 3) == 0.0
    assert bar.value() > 0


def test_the_wheel_scrolls_when_the_list_has_no_focus(dock: CodeList) -> None:
    dock.clearFocus()
    turn(dock, handle(dock, 0, 0.0), -1)
    assert value(dock, 0) == 0.0
    assert dock.verticalScrollBar().value() > 0


def test_the_list_claims_its_keys_before_the_windows_shortcuts(dock: CodeList) -> None:
    def claimed(key: Qt.Key, text: str = "", mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, mods, text)
        event.ignore()
        QApplication.sendEvent(dock, event)
        return event.isAccepted()

    assert claimed(Qt.Key.Key_3, "3")
    assert claimed(Qt.Key.Key_Left)
    assert not claimed(Qt.Key.Key_R, "r")
    assert not claimed(Qt.Key.Key_Space, " ")
    assert not claimed(Qt.Key.Key_Z, "z", Qt.KeyboardModifier.ControlModifier)


def count_calls(monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
    """For every call of a function that the list uses: the key of the row it was called for, if any."""
    original = vars(code_view)[name]
    calls: list[object] = []

    def counted(*args: object, **options: object) -> object:
        calls.append(next((arg.key for arg in args if isinstance(arg, DimensionRow)), None))
        return original(*args, **options)

    monkeypatch.setattr(code_view, name, counted)
    return calls


def test_of_512_rows_only_the_visible_are_named_and_painted(
    dock: CodeList, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = count_calls(monkeypatch, "paint_row")
    with qtbot.waitSignal(dock.rows_visible) as visible:
        dock.set_rows(rows(512))
    assert visible.args == [list(range(10))]
    painted.clear()
    dock.grab()
    assert painted == list(range(10))
    with qtbot.waitSignal(dock.rows_visible) as visible:
        dock.verticalScrollBar().setValue(100 * ROW_HEIGHT + 10)
    assert visible.args == [list(range(100, 111))]


def test_a_strip_is_prepared_once_and_only_where_its_row_is_seen(
    dock: CodeList, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = count_calls(monkeypatch, "strip_image")
    for key in range(30):
        dock.set_strip(key, [np.full((8, 8), 40 * i, np.uint8) for i in range(7)])
    dock.grab()
    dock.grab()
    assert len(made) == 10


def test_the_strip_shows_its_pictures_and_is_darkened_when_locked(dock: CodeList) -> None:
    dock.set_strip(5, [np.full((8, 8), 30 * i, np.uint8) for i in range(7)])

    def seen() -> list[int]:
        ground = to_array(dock.grab().toImage())
        centres = [at(dock, 5, *SHAPE.picture(i).center().toTuple()) for i in range(7)]
        return [int(ground[p.y(), p.x(), 0]) for p in centres]

    assert seen() == [30 * i for i in range(7)]
    dock.set_locked(5, True)
    assert seen() == pytest.approx([15 * i for i in range(7)], abs=1)


def test_reordering_keeps_values_strips_and_the_current_row(dock: CodeList) -> None:
    QTest.keyClick(dock, Qt.Key.Key_Down)
    dock.set_rows(list(reversed(dock.rows())))
    QTest.keyClick(dock, Qt.Key.Key_Right)
    moved = [row.key for row in dock.rows() if row.value != 0.0]
    assert moved == [1]


def test_kept_directions_stand_first_under_their_own_heading(dock: CodeList) -> None:
    kept = [DimensionRow("smile", "smile", "kept", 1.0, -2.0, 2.0, kept=True)]
    dock.set_rows(kept + rows(5))
    assert dock.row_rect("smile").top() > 0
    assert dock.row_rect(0).top() - dock.row_rect("smile").bottom() > 20


def test_leaving_the_rows_to_nobody_is_fine(dock: CodeList) -> None:
    dock.set_rows([])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_5, Qt.Key.Key_Return):
        QTest.keyClick(dock, key)
    turn(dock, QPoint(100, 40), 1)
    QTest.mouseClick(dock.viewport(), LEFT, pos=QPoint(100, 40))
    assert dock.grab().toImage().pixelColor(5, 5).name() == DARK.surface == colour("surface").name()
