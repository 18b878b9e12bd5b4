"""The Manifold panel in the window."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latent_studio.app.mapping import plane_choice
from latent_studio.app.panels.manifold import ManifoldPanel
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.app.widgets.pixels import to_array
from latent_studio.cli.opening import open_model
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document, code_json, with_column
from latent_studio.views.decoding import decode, reference
from latent_studio.views.manifold import ManifoldTiles, points_of
from tests.app.driving import LEFT, NOTHING, Driver, drop


def panel_of(driver: Driver) -> ManifoldPanel:
    """The panel, open and full of pictures."""
    driver.window.go_to("manifold")
    panel = driver.window.panels["manifold"]
    assert isinstance(panel, ManifoldPanel)
    driver.until(lambda: panel.view.plane is not None and not panel.view.canvas.missing(2))
    return panel


@pytest.fixture
def panel(driver: Driver) -> ManifoldPanel:
    return panel_of(driver)


def a_cell(panel: ManifoldPanel, dx: int = 2, dy: int = 1) -> tuple[tuple[int, int], QPoint]:
    """A cell beside the middle, and its px."""
    x, y = panel.view.frame.centre
    cell = round(x) + dx, round(y) + dy
    return cell, panel.view.cell_rect(cell).center().toPoint()


def test_every_tile_is_the_picture_of_the_quantiles_where_it_lies(
    panel: ManifoldPanel, driver: Driver, models: Path
) -> None:
    view, opened = panel.view, open_model(models / "digits-4d.safetensors")
    span = view.frame.span(view.frame.everything()).within(view.frame.limits(view.plane))  # type: ignore[arg-type]
    cells = span.cells()
    assert len(cells) > 50
    assert view.plane is not None
    codes = view.plane.codes(points_of(view.frame.level, np.array(cells)))
    for cell, picture in zip(cells, decode(opened, codes), strict=True):
        tile = view.canvas.tile(cell)
        assert tile is not None
        assert np.abs(to_array(tile)[:, :, 0].astype(int) - picture).max() <= 1, "batches differ in the last bit"


def test_a_click_adopts_the_picture_s_code_as_one_undo_step(panel: ManifoldPanel, driver: Driver) -> None:
    before = driver.code
    cell, px = a_cell(panel)
    QTest.mouseClick(panel.view, LEFT, NOTHING, px)
    plane = panel.view.plane
    assert plane is not None
    expected = plane.codes(np.array([panel.view.point_of(cell)]))[0]
    assert driver.code == tuple(expected.tolist())
    assert panel.view.cross_hair.point == pytest.approx(panel.view.point_of(cell), abs=1e-6)
    driver.session.undo()
    assert driver.code == before


def test_adopting_leaves_the_other_dimensions_to_the_last_bit_and_the_map_as_it_is(
    panel: ManifoldPanel, driver: Driver
) -> None:
    across, up = plane_choice.columns(driver.session.document, driver.session.header)  # type: ignore[arg-type,misc]
    held = next(k for k in range(4) if k not in (across, up))
    driver.session.edit(lambda document: with_column(document, held, 0.1))  # float32 has no 0.1
    driver.until(lambda: not panel.view.canvas.missing())
    plane = panel.view.plane
    QTest.mouseClick(panel.view, LEFT, NOTHING, a_cell(panel)[1])
    assert driver.code[held] == 0.1
    assert panel.view.plane == plane
    assert panel.view.canvas.missing() == []


def test_moving_another_dimension_draws_the_map_anew(panel: ManifoldPanel, driver: Driver) -> None:
    across, up = plane_choice.columns(driver.session.document, driver.session.header)  # type: ignore[arg-type,misc]
    held = next(k for k in range(4) if k not in (across, up))
    driver.session.edit(lambda document: with_column(document, held, 2.0))
    assert panel.view.canvas.missing()
    driver.until(lambda: not panel.view.canvas.missing())


def test_dragging_the_cross_hair_is_one_undo_step(panel: ManifoldPanel, driver: Driver) -> None:
    before = driver.code
    at = panel.view.cross_hair.px(panel.view.viewport)
    assert at is not None
    start = at.toPoint()
    QTest.mousePress(panel.view, LEFT, NOTHING, start)
    for k in range(1, 6):
        QTest.mouseMove(panel.view, start + QPoint(20 * k, -9 * k))
    QTest.mouseRelease(panel.view, LEFT, NOTHING, start + QPoint(100, -45))
    after = panel.view.cross_hair.px(panel.view.viewport)
    assert after is not None
    assert (after.toPoint() - start - QPoint(100, -45)).manhattanLength() <= 2
    assert driver.code != before
    driver.session.undo()
    assert driver.code == before


def test_steered_out_of_the_plane_the_code_stays_within_reach(panel: ManifoldPanel, driver: Driver) -> None:
    panel.view.steered.emit((-5.0, 7.0))
    assert max(map(abs, driver.code)) < 3.4


def test_two_other_dimensions_are_a_click_and_can_be_undone(panel: ManifoldPanel, driver: Driver) -> None:
    before = panel.view.plane
    panel.chooser.sheet.columns_wanted.emit(3, 1)
    assert panel.view.plane is not None
    assert [axis.direction.index(1.0) for axis in panel.view.plane.axes] == [3, 1]
    assert panel.plane_button.text() == "z3 × z1"
    driver.session.undo()
    assert panel.view.plane == before


def test_linear_spacing_keeps_the_middle(panel: ManifoldPanel, driver: Driver) -> None:
    panel.view.zoom_by(4)
    panel.view.centre_on((0.25, 0.75))
    driver.click(panel.spacing)  # gives it the focus
    QTest.keyClick(panel.spacing, Qt.Key.Key_Right)
    assert driver.session.document.setting("manifold", "spacing", "") == "linear"
    assert panel.view.viewport.centre == pytest.approx((-0.674, 0.674), abs=0.02)


def test_three_pictures_span_a_plane_that_goes_through_them(panel: ManifoldPanel, driver: Driver) -> None:
    rng = np.random.default_rng(0)
    codes = [tuple(rng.standard_normal(4).astype(np.float32).tolist()) for _ in range(3)]
    panel.chooser.sheet.how_wanted.emit("anchors")
    assert panel.chooser.anchors.isVisible()
    header = driver.session.header
    assert header is not None
    for place, code in enumerate(codes):
        mime = QMimeData()
        text = code_json(driver.session.document.replace(code=code), header.space)
        mime.setData(CODE_MIME, text.encode())
        drop(panel.chooser.anchors.wells[place], mime)
    plane = panel.view.plane
    assert plane is not None
    assert max(plane.distance(np.array(code, np.float32)) for code in codes) < 1e-4
    driver.until(lambda: all(not well.image().isNull() for well in panel.chooser.anchors.wells))
    driver.until(lambda: not panel.view.canvas.missing())
    QTest.mouseClick(panel.view, LEFT, NOTHING, a_cell(panel)[1])
    assert plane.distance(np.array(driver.code, np.float32)) < 1e-4
    panel.chooser.anchors.closed.emit()
    assert panel.plane_button.text() != "A · B · C"
    assert not panel.chooser.anchors.isVisible()


def test_three_pictures_on_one_line_are_refused_in_a_sentence(panel: ManifoldPanel, driver: Driver) -> None:
    panel.chooser.sheet.how_wanted.emit("anchors")
    for place, value in enumerate((0.0, 1.0, 2.0)):
        code = (value,) * 4
        driver.session.edit(partial(Document.replace, code=code))
        panel.chooser.anchors.put.emit(place, None)
    assert "one line" in panel.banner.message()


def test_principal_directions_of_the_data_span_the_map(panel: ManifoldPanel, driver: Driver) -> None:
    panel.chooser.sheet.how_wanted.emit("principal")
    driver.until(lambda: panel.plane_button.text() == "PC 1 × PC 2")
    plane = panel.view.plane
    assert plane is not None
    assert np.dot(plane.across.direction, plane.up.direction) == pytest.approx(0, abs=1e-9)
    driver.until(lambda: not panel.view.canvas.missing())
    driver.session.undo()
    assert panel.plane_button.text() != "PC 1 × PC 2"


def test_the_view_is_saved_with_every_picture_from_the_reference_path(
    panel: ManifoldPanel, driver: Driver, models: Path, tmp_path: Path
) -> None:
    path = tmp_path / "map.png"
    panel.export.save(path)
    driver.until(path.exists)
    driver.until(lambda: "Saved" in panel.banner.message())
    opened = open_model(models / "digits-4d.safetensors")
    with Image.open(path) as image:
        told, sheet = json.loads(image.info["latent_studio_manifold"]), np.asarray(image)
    assert told["digest"] == opened.header.digest
    plane = told["plane"]
    assert sheet.shape == (8 * len(plane["up"]), 8 * len(plane["across"]))
    assert panel.view.plane is not None
    for row, column in ((0, 0), (2, 3)):
        point = np.array([[plane["across"][column], plane["up"][-1 - row]]])
        exact = reference(opened, panel.view.plane.codes(point)[0])
        assert np.array_equal(sheet[8 * row : 8 * row + 8, 8 * column : 8 * column + 8], exact)


def test_a_held_picture_is_carried_with_its_code(
    panel: ManifoldPanel, driver: Driver, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[tuple[np.ndarray, object]] = []
    monkeypatch.setattr(
        "latent_studio.app.widgets.carry.start_drag",
        lambda view, image, code: carried.append((to_array(image)[:, :, 0], code)),
    )
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: LEFT)
    cell, px = a_cell(panel)
    QTest.mousePress(panel.view, LEFT, NOTHING, px)
    driver.until(lambda: bool(carried))
    QTest.mouseRelease(panel.view, LEFT, NOTHING, px)
    picture, code = carried[0]
    opened = open_model(models / "digits-4d.safetensors")
    assert panel.view.plane is not None
    exact = panel.view.plane.codes(np.array([panel.view.point_of(cell)]))[0]
    assert np.array_equal(picture, reference(opened, exact))
    assert json.dumps(code).count(str(float(exact[0])))


def test_where_a_person_left_off_is_taken_up_again(open_window: Callable[..., Driver], panel: ManifoldPanel) -> None:
    panel.view.zoom_by(5)
    panel.view.centre_on((0.3, 0.6))
    told = json.loads(json.dumps(panel.workspace()))
    other = open_window()
    fresh = other.window.panels["manifold"]
    assert isinstance(fresh, ManifoldPanel)
    fresh.restore(told)
    panel_of(other)
    assert fresh.view.viewport.centre == pytest.approx((0.3, 0.6), abs=2 / panel.view.viewport.scale)
    assert fresh.view.viewport.scale == panel.view.viewport.scale


@pytest.mark.parametrize("told", [{}, {"model": 3}, {"centre": "x", "scale": None}, {"centre": [1], "scale": "nan"}])
def test_a_damaged_workspace_counts_for_nothing(panel: ManifoldPanel, told: dict[str, object]) -> None:
    before = panel.view.viewport
    panel.restore({"model": panel._model, "spacing": "quantile", **told})
    assert panel.view.viewport == before


def test_a_damaged_setting_counts_for_nothing(panel: ManifoldPanel, driver: Driver) -> None:
    key = driver.session.document.model.key  # type: ignore[union-attr]
    for settings in ({"how": "principal", "mean": [1, 2]}, {"how": "anchors"}, {"across": 99, "up": "x"}, {"how": 3}):
        change = partial(Document.with_setting, panel="manifold", model=key, **settings)
        driver.session.edit(change)
        assert panel.view.plane is not None


def test_go_to_takes_the_map_to_coordinates_or_to_the_current_code(panel: ManifoldPanel, driver: Driver) -> None:
    panel.view.zoom_by(4)
    panel.go_to.wanted.emit(0.2, 0.9)
    assert panel.view.viewport.centre == pytest.approx((0.2, 0.9), abs=0.01)
    panel.centre_on_code()
    assert panel.view.plane is not None
    (place,) = panel.view.plane.project(np.array([driver.code], np.float32))
    assert panel.view.viewport.centre == pytest.approx(tuple(place), abs=0.01)


def test_what_was_seen_is_not_decoded_again(panel: ManifoldPanel, driver: Driver) -> None:
    asked: list[ManifoldTiles] = []

    def note(answer: Answer) -> None:
        if isinstance(answer.request, ManifoldTiles) and answer.request not in asked:
            asked.append(answer.request)

    panel.view.zoom_by(4)
    driver.until(lambda: not panel.view.canvas.missing(2))
    driver.session.answered.connect(note)
    before = set(panel.view.canvas.missing(6))
    panel.view.pan_by(3 * panel.view.frame.side, 0)
    driver.until(lambda: bool(asked) and not panel.view.canvas.missing(2))
    cells = [cell for request in asked for cell in request.cells]
    assert cells
    assert set(cells) <= before


def test_newer_weights_have_everything_in_view_decoded_again(panel: ManifoldPanel, driver: Driver) -> None:
    asked: list[ManifoldTiles] = []
    driver.session.answered.connect(
        lambda answer: asked.append(answer.request) if isinstance(answer.request, ManifoldTiles) else None
    )
    driver.session.weights_settled.emit()
    driver.until(lambda: bool(asked))
    frame, plane = panel.view.frame, panel.view.plane
    assert plane is not None
    assert set(asked[0].cells) == set(frame.span(frame.everything()).within(frame.limits(plane)).cells())


def test_an_unseen_map_decodes_nothing(panel: ManifoldPanel, driver: Driver) -> None:
    driver.window.go_to("explore")
    asked: list[object] = []
    driver.session.answered.connect(lambda answer: asked.append(answer.request))
    panel.view.pan_by(500, 0)
    driver.session.weights_settled.emit()
    driver.until(lambda: bool(asked))
    assert not any(isinstance(request, ManifoldTiles) for request in asked)


def test_a_code_of_one_dimension_has_no_plane_and_the_panel_says_so(open_window: Callable[..., Driver]) -> None:
    driver = open_window("digits-1d")
    driver.window.go_to("manifold")
    panel = driver.window.panels["manifold"]
    assert isinstance(panel, ManifoldPanel)
    assert panel._pages.currentWidget() is panel._empty
    panel._empty.action_requested.emit()
    assert driver.window.panel.key == "explore"
