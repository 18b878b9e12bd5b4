"""Dots land where they should, the nearest point is the nearest, and a line goes around what is inside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_studio.views.scatter import (
    INK,
    MIN_RADIUS,
    RADIUS,
    PointIndex,
    blank,
    dot_radius,
    draw_dots,
    inside,
    packed,
    stamp,
)

PALETTE = np.array([[255, 0, 0, 255], [0, 0, 255, 255], [0, 255, 0, 128]], np.uint8)


def drawn(px: list[tuple[float, float]], rows: list[int], radius: float = RADIUS, size: int = 31) -> NDArray[np.uint32]:
    image = blank(size, size)
    x, y = np.array(px, np.float64).reshape(-1, 2).T
    draw_dots(image, x, y, np.array(rows), PALETTE, radius)
    return image


def alpha(image: NDArray[np.uint32]) -> NDArray[np.unsignedinteger]:
    return image // np.uint32(1 << 24)


class TestDots:
    def test_one_point_gives_a_round_dot_around_the_px_it_lies_in(self) -> None:
        image = drawn([(15.7, 12.2)], [0])
        down, right = np.nonzero(image)
        assert (down.mean(), right.mean()) == (12, 15)
        distance = np.hypot(down - 12, right - 15)
        assert distance.max() < RADIUS + 0.5
        everywhere = np.hypot(*(np.mgrid[:31, :31] - np.array([12, 15])[:, None, None]))
        assert (alpha(image)[everywhere <= RADIUS - 0.5] == 255).all()
        assert np.array_equal(image[12 - 4 : 12 + 5, 15 - 4 : 15 + 5], image[12 - 4 : 12 + 5, 15 - 4 : 15 + 5].T)

    @pytest.mark.parametrize("radius", [1.25, 2.0, RADIUS, 5.6])
    def test_its_area_is_that_of_a_disc(self, radius: float) -> None:
        assert stamp(radius)[1].sum() == pytest.approx(np.pi * radius**2, rel=0.1)

    def test_it_has_the_colour_and_opacity_of_its_row(self) -> None:
        assert drawn([(15, 15)], [1])[15, 15] == 0xFF0000FF
        assert drawn([(15, 15)], [2])[15, 15] == 0x80008000  # green times alpha

    def test_the_later_of_two_in_one_place_is_seen(self) -> None:
        assert drawn([(15, 15), (15, 15)], [0, 1])[15, 15] == 0xFF0000FF
        assert drawn([(15, 15), (15, 15)], [1, 0])[15, 15] == 0xFFFF0000

    def test_neighbours_both_keep_their_middle(self) -> None:
        image = drawn([(14, 15), (17, 15)], [0, 1])
        assert (image[15, 14], image[15, 17]) == (0xFFFF0000, 0xFF0000FF)

    def test_a_crowd_is_no_more_opaque_than_one_dot(self) -> None:
        image = drawn([(15, 15)] * 50, [2] * 50)
        assert alpha(image).max() == 128

    def test_none_is_drawn_over_the_edge_or_outside(self) -> None:
        inner = (4.0, 4.0)
        image = drawn([inner, (0.0, 15.0), (15.0, 30.9), (-1e12, 3.0), (1e12, 1e12)], [0] * 5)
        assert np.array_equal(image, drawn([inner], [0]))

    def test_pixels_are_multiplied_by_their_alpha(self) -> None:
        assert packed(np.array([[200, 100, 50, 255]], np.uint8), 0.5).tolist() == [0x80643219]

    @given(st.integers(1, 10**6), st.floats(1e3, 1e7))
    def test_dots_shrink_so_that_they_never_cover_too_much(self, n: int, area: float) -> None:
        radius = dot_radius(n, area)
        assert MIN_RADIUS <= radius <= RADIUS
        assert radius == MIN_RADIUS or n * np.pi * radius**2 <= INK * area * (1 + 1e-9)


coordinates = st.floats(-10, 10, allow_subnormal=False).map(lambda value: round(value, 3))
places = st.tuples(coordinates, coordinates)


class TestNearest:
    @given(st.lists(places, min_size=1, max_size=60), places, st.floats(0.01, 30), st.randoms(use_true_random=False))
    def test_it_is_what_looking_at_all_of_them_gives(
        self, points: list[tuple[float, float]], at: tuple[float, float], reach: float, random: object
    ) -> None:
        array = np.array(points)
        shown = np.random.default_rng(len(points)).random(len(points)) < 0.7
        distances = np.where(shown, np.hypot(*(array - at).T), np.inf)
        found = PointIndex.of(array).nearest(*at, reach, shown)
        if distances.min() > reach + 1e-9:
            assert found is None
        elif distances.min() < reach - 1e-9:
            assert found is not None
            assert distances[found] == pytest.approx(distances.min())

    def test_nothing_is_near_where_there_are_no_points(self) -> None:
        assert PointIndex.of(np.zeros((0, 2))).nearest(0, 0, 1) is None

    def test_many_points_in_one_place_are_found(self) -> None:
        index = PointIndex.of(np.full((1000, 2), 0.25))
        assert index.nearest(0.25, 0.26, 0.02) is not None
        assert index.nearest(0.25, 0.28, 0.02) is None


def inside_one_by_one(point: tuple[float, float], polygon: list[tuple[float, float]]) -> bool:
    """The even-odd rule as it stands in textbooks."""
    (x, y), odd = point, False
    for (x0, y0), (x1, y1) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            odd = not odd
    return odd


class TestInside:
    @given(st.lists(places, max_size=40), st.lists(places, min_size=3, max_size=12))
    def test_it_is_the_even_odd_rule(
        self, points: list[tuple[float, float]], polygon: list[tuple[float, float]]
    ) -> None:
        found = inside(np.array(points).reshape(-1, 2), np.array(polygon))
        assert found.tolist() == [inside_one_by_one(point, polygon) for point in points]

    def test_a_line_that_crosses_itself_leaves_out_what_it_goes_around_twice(self) -> None:
        star = np.array([(np.sin(4 * np.pi * k / 5), np.cos(4 * np.pi * k / 5)) for k in range(5)])
        assert inside(np.array([(0.0, 0.0), (0.0, 0.8), (2.0, 0.0)]), star).tolist() == [False, True, False]

    def test_fewer_than_three_corners_go_around_nothing(self) -> None:
        assert not inside(np.zeros((3, 2)), np.array([(-1.0, 0.0), (1.0, 0.0)])).any()
