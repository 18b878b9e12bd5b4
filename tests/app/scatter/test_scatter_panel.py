"""The data over the map, with the hand: look closer, adopt, hide, draw around, and undo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from latent_studio.app.panels.manifold import ManifoldPanel
from latent_studio.app.scatter.legend import Legend
from latent_studio.app.scatter.scatter import Scatter
from latent_studio.app.scatter.settings import choices_of, with_choice
from latent_studio.app.widgets.pixels import to_array
from latent_studio.engine.errands import DataMissingError
from latent_studio.studio.viewport import Viewport
from latent_studio.views.embedding import part_of
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver

ALT = Qt.KeyboardModifier.AltModifier


class Hand:
    """An open Manifold panel whose points have come."""

    def __init__(self, driver: Driver) -> None:
        self.driver, self.session = driver, driver.session
        driver.window.go_to("manifold")
        panel = driver.window.panels["manifold"]
        assert isinstance(panel, ManifoldPanel)
        self.panel, self.view, self.scatter = panel, panel.view, panel.scatter
        self.legend: Legend = self.scatter.legend
        self.wait_for_points()
        self.look_at_them()

    def look_at_them(self) -> None:
        """Zoom until the points fill the left of the map, beside the legend."""
        placed, (width, height) = self.scatter.cloud.placed, self.view.viewport.size
        assert placed is not None
        (left, bottom), (right, top) = placed.points.min(axis=0).tolist(), placed.points.max(axis=0).tolist()
        scale = min(0.5 * width / (right - left), 0.7 * height / (top - bottom))
        centre = ((left + right) / 2 + 0.15 * width / scale, (bottom + top) / 2)
        self.view.set_viewport(Viewport(centre, scale, (width, height)))

    def wait_for_points(self, split: str = "test") -> None:
        self.driver.until(lambda: self.has_all(split))

    def has_all(self, split: str) -> bool:
        codes, placed = self.scatter.codes.current, self.scatter.cloud.placed
        is_whole = codes is not None and codes.is_whole and codes.rows.split == split
        return is_whole and placed is not None and codes is not None and placed.codes is codes.codes

    def px_of(self, index: int) -> QPoint:
        placed = self.scatter.cloud.placed
        assert placed is not None
        x, y = self.view.viewport.to_px(placed.points[index : index + 1])[0].tolist()
        return QPointF(x, y).toPoint()

    def lonely_point(self) -> int:
        """A point in view that is the nearest one to the whole px it lies at, away from what lies over the map."""
        placed = self.scatter.cloud.placed
        assert placed is not None
        width, height = self.view.viewport.size
        px = self.view.viewport.to_px(placed.points)
        free = (px[:, 0] > 20) & (px[:, 0] < width / 2) & (px[:, 1] > 40) & (px[:, 1] < height - 80)
        for index in np.flatnonzero(free).tolist():
            at = self.px_of(index)
            if self.scatter.layer.index_at(QPointF(at), self.view.viewport) == index and self.is_off_the_handle(at):
                return int(index)
        raise AssertionError("no point is free")

    def is_off_the_handle(self, at: QPoint) -> bool:
        here = self.view.cross_hair.px(self.view.viewport)
        return here is None or (here - QPointF(at)).manhattanLength() > 40

    def legend_row(self, kind: str, number: int) -> QPoint:
        item = next(item for item in self.legend._items if (item.kind, item.number) == (kind, number))
        return self.legend._area(item).center().toPoint()

    def click_legend(self, kind: str, number: int, modifier: Qt.KeyboardModifier = NOTHING) -> None:
        QTest.mouseClick(self.legend, LEFT, modifier, self.legend_row(kind, number))

    def draw_around(self, corners: list[QPoint]) -> None:
        QTest.mousePress(self.view, LEFT, NOTHING, corners[0])
        for corner in corners[1:]:
            QTest.mouseMove(self.view, corner)
        QTest.mouseRelease(self.view, LEFT, NOTHING, corners[-1])


@pytest.fixture
def hand(driver: Driver) -> Hand:
    return Hand(driver)


def circle(hand: Hand) -> list[QPoint]:
    width, height = hand.view.viewport.size
    return [
        QPoint(round(width * (0.35 + 0.15 * np.cos(a))), round(height * (0.5 + 0.3 * np.sin(a))))
        for a in np.linspace(0, 2 * np.pi, 40)
    ]


class TestPoints:
    def test_the_test_part_lies_over_the_map_where_its_codes_are(self, hand: Hand) -> None:
        placed, plane = hand.scatter.cloud.placed, hand.view.plane
        assert placed is not None
        assert plane is not None
        assert placed.points == pytest.approx(plane.project(placed.codes))
        assert len(placed.codes) == part_of(placed.rows.images, "test").n

    def test_they_are_seen(self, hand: Hand) -> None:
        hand.panel.session.edit(with_choice(opacity=1.0))
        index = hand.lonely_point()
        at = hand.px_of(index)
        image = to_array(hand.view.grab().toImage())
        tint = hand.scatter.cloud.tint(index)
        ratio = hand.view.devicePixelRatioF()
        seen = image[round(at.y() * ratio) - 1 : round(at.y() * ratio) + 2, round(at.x() * ratio)]
        assert [tint.red(), tint.green(), tint.blue()] in seen.tolist()

    def test_hovering_tells_what_a_point_is(self, hand: Hand) -> None:
        index = hand.lonely_point()
        QTest.mouseMove(hand.view, hand.px_of(index))
        known = hand.scatter.layer.card.known
        assert known is not None
        placed = hand.scatter.cloud.placed
        assert placed is not None
        assert known.where == f"test · {index:,}"
        images = placed.rows.images
        assert images.labels is not None
        assert known.what == images.label_names[images.labels[images.n_train + index]]
        hand.driver.until(lambda: hand.scatter.layer.card.known.original is not None)  # type: ignore[union-attr]
        hand.driver.until(lambda: hand.scatter.layer.card.known.decoded is not None)  # type: ignore[union-attr]
        known = hand.scatter.layer.card.known
        assert known is not None
        assert known.original is not None
        assert np.array_equal(known.original, images.pixels[images.n_train + index, 0])
        QTest.mouseMove(hand.view, QPoint(2, 2))
        QTest.mouseMove(hand.view, QPoint(3, hand.view.height() - 2))
        assert hand.scatter.layer.card.known is None or hand.scatter.layer.card.known.where != f"test · {index:,}"

    def test_a_click_adopts_the_code_in_one_undo_step(self, hand: Hand) -> None:
        before, index = hand.session.document, hand.lonely_point()
        placed = hand.scatter.cloud.placed
        assert placed is not None
        QTest.mouseClick(hand.view, LEFT, NOTHING, hand.px_of(index))
        assert hand.driver.code == tuple(placed.codes[index].tolist())
        hand.session.undo()
        assert hand.session.document == before

    def test_another_part_takes_its_place(self, hand: Hand) -> None:
        hand.session.edit(with_choice(split="train"))
        hand.wait_for_points("train")
        assert hand.scatter.bar.choice.text() == "training, by digit"

    def test_switched_off_there_are_none(self, hand: Hand) -> None:
        at = hand.px_of(hand.lonely_point())
        hand.scatter.bar.switch.click()  # a mouse that rests there would bring up its tip
        assert not choices_of(hand.session.document).is_on
        assert not hand.legend.isVisible()
        QTest.mouseMove(hand.view, at)
        assert hand.scatter.layer.card.known is None
        hand.session.undo()
        hand.wait_for_points()
        assert hand.legend.isVisible()

    def test_contours_come_and_go(self, hand: Hand) -> None:
        hand.session.edit(with_choice(contours="class"))
        hand.driver.until(lambda: len(hand.scatter.cloud.dots._lines) == 10)
        dark = set(hand.scatter.cloud.dots._lines)
        hand.driver.window.set_theme("light")
        hand.driver.until(lambda: dark.isdisjoint(hand.scatter.cloud.dots._lines))
        hand.session.edit(with_choice(contours="all"))
        hand.driver.until(lambda: len(hand.scatter.cloud.dots._lines) == 1)
        hand.session.edit(with_choice(contours="none"))
        assert not hand.scatter.cloud.dots._lines


class TestLegend:
    def test_it_counts_the_pictures_of_each_class(self, hand: Hand) -> None:
        placed = hand.scatter.cloud.placed
        assert placed is not None
        images = placed.rows.images
        assert images.labels is not None
        counts = np.bincount(images.labels[images.test], minlength=10).tolist()
        assert [(row.name, row.n) for row in hand.legend.contents.classes] == [
            (str(k), n) for k, n in enumerate(counts)
        ]

    def test_a_click_hides_a_class_and_undo_shows_it(self, hand: Hand) -> None:
        index = hand.lonely_point()
        placed = hand.scatter.cloud.placed
        assert placed is not None
        row = int(placed.colouring.rows[index])
        hand.click_legend("class", row)
        assert choices_of(hand.session.document).hidden == {row}
        assert hand.scatter.layer.index_at(QPointF(hand.px_of(index)), hand.view.viewport) != index
        hand.session.undo()
        assert hand.scatter.layer.index_at(QPointF(hand.px_of(index)), hand.view.viewport) == index

    def test_alt_click_isolates_and_once_more_brings_all_back(self, hand: Hand) -> None:
        hand.click_legend("class", 3, ALT)
        assert choices_of(hand.session.document).hidden == set(range(10)) - {3}
        hand.click_legend("class", 3, ALT)
        assert choices_of(hand.session.document).hidden == set()

    def test_the_keyboard_reaches_every_class(self, hand: Hand) -> None:
        hand.legend.setFocus()
        QTest.keyClick(hand.legend, Qt.Key.Key_Down)
        QTest.keyClick(hand.legend, Qt.Key.Key_Down)
        QTest.keyClick(hand.legend, Qt.Key.Key_Space)
        assert choices_of(hand.session.document).hidden == {1}

    def test_it_never_reaches_below_the_map(self, hand: Hand) -> None:
        hand.driver.window.resize(900, 360)
        hand.driver.until(lambda: hand.legend.geometry().bottom() < hand.view.height() - 20)


class TestLasso:
    def test_what_it_goes_around_is_kept_as_a_group(self, hand: Hand) -> None:
        hand.driver.click(hand.scatter.bar.lasso)
        corners = circle(hand)
        hand.draw_around(corners)
        (group,) = hand.session.document.groups
        placed = hand.scatter.cloud.placed
        assert placed is not None
        px = hand.view.viewport.to_px(placed.points)
        width, height = hand.view.viewport.size
        distance = np.hypot((px[:, 0] / width - 0.35) / 0.15, (px[:, 1] / height - 0.5) / 0.3)
        found = set(group.indices)
        assert set(np.flatnonzero(distance < 0.97).tolist()) <= found
        assert not found & set(np.flatnonzero(distance > 1.03).tolist())
        assert (group.split, group.data) == ("test", placed.rows.images.name)
        assert group.indices == tuple(sorted(group.indices))
        assert hand.view.tool is None

    def test_hidden_classes_stay_outside(self, hand: Hand) -> None:
        hand.click_legend("class", 0, ALT)
        hand.driver.click(hand.scatter.bar.lasso)
        hand.draw_around(circle(hand))
        placed = hand.scatter.cloud.placed
        assert placed is not None
        for group in hand.session.document.groups:
            assert set(placed.colouring.rows[list(group.indices)].tolist()) <= {0}

    def test_a_group_is_named_shown_deleted_and_all_of_it_undone(self, hand: Hand) -> None:
        hand.driver.click(hand.scatter.bar.lasso)
        hand.draw_around(circle(hand))
        QTest.keyClicks(hand.legend._editor, "sloping ones")
        QTest.keyClick(hand.legend._editor, Qt.Key.Key_Return)
        assert [group.name for group in hand.session.document.groups] == ["sloping ones"]
        assert choices_of(hand.session.document).group == "sloping ones"
        hand.click_legend("group", 0)
        assert choices_of(hand.session.document).group == ""
        hand.legend.setFocus()
        QTest.keyClick(hand.legend, Qt.Key.Key_Delete)
        assert not hand.session.document.groups
        hand.session.undo()
        assert [group.name for group in hand.session.document.groups] == ["sloping ones"]
        hand.session.undo()
        hand.session.undo()
        assert [group.name for group in hand.session.document.groups] == ["group"]
        hand.session.undo()
        assert not hand.session.document.groups

    def test_escape_gives_the_line_up_and_then_the_lasso(self, hand: Hand) -> None:
        hand.view.setFocus()
        QTest.keyClick(hand.view, Qt.Key.Key_L)
        assert hand.view.tool is hand.scatter.lasso
        corners = circle(hand)
        QTest.mousePress(hand.view, LEFT, NOTHING, corners[0])
        for corner in corners:
            QTest.mouseMove(hand.view, corner)
        QTest.keyClick(hand.view, Qt.Key.Key_Escape)
        QTest.mouseRelease(hand.view, LEFT, NOTHING, corners[-1])
        assert not hand.session.document.groups


def test_a_model_without_an_encoder_says_so(open_window: Open) -> None:
    hand = Hand(open_window())
    header = hand.session.header
    assert header is not None
    hand.session._headers[hand.session._header_key] = header.model_copy(update={"capabilities": ("Decodes",)})
    hand.session.model_changed.emit(hand.session.header)
    assert "no encoder" in hand.scatter.bar.switch.toolTip()
    assert not hand.legend.isVisible()


def test_data_that_are_elsewhere_are_asked_for_and_come_once_they_are_located(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise DataMissingError("The data of this model (digits) are not there: locate them.")

    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("latent_studio.app.model_data.training_set", missing)
        driver.window.go_to("manifold")
        panel = driver.window.panels["manifold"]
        assert isinstance(panel, ManifoldPanel)
        legend = panel.scatter.legend
        driver.until(lambda: bool(legend.contents.action))
        assert "locate" in legend.contents.note
        assert not legend.contents.classes
    panel.scatter.picker.missing_changed.emit(False)
    hand = Hand(driver)
    assert hand.legend.contents.action == ""
    assert len(hand.legend.contents.classes) == 10


def test_points_leave_with_the_panel_and_come_back(hand: Hand) -> None:
    hand.driver.window.go_to("explore")
    hand.driver.window.go_to("manifold")
    hand.wait_for_points()
    assert isinstance(hand.scatter, Scatter)


def test_another_model_brings_points_of_its_own(open_window: Open, caplog: pytest.LogCaptureFixture) -> None:
    hand = Hand(open_window())
    hand.driver.window.go_to("explore")
    model = hand.session.document.model
    assert model is not None
    other = str(Path(model.key).with_name("digits-1d.safetensors"))
    hand.session.open_model(other)
    hand.driver.until(lambda: hand.session.header is not None and hand.session.header.space.dim == 1)
    hand.driver.window.go_to("manifold")
    hand.driver.window.go_to("explore")
    hand.session.open_model(model.key)
    hand.driver.until(lambda: hand.session.header is not None and hand.session.header.space.dim == 4)
    hand.driver.window.go_to("manifold")
    hand.wait_for_points()
    placed = hand.scatter.cloud.placed
    assert placed is not None
    assert placed.codes.shape[1] == 4
    assert "failed" not in caplog.text
