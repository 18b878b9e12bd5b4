"""The map under the hand: real wheel, mouse and key events."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latent_studio.app.mapping.map_view import HOLD_MS, MapView
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.studio.viewport import Points, Viewport
from latent_studio.views.manifold import step_of
from latent_studio.views.plane import over_columns

SPACE = LatentSpace(factors=(Normal(name="z", shape=(2,)),))
LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[MapView]:
    made = MapView()
    qtbot.addWidget(made)
    made.resize(800, 640)
    made.show()
    made.set_plane(over_columns(SPACE, [0.0, 0.0], 0, 1), "digest")
    yield made
    made.close()


def wheel(view: MapView, at: QPoint, notches: float) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton, NOTHING, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def under(view: MapView, at: QPoint) -> Points:
    return np.asarray(view.viewport.to_plane(np.array([[at.x(), at.y()]], np.float64))[0])


def test_at_first_the_plane_fills_the_view_and_fit_shows_all_of_it(view: MapView) -> None:
    assert view.viewport.centre == pytest.approx((0.5, 0.5), abs=0.01)
    assert view.zoom > 1
    QTest.keyClick(view, Qt.Key.Key_0)
    left, right, bottom, top = view.viewport.bounds
    assert left < 0 < 1 < right
    assert bottom < 0 < 1 < top


def test_the_wheel_zooms_at_the_pointer(view: MapView) -> None:
    at = QPoint(200, 500)
    for notches in (1, 1, 1, -2, 0.5, 4):
        before, scale = under(view, at), view.viewport.scale
        wheel(view, at, notches)
        assert (view.viewport.scale > scale) == (notches > 0)
        assert np.abs(under(view, at) - before).max() * view.viewport.scale < 1.0, "less than a px"


def test_small_turns_of_a_smooth_wheel_add_up(view: MapView) -> None:
    scale = view.viewport.scale
    for _ in range(60):
        wheel(view, QPoint(400, 320), 0.05)  # each far less than the next whole px of a picture
    assert view.viewport.scale / scale == pytest.approx(2.0, rel=0.03)


def test_nobody_zooms_out_of_sight_nor_beyond_what_float32_tells_apart(view: MapView) -> None:
    for _ in range(80):
        wheel(view, QPoint(400, 320), -3)
    assert view.viewport.scale > 200
    for _ in range(80):
        wheel(view, QPoint(400, 320), 3)
    plane = view.plane
    assert plane is not None
    step = step_of(view.frame.level)
    codes = plane.codes(np.array([[0.3, 0.5], [0.3 + step, 0.5]]))
    assert codes[0, 0] != codes[1, 0]


def test_dragging_takes_the_map_along_px_for_px(view: MapView) -> None:
    before = under(view, QPoint(300, 300))
    QTest.mousePress(view, LEFT, NOTHING, QPoint(300, 300))
    for k in range(1, 11):
        QTest.mouseMove(view, QPoint(300 + 12 * k, 300 - 7 * k))
    QTest.mouseRelease(view, LEFT, NOTHING, QPoint(420, 230))
    assert np.allclose(under(view, QPoint(420, 230)), before, atol=1e-9)


def test_a_drag_is_no_click_and_a_click_tells_the_point_of_the_picture(view: MapView, qtbot: QtBot) -> None:
    clicked: list[tuple[float, float]] = []
    view.clicked.connect(clicked.append)
    QTest.mousePress(view, LEFT, NOTHING, QPoint(300, 300))
    QTest.mouseMove(view, QPoint(360, 300))
    QTest.mouseRelease(view, LEFT, NOTHING, QPoint(360, 300))
    assert clicked == []
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(250, 410))
    (point,) = clicked
    here = under(view, QPoint(250, 410))
    step = step_of(view.frame.level)
    assert np.abs(here - point).max() <= step / 2 + 1 / view.viewport.scale
    assert all((value / step).is_integer() for value in point)


def test_beside_the_plane_there_is_nothing_to_click(view: MapView) -> None:
    clicked: list[tuple[float, float]] = []
    view.clicked.connect(clicked.append)
    view.fit()
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(5, 320))
    assert clicked == []


def test_the_middle_of_the_view_never_leaves_the_quantiles(view: MapView) -> None:
    for _ in range(40):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.viewport.centre[0] == pytest.approx(1.0, abs=0.01)


def test_arrows_pan_plus_and_minus_zoom(view: MapView) -> None:
    x, y = view.viewport.centre
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.viewport.centre[0] > x
    assert view.viewport.centre[1] > y
    scale = view.viewport.scale
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert view.viewport.scale / scale == pytest.approx(2**0.5, rel=0.03)
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert view.viewport.scale / scale == pytest.approx(1.0, rel=0.03)


def test_press_and_hold_asks_for_the_picture_to_be_carried_and_pans_no_more(view: MapView, qtbot: QtBot) -> None:
    before = view.viewport
    with qtbot.waitSignal(view.carry_requested, timeout=10 * HOLD_MS):
        QTest.mousePress(view, LEFT, NOTHING, QPoint(300, 300))
    QTest.mouseMove(view, QPoint(400, 300))
    clicked: list[object] = []
    view.clicked.connect(clicked.append)
    QTest.mouseRelease(view, LEFT, NOTHING, QPoint(400, 300))
    assert view.viewport == before
    assert clicked == []


def test_the_cross_hair_is_taken_by_its_handle(view: MapView) -> None:
    view.set_cross_hair((0.5, 0.5))
    x, y = view.viewport.to_px(np.array([[0.5, 0.5]]))[0]
    handle = QPoint(round(x), round(y))
    steered: list[tuple[float, float]] = []
    ended: list[bool] = []
    view.steered.connect(steered.append)
    view.steering_ended.connect(lambda: ended.append(True))
    before = view.viewport
    QTest.mousePress(view, LEFT, NOTHING, handle)
    QTest.mouseMove(view, handle + QPoint(40, 0))
    QTest.mouseRelease(view, LEFT, NOTHING, handle + QPoint(40, 0))
    assert view.viewport == before
    assert steered[-1] == pytest.approx(tuple(under(view, handle + QPoint(40, 0))))
    assert ended == [True]


class Layer:
    """Takes what lies left of the middle."""

    def __init__(self) -> None:
        self.clicks: list[QPointF] = []
        self.n_painted = self.n_left = 0

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self.n_painted += 1
        painter.translate(1000, 1000)  # nobody after it shall notice

    def hover(self, px: QPointF, viewport: Viewport) -> bool:
        return px.x() < 400

    def click(self, px: QPointF, viewport: Viewport) -> bool:
        self.clicks.append(px)
        return px.x() < 400

    def leave(self) -> None:
        self.n_left += 1


def test_a_layer_takes_clicks_before_the_pictures_the_topmost_first(view: MapView) -> None:
    below, above = Layer(), Layer()
    view.add_layer(below)
    view.add_layer(above)
    clicked: list[object] = []
    view.clicked.connect(clicked.append)
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(300, 300))
    assert (len(above.clicks), len(below.clicks), len(clicked)) == (1, 0, 0)
    QTest.mouseClick(view, LEFT, NOTHING, QPoint(500, 300))
    assert (len(above.clicks), len(below.clicks), len(clicked)) == (2, 1, 1)


def test_only_the_topmost_layer_that_takes_the_pointer_shows_a_card(view: MapView) -> None:
    below, above = Layer(), Layer()
    view.add_layer(below)
    view.add_layer(above)
    QTest.mouseMove(view, QPoint(300, 300))
    assert (below.n_left, above.n_left) == (1, 0)


class Tool:
    cursor = Qt.CursorShape.CrossCursor

    def __init__(self) -> None:
        self.events: list[str] = []

    def press(self, px: QPointF, viewport: Viewport) -> None:
        self.events.append("press")

    def move(self, px: QPointF, viewport: Viewport) -> None:
        self.events.append("move")

    def release(self, px: QPointF, viewport: Viewport) -> None:
        self.events.append("release")

    def cancel(self) -> None:
        self.events.append("cancel")

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Nothing."""


