"""The contact sheet under a real mouse and keyboard: selected, banded, carried, scrolled."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_studio.app.theme import DARK, LIGHT, apply_theme
from latent_studio.app.widgets import carry
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.app.widgets.picture_scroll import FIT, SMALLEST, PictureScroll, sides
from latent_studio.app.widgets.picture_strip import strip
from latent_studio.app.widgets.pixels import Pixels, to_array, to_qimage

LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
N, ACROSS, SIDE_PX, STEP = 23, 5, 40, 48

Carried = list[tuple[list[carry.Carried], object]]


def grey(level: int, side: int = 8) -> Pixels:
    return np.full((side, side), level, np.uint8)


@pytest.fixture
def grid(qtbot: QtBot) -> PictureGrid:
    """23 pictures in rows of five, with room below and around them."""
    grid = PictureGrid(selectable=True)
    grid.setContentsMargins(10, 20, 30, 0)
    grid.set_columns(ACROSS, SIDE_PX, STEP - SIDE_PX)
    grid.set_pictures([grey(10 * i) for i in range(N)], [str(i) for i in range(N)])
    grid.set_codes({i: {"number": i} for i in range(N) if i != 7})
    qtbot.addWidget(grid)
    grid.resize(10 + ACROSS * STEP + 30, 20 + 6 * STEP)
    grid.show()
    qtbot.waitExposed(grid)
    return grid


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> Carried:
    """What was carried away, in place of a drag that waits for a drop."""
    found: Carried = []
    monkeypatch.setattr(carry, "start_drag_of", lambda source, pictures, files=None: found.append((pictures, files)))
    return found


def middle(grid: PictureGrid, index: int) -> QPoint:
    return grid.cell(index).center().toPoint()


def test_places_of_pictures_to_come_follow_the_theme(qapp: QApplication, grid: PictureGrid) -> None:
    apply_theme(qapp, "dark")
    grid.set_pictures([None] * N)
    at = middle(grid, 7)
    assert grid.grab().toImage().pixelColor(at).name() == DARK.surface
    apply_theme(qapp, "light")
    assert grid.grab().toImage().pixelColor(at).name() == LIGHT.surface
    apply_theme(qapp, "dark")


def click(grid: PictureGrid, index: int, modifiers: Qt.KeyboardModifier = NOTHING) -> None:
    QTest.mouseClick(grid, LEFT, modifiers, middle(grid, index))


def drag(grid: PictureGrid, start: QPoint, *stops: QPoint, modifiers: Qt.KeyboardModifier = NOTHING) -> None:
    """Press, move and let go; QTest's own moves carry no modifiers."""
    QTest.mousePress(grid, LEFT, modifiers, start)
    for stop in stops:
        where = QPointF(stop), QPointF(grid.mapToGlobal(stop))
        QApplication.sendEvent(grid, QMouseEvent(QMouseEvent.Type.MouseMove, *where, LEFT, LEFT, modifiers))
    QTest.mouseRelease(grid, LEFT, modifiers, stops[-1])


def test_every_point_of_a_picture_is_that_pictures_and_the_gaps_are_nobodys(grid: PictureGrid) -> None:
    for x in range(0, grid.width(), 7):
        for y in range(0, grid.height(), 7):
            at = QPointF(x + 0.5, y + 0.5)
            expected = next((i for i in range(N) if grid.cell(i).contains(at)), None)
            assert grid._shape().index_at(at) == expected


def test_the_pictures_in_an_area_are_those_that_touch_it(grid: PictureGrid) -> None:
    for area in (QRectF(0, 0, 500, 500), QRectF(12, 70, 60, 50), QRectF(51, 0, 6, 30), QRectF(0, 0, 4, 4)):
        assert grid.places_in(area) == [i for i in range(N) if grid.cell(i).intersects(area)]


def test_a_click_selects_one_and_tells(grid: PictureGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.clicked) as clicked:
        click(grid, 6)
    assert clicked.args == [6]
    assert grid.selection() == [6]
    click(grid, 2)
    assert grid.selection() == [2]


def test_ctrl_click_adds_and_takes_away_without_adopting(grid: PictureGrid) -> None:
    clicked: list[int] = []
    grid.clicked.connect(clicked.append)
    click(grid, 6)
    for index in (2, 9, 2):
        click(grid, index, CTRL)
    assert grid.selection() == [6, 9]
    assert clicked == [6]


