"""A sheet of rows as a grid: where its pictures lie, and what stands over them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_studio.app.theme import apply_theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.sheet import Sheet
from latent_studio.app.widgets.sheet_shape import GAP, MIN_PITCH, SheetRow, SheetShape

SIZE = QSizeF(28, 28)


def rows(n: int, n_pictures: int = 10) -> list[SheetRow]:
    return [SheetRow(str(value), n_pictures, title=f"c = {value}") for value in range(n)]


@pytest.mark.parametrize("height", [475, 640, 735, 1200])
@pytest.mark.parametrize("width", [628, 950, 2000])
def test_ten_rows_of_a_grid_are_seen_at_once_in_every_window(width: int, height: int) -> None:
    shape = SheetShape(rows(10), width, 10, SIZE, height)
    assert not shape.wraps
    assert shape.total <= height
    for row in range(10):
        for column in range(10):
            cell = shape.cell(row, column)
            assert shape.picture_at(cell.center()) == (row, column)
            assert cell.right() <= width
    assert shape.top(1) - shape.top(0) >= MIN_PITCH - 1  # what stands beside a row has room


def test_the_columns_of_a_grid_stand_as_close_as_its_rows_where_those_have_room() -> None:
    shape = SheetShape(rows(10), 950, 10, SIZE, 735)
    assert shape.picture_width == 56  # whole pixels
    assert shape.cell(0, 1).left() - shape.cell(0, 0).right() == GAP
    assert shape.cell(1, 0).top() - shape.cell(0, 0).bottom() == GAP


def test_rows_that_must_be_scrolled_anyway_are_as_large_as_the_width_allows() -> None:
    many, ten = (SheetShape(rows(n), 950, 10, SIZE, 735) for n in (40, 10))
    assert many.picture_width > ten.picture_width
    assert many.total > 735


def test_a_multiple_of_the_pixels_is_one_of_the_screen_s_own() -> None:
    assert SheetShape(rows(10), 828, 10, SIZE, 553, ratio=2.0).picture_width == 42  # three by three


@pytest.fixture
def sheet(qtbot: QtBot, qapp: QApplication) -> Sheet:
    apply_theme(qapp, "dark")
    sheet = Sheet(lambda name, index: None, is_grid=True)
    qtbot.addWidget(sheet)
    sheet.resize(628, 511)
    sheet.show()
    return sheet


@pytest.mark.parametrize("n", [3, 10, 15])
def test_titles_over_narrow_columns_leave_each_other_room(sheet: Sheet, n: int) -> None:
    words = [f"−{value:.2f}" for value in np.linspace(1, 3, n)]
    sheet.set_rows(rows(10, n), n, SIZE, words)
    shown = sheet.titles()
    assert shown[0][1] == words[0]
    assert all(paint.text_width(text, "number_caption") <= sheet.title_width for _, text in shown)
    assert all(b - a >= sheet.title_width for (a, _), (b, _) in pairwise(shown))
    assert (len(shown) == n) == (n < 15)
