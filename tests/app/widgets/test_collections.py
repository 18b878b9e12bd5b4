"""Pads, categories, strips, sheets and cards under a real mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets.card import Card, CardShape, preview_image
from latent_studio.app.widgets.card_grid import CardGrid, CardSection
from latent_studio.app.widgets.category_row import CategoryRow, _Cells
from latent_studio.app.widgets.film import FilmItem, FilmStrip, PictureGrid
from latent_studio.app.widgets.pad import SIDE, Pad
from latent_studio.app.widgets.peek import Peek
from latent_studio.app.widgets.pixels import Pixels
from latent_studio.app.widgets.run_list import RunItem, RunList

LEFT = Qt.MouseButton.LeftButton


def grey(level: int, side: int = 8) -> Pixels:
    return np.full((side, side), level, np.uint8)


def opened(qtbot: QtBot, widget: QWidget, width: int, height: int) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    widget.activateWindow()
    widget.setFocus()


# --- pad


def test_a_pad_moves_to_where_it_is_pressed_and_tells_when_it_is_let_go(qtbot: QtBot) -> None:
    pad = Pad()
    opened(qtbot, pad, *pad.sizeHint().toTuple())
    pad.set_ranges((-2.0, 2.0), (0.0, 1.0))
    heard: list[tuple[str, float, float]] = []
    pad.moved.connect(lambda x, y: heard.append(("moved", x, y)))
    pad.released.connect(lambda x, y: heard.append(("released", x, y)))
    QTest.mousePress(pad, LEFT, pos=QPoint(SIDE // 2, SIDE // 4))
    QTest.mouseMove(pad, QPoint(5000, -5000))
    QTest.mouseRelease(pad, LEFT, pos=QPoint(5000, -5000))
    assert heard[0][1:] == pytest.approx((0.0, 0.75))
    assert heard[1:] == [("moved", 2.0, 1.0), ("released", 2.0, 1.0)]


def test_a_point_of_the_pad_and_its_value_are_one(qtbot: QtBot) -> None:
    pad = Pad()
    opened(qtbot, pad, *pad.sizeHint().toTuple())
    pad.set_ranges((-2.75, 2.75), (-1.0, 3.0))
    for x, y in ((0.0, 0.0), (-2.75, 3.0), (1.5, -1.0)):
        assert pad._value_at(pad.point_of(x, y)) == pytest.approx((x, y))


def test_arrows_move_the_pad_and_a_drag_is_not_disturbed(qtbot: QtBot) -> None:
    pad = Pad()
    opened(qtbot, pad, *pad.sizeHint().toTuple())
    QTest.keyClick(pad, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert pad.position() == pytest.approx((0.05, 0.5))
    QTest.mousePress(pad, LEFT, pos=QPoint(10, 10))
    held = pad.position()
    pad.set_position(0.0, 0.0)
    assert pad.position() == held
    QTest.mouseRelease(pad, LEFT, pos=QPoint(10, 10))
    pad.set_background(grey(50, 77))
    pad.set_marker((0.5, 0.5))
    assert not pad.grab().isNull()


# --- categories


@pytest.mark.parametrize("n_values", [2, 10, 52])
def test_every_value_of_a_category_can_be_clicked(qtbot: QtBot, n_values: int) -> None:
    row = CategoryRow("digit", [f"v{i}" for i in range(n_values)])
    row.set_pictures([grey(i) for i in range(n_values)])
    opened(qtbot, row, 376, row.sizeHint().height())
    cells = row.findChild(_Cells)
    assert isinstance(cells, _Cells)
    heard: list[tuple[str, int]] = []
    row.value_chosen.connect(lambda factor, index: heard.append((factor, index)))
    for index in range(1, n_values):
        row.set_value(index)  # scrolls there
        row.set_value(0) if n_values <= 12 else cells.set_current(0)
        QTest.mouseClick(cells.viewport(), LEFT, pos=cells._cell(index).center().toPoint())
    assert heard == [("digit", index) for index in range(1, n_values)]


def test_a_picture_chooses_its_category_too_and_arrows_go_on(qtbot: QtBot) -> None:
    row = CategoryRow("digit", [str(i) for i in range(10)])
    row.set_pictures([grey(i) for i in range(10)])
    opened(qtbot, row, 376, row.sizeHint().height())
    cells = row.findChild(_Cells)
    assert isinstance(cells, _Cells)
    QTest.mouseClick(cells.viewport(), LEFT, pos=cells._picture_cell(4).center().toPoint())
    QTest.keyClick(cells, Qt.Key.Key_Right)
    assert row.value() == 5


# --- strips and sheets


@pytest.fixture
def strip(qtbot: QtBot) -> FilmStrip:
    strip = FilmStrip(can_add=True, can_rename=True)
    opened(qtbot, strip, 400, 90)
    strip.set_items([FilmItem(str(i), f"picture {i}", grey(i)) for i in range(20)])
    return strip


def test_a_strip_is_clicked_walked_and_asks_for_more(strip: FilmStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.add_requested):
        QTest.mouseClick(strip.viewport(), LEFT, pos=QPoint(20, 20))
    with qtbot.waitSignal(strip.clicked) as clicked:
        QTest.mouseClick(strip.viewport(), LEFT, pos=strip.picture_rect("2").center().toPoint())
    assert clicked.args == ["2"]
    for _ in range(12):
        QTest.keyClick(strip, Qt.Key.Key_Right)
    assert strip.current() == "14"
    assert strip.viewport().rect().contains(strip.picture_rect("14").toRect())


def test_a_picture_of_the_strip_is_renamed_in_place(strip: FilmStrip, qtbot: QtBot) -> None:
    strip.set_current("1")
    QTest.keyClick(strip, Qt.Key.Key_Return)
    editor = strip.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    with qtbot.waitSignal(strip.renamed) as renamed:
        QTest.keyClicks(editor, "tall 4")
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["1", "tall 4"]
    with qtbot.waitSignal(strip.removed) as removed:
        QTest.keyClick(strip, Qt.Key.Key_Delete)
    assert removed.args == ["1"]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # the off-screen platform, of every popup
def test_hovering_shows_the_picture_larger(strip: FilmStrip) -> None:
    peek = strip.findChild(Peek)
    assert isinstance(peek, Peek)
    at = strip.picture_rect("3").center().toPoint()
    tip = QHelpEvent(QEvent.Type.ToolTip, at, strip.viewport().mapToGlobal(at))
    QApplication.sendEvent(strip.viewport(), tip)
    assert peek.isVisible()
    QTest.mouseMove(strip.viewport(), QPoint(350, 40))
    assert not peek.isVisible()


def test_a_sheet_keeps_its_columns_and_selects_several(qtbot: QtBot) -> None:
    sheet = PictureGrid(4, side_px=40, selectable=True)
    sheet.set_pictures([grey(i) for i in range(10)])
    opened(qtbot, sheet, 4 * 44 - 4, sheet.heightForWidth(4 * 44 - 4))
    assert sheet.height() == 3 * 44 - 4
    with qtbot.waitSignal(sheet.clicked) as clicked:
        QTest.mouseClick(sheet, LEFT, pos=sheet.cell(5).center().toPoint())
    assert clicked.args == [5]
    QTest.mouseClick(sheet, LEFT, Qt.KeyboardModifier.ControlModifier, sheet.cell(2).center().toPoint())
    assert sheet.selection() == [2, 5]
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    assert sheet.selection() == [2]


def test_a_narrow_sheet_has_smaller_pictures_side_by_side(qtbot: QtBot) -> None:
    sheet = PictureGrid(4, side_px=40)
    sheet.set_pictures([grey(i) for i in range(8)])
    opened(qtbot, sheet, 100, 80)
    assert sheet.cell(3).right() <= 100
    assert sheet.cell(4).top() > sheet.cell(3).top()


# --- cards


def cards(n: int, prefix: str = "run") -> tuple[Card, ...]:
    return tuple(Card(f"{prefix}-{i}", f"{prefix} {i}", ("VAE", "KL"), grey(i)) for i in range(n))


@pytest.fixture
def library(qtbot: QtBot) -> CardGrid:
    library = CardGrid()
    opened(qtbot, library, 24 * 2 + 3 * 242 + 2 * 16, 600)
    library.set_sections([CardSection("Runs", cards(4)), CardSection("Ready-made", cards(5, "model"))])
    return library


def point(library: CardGrid, key: str, inside: QPointF) -> QPoint:
    return library.card_rect(key).topLeft() + inside.toPoint()


def test_cards_flow_in_columns_under_their_headings(library: CardGrid) -> None:
    assert library.n_columns() == 3
    first, fourth, model = (library.card_rect(key) for key in ("run-0", "run-3", "model-0"))
    assert (fourth.left(), fourth.top() > first.bottom()) == (first.left(), True)
    assert model.top() > fourth.bottom()
    library.resize(24 * 2 + 242, 600)
    assert library.n_columns() == 1


def test_a_card_opens_by_double_click_button_and_enter(library: CardGrid) -> None:
    heard: list[str] = []
    library.opened.connect(heard.append)
    viewport = library.viewport()
    QTest.mouseDClick(viewport, LEFT, pos=point(library, "run-1", QPointF(60, 40)))
    QTest.mouseMove(viewport, point(library, "run-2", QPointF(60, 40)))
    QTest.mouseClick(viewport, LEFT, pos=point(library, "run-2", CardShape.open.center()))
    QTest.keyClick(library, Qt.Key.Key_Left)
    QTest.keyClick(library, Qt.Key.Key_Return)
    assert heard == ["run-1", "run-2", "run-1"]


def test_the_arrows_go_across_sections_and_the_grid_follows(library: CardGrid) -> None:
    QTest.mouseClick(library.viewport(), LEFT, pos=point(library, "run-1", QPointF(60, 40)))
    for _ in range(3):
        QTest.keyClick(library, Qt.Key.Key_Down)
    assert library.current() == "model-3"
    assert library.viewport().rect().contains(library.card_rect("model-3"))


def test_the_actions_of_a_card(library: CardGrid) -> None:
    heard: list[tuple[str, str]] = []
    library.action.connect(lambda key, what: heard.append((key, what)))
    duplicate = CardShape.action(1, 3).center()
    QTest.mouseMove(library.viewport(), point(library, "run-1", duplicate))
    QTest.mouseClick(library.viewport(), LEFT, pos=point(library, "run-1", duplicate))
    QTest.keyClick(library, Qt.Key.Key_Delete)
    assert heard == [("run-1", "duplicate"), ("run-1", "delete")]


def test_newer_figures_on_the_cards_take_no_click_away(library: CardGrid) -> None:
    heard: list[str] = []
    library.opened.connect(heard.append)
    at, viewport = point(library, "run-2", CardShape.open.center()), library.viewport()
    QTest.mouseMove(viewport, at)
    QTest.mousePress(viewport, LEFT, pos=at)
    library.set_sections([CardSection("Runs", cards(4))])
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert heard == ["run-2"]
    QTest.mousePress(viewport, LEFT, pos=at)
    library.set_sections([CardSection("Runs", cards(4, "other"))])
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert heard == ["run-2"]  # another card lies there now


def test_the_tiles_of_a_preview_have_air_between_them() -> None:
    sheet = np.full((24, 32), 255, np.uint8)
    made = preview_image(sheet, 1.0, (4, 3))
    alpha = to_alpha(made)
    columns, rows = np.flatnonzero(alpha.max(axis=0) == 0), np.flatnonzero(alpha.max(axis=1) == 0)
    assert (len(columns), len(rows)) == (3 * 2, 2 * 2)
    assert CardShape.picture.contains(QRectF(made.rect()).translated(6, 6))
    assert to_alpha(preview_image(sheet, 1.0)).min() == 255


def to_alpha(image: QImage) -> NDArray[np.uint8]:
    plain = image.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.width(), 4)[:, :, 3].copy()


def test_a_card_offers_only_its_own_actions(library: CardGrid) -> None:
    heard: list[tuple[str, str]] = []
    library.action.connect(lambda key, what: heard.append((key, what)))
    library.set_cards([Card("x", "ready-made", actions=())])
    QTest.mouseMove(library.viewport(), point(library, "x", QPointF(220, 150)))
    QTest.mouseClick(library.viewport(), LEFT, pos=point(library, "x", QPointF(220, 150)))
    QTest.keyClick(library, Qt.Key.Key_Delete)
    QTest.keyClick(library, Qt.Key.Key_F2)
    assert heard == []


def test_the_remedy_of_an_interrupted_run_is_a_link(library: CardGrid, qtbot: QtBot) -> None:
    card = Card("r", "run", ("VAE",), None, "interrupted", accent_line="interrupted at step 4,212", remedy="Continue")
    library.set_cards([card])
    with qtbot.waitSignal(library.action) as action:
        QTest.mouseClick(library.viewport(), LEFT, pos=point(library, "r", CardShape.remedy(card).center()))
    assert action.args == ["r", "remedy"]


def test_a_card_is_renamed_in_place(library: CardGrid, qtbot: QtBot) -> None:
    library.begin_rename("run-2")
    editor = library.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    assert (editor.text(), editor.hasFocus()) == ("run 2", True)
    with qtbot.waitSignal(library.renamed) as renamed:
        QTest.keyClicks(editor, "the best")
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["run-2", "the best"]
    library.begin_rename("run-2")
    with qtbot.assertNotEmitted(library.renamed):
        QTest.keyClicks(editor, "not this")
        QTest.keyClick(editor, Qt.Key.Key_Escape)


def test_an_empty_library_takes_keys_without_harm(library: CardGrid) -> None:
    library.set_sections([])
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Delete):
        QTest.keyClick(library, key)
    QTest.mouseClick(library.viewport(), LEFT, pos=QPoint(100, 100))
    assert library.current() == ""


# --- runs


def test_a_run_is_chosen_by_its_row_and_plotted_by_its_dot(qtbot: QtBot) -> None:
    runs = RunList()
    opened(qtbot, runs, 264, 200)
    runs.set_items([RunItem(f"r{i}", f"run {i}", "finished", losses=(3.0, 2.0, 1.0)) for i in range(6)])
    heard: list[tuple[str, object]] = []
    runs.chosen.connect(lambda key: heard.append((key, None)))
    runs.plotted.connect(lambda key, on: heard.append((key, on)))
    QTest.mouseClick(runs.viewport(), LEFT, pos=runs.row_rect("r1").center())
    QTest.mouseClick(runs.viewport(), LEFT, pos=runs.row_rect("r0").topLeft() + QPoint(80, 25))
    for _ in range(3):
        QTest.keyClick(runs, Qt.Key.Key_Down)
    assert heard == [("r1", None), ("r0", True), ("r2", None), ("r3", None), ("r4", None)]
    assert runs.viewport().rect().contains(runs.row_rect("r4"))
    assert not runs.grab().isNull()