def test_shift_click_selects_all_from_the_last_click(grid: PictureGrid) -> None:
    click(grid, 8)
    click(grid, 12, SHIFT)
    assert grid.selection() == [8, 9, 10, 11, 12]
    click(grid, 6, SHIFT)
    assert grid.selection() == [6, 7, 8]
    click(grid, 20, CTRL)
    click(grid, 22, CTRL | SHIFT)
    assert grid.selection() == [6, 7, 8, 20, 21, 22]


def test_a_rubber_band_selects_what_it_touches(grid: PictureGrid) -> None:
    below = QPoint(5, grid.height() - 5)
    drag(grid, below, QPoint(70, 200), middle(grid, 11))
    assert grid.selection() == [10, 11, 15, 16, 20, 21]
    assert not grid.is_banding()


def test_a_band_with_ctrl_begins_anywhere_and_adds(grid: PictureGrid, carried: Carried) -> None:
    click(grid, 22)
    drag(grid, middle(grid, 0), middle(grid, 6), modifiers=CTRL)
    assert grid.selection() == [0, 1, 5, 6, 22]
    assert not carried


def test_a_click_beside_the_pictures_selects_none(grid: PictureGrid) -> None:
    click(grid, 3)
    QTest.mouseClick(grid, LEFT, NOTHING, QPoint(5, 5))
    assert grid.selection() == []


def test_the_selected_pictures_are_dragged_together_with_their_codes(grid: PictureGrid, carried: Carried) -> None:
    for index in (3, 7, 12):
        click(grid, index, CTRL)
    drag(grid, middle(grid, 7), middle(grid, 7) + QPoint(0, 30))
    ((pictures, _),) = carried
    assert [one.code for one in pictures] == [{"number": 3}, None, {"number": 12}]
    assert [to_array(one.image)[0, 0, 0] for one in pictures] == [30, 70, 120]
    assert grid.selection() == [3, 7, 12]


def test_a_picture_that_is_not_selected_is_dragged_alone(grid: PictureGrid, carried: Carried) -> None:
    click(grid, 3)
    drag(grid, middle(grid, 9), middle(grid, 9) + QPoint(30, 0))
    ((pictures, _),) = carried
    assert [one.code for one in pictures] == [{"number": 9}]


def test_the_keyboard_goes_from_picture_to_picture_and_selects(grid: PictureGrid, qtbot: QtBot) -> None:
    click(grid, 0)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(grid, key)
    assert grid.current() == 6
    with qtbot.waitSignal(grid.clicked) as clicked:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert clicked.args == [6]
    QTest.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert grid.selection() == [6, 7, 8, 9, 10, 11]
    QTest.keyClick(grid, Qt.Key.Key_End)
    QTest.keyClick(grid, Qt.Key.Key_Space)
    assert grid.selection() == [6, 7, 8, 9, 10, 11, 22]
    QTest.keyClick(grid, Qt.Key.Key_A, CTRL)
    assert grid.selection() == list(range(N))
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selection() == []


def test_other_pictures_in_the_same_places_keep_the_selection(grid: PictureGrid) -> None:
    click(grid, 3)
    grid.put([3, 9], [grey(1), grey(2)])
    assert grid.selection() == [3]
    grid.set_pictures([grey(0)] * (N - 1))
    assert grid.selection() == []


# --- what it paints


def test_the_pixels_of_a_picture_at_a_whole_scale_are_blocks() -> None:
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (5, 5, 3), dtype=np.uint8) for _ in range(3)]
    row = to_array(strip(pictures, side=20, gap=4, ratio=1.0))
    for place, picture in enumerate(pictures):
        shown = row[:, 24 * place : 24 * place + 20]
        blocks = picture.repeat(4, axis=0).repeat(4, axis=1)
        assert (shown[3:-3, 3:-3] == blocks[3:-3, 3:-3]).all()  # but for the rounded corners
    assert (row[:, 20:24] == 0).all()


def test_pictures_shrunk_together_take_nothing_from_each_other() -> None:
    row = to_array(strip([grey(0, 64), grey(255, 64), grey(0, 64)], side=28, gap=4, ratio=1.0))
    assert (row[3:-3, 32 + 3 : 60 - 3] == 255).all()
    assert (row[:, :28] == 0).all()
    assert (row[:, 64:] == 0).all()


def test_pictures_of_several_shapes_stand_in_the_middle_of_their_cells() -> None:
    wide = np.full((4, 8, 3), 200, np.uint8)
    row = to_array(strip([grey(100), wide, None], side=16, gap=0, ratio=2.0))
    assert row.shape == (32, 96, 3)
    assert row[16, 16, 0] == 100
    assert row[16, 48, 0] == 200
    assert row[2, 48, 0] == 0  # above the wide one
    assert 0 < row[16, 80, 0] < 100  # the place of one that is to come


