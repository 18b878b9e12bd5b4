"""Explore in the window: pictures and codes, there and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from torch import nn

from latent_studio.app.exploring.sweep_view import N_PICTURES
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.core.header import KEY, read_header
from latent_studio.core.pictures import picture_from_png, png_bytes, png_text
from latent_studio.engine.own_module import own_model
from latent_studio.studio.provenance import KEY as CODE_IN_PNG
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver, drop

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")


def encode_from_data(driver: Driver, place: int = 3) -> None:
    """Open the picker as a person does and click a picture."""
    explore = driver.explore
    driver.click(explore.data_button)
    driver.until(lambda: explore.picker.is_filled)
    cell = explore.picker.grid.cell(place).center().toPoint()
    QTest.mouseClick(explore.picker.grid, LEFT, NOTHING, cell)
    driver.until(lambda: explore.encodings.current() is not None)


def test_a_picture_from_the_data_is_encoded_beside_its_reconstruction(driver: Driver) -> None:
    encode_from_data(driver)
    current = driver.explore.encodings.current()
    assert current is not None
    source, encoded = current
    assert driver.code == encoded.code
    assert source.split == "test"
    assert source.index >= 0
    assert encoded.mse == pytest.approx(
        np.mean((encoded.original / 255.0 - encoded.reconstruction / 255.0) ** 2), abs=0.003
    )
    view = driver.explore.stage.encoding
    assert view._under[1].text().endswith(f"MSE {encoded.mse:.4f}")
    assert view._under[0].text() == f"labelled {source.label}"
    driver.until(lambda: np.array_equal(driver.picture()[:, :, 0], encoded.reconstruction))


def test_encoding_is_one_step_and_undo_takes_the_picture_away(driver: Driver) -> None:
    before = driver.session.document
    encode_from_data(driver)
    driver.session.undo()
    assert driver.session.document == before
    assert driver.explore.stage.encoding.original.image().isNull()
    driver.session.redo()
    assert not driver.explore.stage.encoding.original.image().isNull()


def test_back_to_the_encoding_returns_and_says_how_far_one_was(driver: Driver) -> None:
    encode_from_data(driver)
    code = driver.code
    assert not driver.explore.stage.back.isEnabled()
    driver.drag_slider(0, code[0] + 1.0 if code[0] < 1.5 else code[0] - 1.0)
    driver.until(lambda: driver.explore.stage.back.isEnabled())
    distance = float(np.linalg.norm(np.subtract(driver.code, code)))
    assert driver.explore.stage.code_line.text().startswith(f"{distance:.2f} from the encoding")
    driver.click(driver.explore.stage.back)
    assert driver.code == code


def test_a_dropped_picture_of_any_size_is_encoded(driver: Driver, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    photo = np.random.default_rng(0).integers(0, 256, (70, 50, 3), dtype=np.uint8)
    path.write_bytes(png_bytes(photo))
    driver.drop_files(driver.explore.preview, path)
    driver.until(lambda: driver.explore.encodings.current() is not None)
    source = driver.session.document.source
    assert source is not None
    assert source.caption == "photo.png"
    assert driver.code == source.code


def test_a_dropped_file_that_is_no_picture_says_so_and_changes_nothing(driver: Driver, tmp_path: Path) -> None:
    broken, text = tmp_path / "broken.png", tmp_path / "letter.txt"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    text.write_text("Dear reader")
    before = driver.session.document
    driver.drop_files(driver.window, broken)
    driver.until(lambda: "broken.png is no picture" in driver.explore.banner.message())
    driver.drop_files(driver.window, text)
    driver.until(lambda: "letter.txt" in driver.explore.banner.message())
    assert "neither a picture nor a model" in driver.explore.banner.message()
    assert driver.session.document == before


def test_a_saved_picture_is_the_preview_and_brings_its_code_back(driver: Driver, tmp_path: Path) -> None:
    driver.session.edit(lambda document: document.replace(code=(0.5, -1.5, 1.0, 0.25)))
    path = tmp_path / "digit.png"
    driver.settled_picture()
    assert driver.explore.menus.shown is not None
    driver.explore.menus.actions.save(driver.explore.menus.shown, path)
    driver.until(path.exists)
    content = path.read_bytes()
    assert np.array_equal(picture_from_png(content), driver.picture()[:, :, 0])
    values = json.loads(png_text(content)[CODE_IN_PNG])["latent_studio_code"]
    header = driver.session.header
    assert header is not None
    assert values["digest"] == header.digest

    driver.session.edit(lambda document: document.replace(code=(0.0, 0.0, 0.0, 0.0)))
    driver.drop_files(driver.explore.preview, path)
    driver.until(lambda: driver.code == (0.5, -1.5, 1.0, 0.25))
    assert driver.session.document.source is None  # restored, not encoded


def test_the_copied_picture_has_its_pixels_and_its_code(driver: Driver) -> None:
    driver.click(driver.explore.copy)
    driver.until(lambda: not QApplication.clipboard().image().isNull())
    mime = QApplication.clipboard().mimeData()
    factors = json.loads(bytes(mime.data(CODE_MIME).data()))["latent_studio_code"]["factors"]
    assert factors == {"z": list(driver.code)}


def test_a_code_dropped_on_the_picture_is_adopted(driver: Driver) -> None:
    mime = QMimeData()
    mime.setData(CODE_MIME, json.dumps({"latent_studio_code": {"factors": {"z": [1.0, 2.0, -1.0, 0.5]}}}).encode())
    drop(driver.explore.preview, mime)
    assert driver.code == (1.0, 2.0, -1.0, 0.5)


def test_dragging_on_the_pad_moves_two_dimensions_in_one_step(driver: Driver) -> None:
    plane, code = driver.explore.stage.plane, driver.code
    assert plane._axes is not None
    across, up = plane._axes
    pad = plane.pad
    QTest.mousePress(pad, LEFT, NOTHING, pad.point_of(0.2, 0.3).toPoint())
    for x, y in ((0.5, 0.9), (1.0, 1.5)):
        QTest.mouseMove(pad, pad.point_of(x, y).toPoint())
        driver.qtbot.wait(10)
    QTest.mouseRelease(pad, LEFT, NOTHING, pad.point_of(1.0, 1.5).toPoint())
    assert (driver.code[across], driver.code[up]) == pytest.approx((1.0, 1.5), abs=0.03)
    driver.session.undo()
    assert driver.code == code
    assert pad.position() == (code[across], code[up])


def test_the_plane_behind_the_pad_is_made_again_only_when_another_dimension_moves(driver: Driver) -> None:
    plane = driver.explore.stage.plane
    driver.until(lambda: not plane.pad._background.isNull())
    driver.qtbot.wait(300)
    assert plane._axes is not None
    held = next(column for column in range(4) if column not in plane._axes)
    sheet = plane.pad._background
    driver.drag_slider(plane._axes[0], 2.0)
    driver.qtbot.wait(600)
    assert plane.pad._background is sheet
    driver.drag_slider(held, 2.5)
    driver.until(lambda: plane.pad._background is not sheet)


def test_choosing_the_other_axis_swaps_the_two(driver: Driver) -> None:
    plane = driver.explore.stage.plane
    assert plane._axes is not None
    across, up = plane._axes
    plane._across.chosen.emit(str(up))
    assert plane._axes == (up, across)
    driver.session.undo()
    assert plane._axes == (across, up)


def test_a_code_of_one_dimension_is_swept_instead(open_window: Open) -> None:
    driver = open_window("digits-1d")
    sweep = driver.explore.stage.sweep
    assert sweep.isVisible()
    assert not driver.explore.stage.plane.isVisible()
    driver.until(lambda: len(sweep.grid._pictures) == N_PICTURES)
    QTest.mouseClick(sweep.grid, LEFT, NOTHING, sweep.grid.cell(N_PICTURES - 1).center().toPoint())
    assert driver.code == pytest.approx((3.0,))


def test_smooth_and_pixels_are_remembered_in_the_document(driver: Driver) -> None:
    control = driver.explore._mode
    QTest.mouseClick(control, LEFT, NOTHING, QPointF(control.width() - 8, 14).toPoint())
    assert driver.session.document.setting("explore", "mode", "") == "smooth"
    driver.session.undo()
    assert control.current() == "pixels"


def moved_data(models: Path, folder: Path) -> Path:
    """A copy of the 4-dimensional model whose header says that its data lie somewhere else."""
    folder.mkdir()
    path = Path(shutil.copy(models / "digits-4d.safetensors", folder / "digits-4d.safetensors"))
    header = read_header(path)
    spec = header.data.model_copy(update={"source": "npz", "path": "/nowhere/digits.npz"})
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    table = json.loads(content[8 : 8 + length])
    table["__metadata__"][KEY] = header.model_copy(update={"data": spec}).model_dump_json()
    text = json.dumps(table).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + content[8 + length :])
    return folder


def test_where_the_data_are_missing_locate_stands_in_their_place(
    open_window: Open, models: Path, tmp_path: Path
) -> None:
    driver = open_window(ready_made=moved_data(models, tmp_path / "moved"))
    explore = driver.explore
    driver.until(explore.locate_button.isVisible)
    assert not explore.data_button.isVisible()

    rng = np.random.default_rng(0)
    found = tmp_path / "digits.npz"
    np.savez(found, images=rng.integers(0, 256, (40, 8, 8), dtype=np.uint8))
    explore.picker.take_place(str(found))  # what the file dialogue gives
    driver.until(explore.data_button.isVisible)
    header = driver.session.header
    assert header is not None
    assert driver.session.located == {header.data.name: str(found)}
    encode_from_data(driver)


def test_data_of_another_size_are_refused_with_a_sentence(open_window: Open, models: Path, tmp_path: Path) -> None:
    driver = open_window(ready_made=moved_data(models, tmp_path / "moved"))
    driver.until(driver.explore.locate_button.isVisible)
    broken = tmp_path / "digits.npz"
    broken.write_bytes(b"PK\x03\x04 and no more")
    driver.explore.picker.take_place(str(broken))
    driver.until(lambda: "digits.npz" in driver.explore.banner.message())
    assert driver.session.located == {}


def test_keys_of_the_pad_are_its_own(driver: Driver) -> None:
    plane = driver.explore.stage.plane
    assert plane._axes is not None
    before = driver.code
    plane.pad.setFocus()
    QTest.keyClick(plane.pad, Qt.Key.Key_Right)
    assert driver.code[plane._axes[0]] > before[plane._axes[0]]


def test_without_an_encoder_the_buttons_stand_where_they_stood(driver: Driver) -> None:
    """The hint that is hidden then held them apart."""
    buttons = (driver.explore.data_button, driver.explore.favour, driver.explore._more)
    before = [button.x() for button in buttons]
    decoder = nn.Sequential(nn.Linear(2, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    driver.session.snapshots.publish("module:bare", own_model(decoder, 2))
    driver.session.open_model("module:bare")
    driver.until(lambda: not driver.explore.data_button.isEnabled())
    QApplication.processEvents()
    assert [button.x() for button in buttons] == before
