"""A picture is shown as it is: whole blocks, no stretching, at every pixel ratio; and it can be carried and dropped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.app.widgets.picture import Picture
from latent_studio.app.widgets.pixels import Pixels, fitted, resampled, thumbnail, to_array, to_qimage

GREY = st.tuples(st.integers(1, 9), st.integers(1, 9))
COLOUR = st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))


def checkerboard(side: int) -> Pixels:
    return np.asarray(np.indices((side, side)).sum(0) % 2 * 255, np.uint8)


@given(npst.arrays(np.uint8, GREY | COLOUR))
def test_pixels_survive_the_way_to_qt_and_back(array: Pixels) -> None:
    back = to_array(to_qimage(array))
    as_colour = array if array.ndim == 3 else np.repeat(array[:, :, None], 3, axis=2)
    np.testing.assert_array_equal(back, as_colour)


def test_an_image_outlives_the_array_it_came_from() -> None:
    array = np.full((16, 16), 200, np.uint8)
    image = to_qimage(array)
    array[:] = 7
    del array
    assert (to_array(image) == 200).all()


def test_views_that_are_not_contiguous_are_read_right() -> None:
    array = np.arange(64, dtype=np.uint8).reshape(8, 8)
    np.testing.assert_array_equal(to_array(to_qimage(array[::2, ::-1]))[:, :, 0], array[::2, ::-1])


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.float32), np.zeros((4, 4, 2), np.uint8), np.zeros(4, np.uint8)])
def test_what_is_no_picture_is_refused(wrong: Pixels) -> None:
    with pytest.raises(ValueError, match="uint8"):
        to_qimage(wrong)


@given(w=st.integers(1, 300), h=st.integers(1, 300), box_w=st.integers(1, 900), box_h=st.integers(1, 900))
def test_a_picture_fits_its_box_and_keeps_its_proportions(w: int, h: int, box_w: int, box_h: int) -> None:
    size = fitted(QSize(w, h), QSize(box_w, box_h))
    assert size.width() <= box_w
    assert size.height() <= box_h
    if w <= box_w and h <= box_h:
        assert (size.width() % w, size.height() % h) == (0, 0)
        assert size.width() // w == size.height() // h >= 1
    else:
        assert abs(size.width() * h - size.height() * w) <= max(w, h)


def test_shrinking_averages_over_areas() -> None:
    small = to_array(resampled(to_qimage(checkerboard(64)), QSize(16, 16)))
    assert np.abs(small.astype(int) - 127).max() <= 1


def test_an_enlargement_by_a_fraction_gives_each_pixel_its_share() -> None:
    image = np.zeros((8, 8), np.uint8)
    image[:, 4:] = 240
    large = to_array(thumbnail(image, 28, 1.0))[:, :, 0]
    assert large.shape == (28, 28)
    assert abs(float(large.mean()) - 120.0) < 2.0
    assert (large[:, :13] == 0).all()
    assert (large[:, 15:] == 240).all()


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_enlarged_pixels_are_whole_blocks_on_the_screen(qtbot: QtBot, ratio: float) -> None:
    picture = Picture(side_px=100)
    qtbot.addWidget(picture)
    picture.resize(100, 90)
    array = np.random.default_rng(0).integers(0, 256, (7, 7), dtype=np.uint8)
    picture.set_image(array)
    canvas = QImage(round(100 * ratio), round(90 * ratio), QImage.Format.Format_RGB32)
    canvas.setDevicePixelRatio(ratio)
    canvas.fill(Qt.GlobalColor.red)
    picture.render(canvas, QPoint())
    side = 7 * (90 // 7)  # the widget itself has a ratio of 1
    left, top = (100 - side) // 2, (90 - side) // 2
    canvas.setDevicePixelRatio(1.0)
    scale = round(ratio)
    seen = to_array(canvas)[top * scale : (top + side) * scale, left * scale : (left + side) * scale, 0]
    block = side // 7 * scale
    expected = np.repeat(np.repeat(array, block, axis=0), block, axis=1)
    corner = 6 * scale
    np.testing.assert_array_equal(seen[corner:-corner], expected[corner:-corner])
    np.testing.assert_array_equal(seen[:, corner:-corner], expected[:, corner:-corner])


def test_painting_tells_when_it_ended(qtbot: QtBot) -> None:
    picture = Picture()
    qtbot.addWidget(picture)
    picture.show()
    with qtbot.waitSignal(picture.painted) as painted:
        picture.set_image(checkerboard(8))
    assert painted.args is not None
    assert painted.args[0] > 0


def test_click_enter_and_the_menu(qtbot: QtBot) -> None:
    picture = Picture()
    qtbot.addWidget(picture)
    picture.set_image(checkerboard(8))
    picture.show()
    with qtbot.waitSignal(picture.clicked):
        QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=picture.rect().center())
    with qtbot.waitSignal(picture.clicked):
        QTest.keyClick(picture, Qt.Key.Key_Return)


def drop(picture: Picture, mime: QMimeData) -> None:
    action, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), action, mime, button, key)
    picture.dragEnterEvent(enter)
    assert enter.isAccepted()
    picture.dropEvent(QDropEvent(QPointF(20, 20), action, mime, button, key))


def test_a_carried_picture_brings_its_pixels_and_its_code(qtbot: QtBot) -> None:
    source, target = Picture(), Picture(accept_drops=True)
    qtbot.addWidget(source)
    qtbot.addWidget(target)
    array = checkerboard(8)
    source.set_image(array)
    source.set_payload({"model": "abc", "z": [0.5, -1.0]})
    mime = source.mime_data()
    np.testing.assert_array_equal(to_array(QImage.fromData(mime.data("image/png")))[:, :, 0], array)
    with qtbot.waitSignal(target.dropped_code) as code:
        drop(target, mime)
    assert code.args == [{"model": "abc", "z": [0.5, -1.0]}]
    assert json.loads(mime.text()) == code.args[0]
    source.set_payload(None)
    with qtbot.waitSignal(target.dropped_image) as image:
        drop(target, source.mime_data())
    assert image.args is not None
    np.testing.assert_array_equal(image.args[0][:, :, 0], array)


def test_files_are_dropped_by_their_paths(qtbot: QtBot, tmp_path: Path) -> None:
    target = Picture(accept_drops=True)
    qtbot.addWidget(target)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png"))])
    with qtbot.waitSignal(target.dropped_files) as files:
        drop(target, mime)
    assert files.args == [[str(tmp_path / "a.png")]]


def test_nonsense_under_the_name_of_a_code_is_not_taken_for_one(qtbot: QtBot) -> None:
    target = Picture(accept_drops=True)
    qtbot.addWidget(target)
    mime = QMimeData()
    mime.setData(CODE_MIME, b"{not json")
    with qtbot.assertNotEmitted(target.dropped_code):
        drop(target, mime)