def test_newer_pictures_are_painted(grid: PictureGrid) -> None:
    def level(index: int) -> int:
        image = QImage(grid.size(), QImage.Format.Format_RGB32)
        grid.render(image)
        return image.pixelColor(middle(grid, index)).red()

    assert level(8) == 80
    grid.put([8], [grey(222)])
    assert level(8) == 222
    assert level(9) == 90


# --- in a scroll area


@pytest.fixture
def scroll(qtbot: QtBot) -> PictureScroll:
    scroll = PictureScroll(PictureGrid(selectable=True))
    qtbot.addWidget(scroll)
    scroll.resize(800, 600)
    scroll.set_picture_size(28)
    scroll.show()
    qtbot.waitExposed(scroll)
    return scroll


def fill(scroll: PictureScroll, n: int) -> None:
    scroll.grid.set_pictures([grey(k % 256, 28) for k in range(n)])
    scroll.arrange()
    QApplication.processEvents()


@pytest.mark.parametrize(("n", "side"), [(1, 448), (16, 112), (64, 56), (88, 56), (100, 42), (200, 28)])
def test_few_pictures_are_as_large_as_all_fit(scroll: PictureScroll, n: int, side: int) -> None:
    fill(scroll, n)
    assert scroll.in_view() == (0, n)
    assert scroll.verticalScrollBar().maximum() == 0
    assert scroll.grid.cell(0).width() == side


def test_ten_thousand_pictures_scroll_at_their_own_size(scroll: PictureScroll) -> None:
    fill(scroll, 10_000)
    assert scroll.grid.cell(0).width() == 28
    first, end = scroll.in_view()
    assert first == 0
    assert end < 600
    QTest.keyClick(scroll.grid, Qt.Key.Key_End)
    assert scroll.in_view()[1] == 10_000
    assert len(scroll.grid._strips) < 200  # only rows that were seen


def test_a_chosen_size_stays_whatever_the_number(scroll: PictureScroll) -> None:
    scroll.set_scale(3.0)
    for n in (4, 500):
        fill(scroll, n)
        assert scroll.grid.cell(0).width() == 84
    scroll.set_scale(FIT)
    assert scroll.grid.cell(0).width() == 28


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("picture_px", [8, 28, 64, 256, 600])
def test_sizes_to_choose_from_keep_pixels_whole(picture_px: int, ratio: float) -> None:
    for side in sides(picture_px, ratio):
        times = side * ratio / picture_px
        assert side >= SMALLEST
        assert times == pytest.approx(round(times)) or 1 / times == pytest.approx(round(1 / times))


# --- on the way


def test_several_carried_pictures_bring_all_their_codes() -> None:
    several = [carry.Carried(to_qimage(grey(k)), {"number": k} if k else None) for k in range(3)]
    mime = carry.mime_of_several(several[1:])
    assert carry.codes_of(mime) == [{"number": 1}, {"number": 2}]
    assert carry.code_of(mime) == {"number": 1}  # for whoever takes one
    assert json.loads(mime.text()) == [{"number": 1}, {"number": 2}]
    assert mime.hasImage()
    assert carry.codes_of(carry.mime_of(to_qimage(grey(1)), {"number": 5})) == [{"number": 5}]
    assert carry.codes_of(carry.mime_of_several(several[:1])) == []


def test_codes_that_another_program_wrote_wrongly_count_for_nothing() -> None:
    for content in (b"\xff", b"{", b"7", b'{"a": 1}', b"[3, null]"):
        mime = QMimeData()
        mime.setData(carry.CODES_MIME, content)
        assert carry.codes_of(mime) == []


def test_files_are_written_only_when_somebody_asks_for_files() -> None:
    n_asked = 0

    def files() -> list[str]:
        nonlocal n_asked
        n_asked += 1
        return ["/tmp/a.png", "/tmp/b.png"]

    mime = carry.mime_of_several([carry.Carried(to_qimage(grey(k)), None) for k in range(2)], files)
    assert mime.hasFormat("text/uri-list")
    assert mime.hasImage()
    assert carry.is_welcome(mime)
    assert carry.files_of(mime) == []  # inside the window these are pictures
    assert n_asked == 0
    assert [url.toLocalFile() for url in mime.urls()] == ["/tmp/a.png", "/tmp/b.png"]
    assert mime.hasUrls()
    assert n_asked == 1