def test_a_tool_takes_the_hand_from_the_map_until_it_is_put_down(view: MapView) -> None:
    tool, before = Tool(), view.viewport
    view.set_tool(tool)
    QTest.mousePress(view, LEFT, NOTHING, QPoint(300, 300))
    QTest.mouseMove(view, QPoint(360, 300))
    QTest.mouseRelease(view, LEFT, NOTHING, QPoint(360, 300))
    assert tool.events == ["press", "move", "release"]
    assert view.viewport == before
    QTest.keyClick(view, Qt.Key.Key_Escape)
    view.set_tool(None)
    assert tool.events[3:] == ["cancel", "cancel"]


def test_a_resized_map_keeps_its_middle(view: MapView) -> None:
    view.zoom_by(3)
    view.pan_by(100, 50)
    centre, scale = view.viewport.centre, view.viewport.scale
    view.resize(1000, 500)
    assert view.viewport.centre == pytest.approx(centre, abs=1.01 / scale)
    assert view.viewport.scale == scale


def test_another_plane_is_shown_from_its_beginning_the_same_one_where_it_was(view: MapView) -> None:
    view.zoom_by(3)
    place = view.viewport
    view.set_plane(over_columns(SPACE, [0.0, 0.0], 0, 1), "newer")
    assert view.viewport == place
    view.set_plane(over_columns(SPACE, [0.0, 0.0], 1, 0), "newer")
    assert view.viewport.centre == pytest.approx((0.5, 0.5), abs=0.01)
