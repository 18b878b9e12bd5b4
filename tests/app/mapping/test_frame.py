"""The lattice on the screen."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from latent_studio.app.mapping.frame import FINEST_LEVEL, SMALLEST_PX, Frame, snapped
from latent_studio.core.latent import LatentSpace, Normal, Uniform
from latent_studio.studio.viewport import Viewport
from latent_studio.views.manifold import step_of
from latent_studio.views.plane import over_columns

scales = st.floats(20.0, 1e7)
ratios = st.sampled_from([1.0, 1.25, 1.5, 2.0])
places = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


@given(places, scales, ratios)
def test_a_picture_is_a_whole_number_of_px_between_40_and_80(
    centre: tuple[float, float], scale: float, ratio: float
) -> None:
    frame = Frame.of(Viewport(centre, scale, (801, 640)), ratio)
    assert round(SMALLEST_PX * ratio) <= frame.side
    if frame.level < FINEST_LEVEL:
        assert frame.side < 2 * round(SMALLEST_PX * ratio)


@given(places, scales, ratios)
def test_what_is_shown_is_what_was_asked_for_to_half_a_px_and_two_percent(
    centre: tuple[float, float], scale: float, ratio: float
) -> None:
    asked = Viewport(centre, scale, (800, 640))
    shown = Frame.of(asked, ratio).viewport
    assert abs(shown.scale / scale - 1) < 0.02
    moved = (np.array(shown.centre) - centre) * shown.scale * ratio
    assert np.abs(moved).max() <= 0.5 + 1e-3
    assert snapped(scale, ratio) == shown.scale


@given(places, scales, ratios)
def test_showing_what_is_shown_changes_nothing(centre: tuple[float, float], scale: float, ratio: float) -> None:
    frame = Frame.of(Viewport(centre, scale, (800, 640)), ratio)
    assert Frame.of(frame.viewport, ratio) == frame


@given(places, scales, st.integers(-500, 500), st.integers(-500, 500))
def test_panning_by_whole_px_shifts_the_lattice_by_exactly_so_many(
    centre: tuple[float, float], scale: float, dx: int, dy: int
) -> None:
    frame = Frame.of(Viewport(centre, scale, (800, 640)), 1.0)
    panned = Frame.of(frame.viewport.panned(dx, dy), 1.0)
    assert (panned.x - frame.x, panned.y - frame.y) == (dx, dy)
    assert (panned.level, panned.side) == (frame.level, frame.side)


@given(places, scales, st.integers(0, 799), st.integers(0, 639))
def test_a_px_lies_in_the_rectangle_of_its_cell(centre: tuple[float, float], scale: float, x: int, y: int) -> None:
    frame = Frame.of(Viewport(centre, scale, (800, 640)), 1.0)
    assert frame.rect(frame.cell_at(x, y)).contains(x, y)
    span = frame.span(QRect(x, y, 1, 1))
    assert span.cells() == [frame.cell_at(x, y)]


def test_the_middle_of_a_picture_is_the_point_that_it_shows() -> None:
    frame = Frame.of(Viewport((0.4, 0.6), 900.0, (800, 640)), 1.0)
    for cell in ((3, 11), (7, 8)):
        middle = frame.rect(cell).center()
        point = frame.viewport.to_plane(np.array([[middle.x(), middle.y()]], np.float64))[0]
        np.testing.assert_allclose(point, np.array(cell) * step_of(frame.level), atol=1.01 / frame.viewport.scale)


def test_quantiles_end_before_0_and_1_and_bounds_are_kept() -> None:
    space = LatentSpace(factors=(Normal(name="z"), Uniform(name="u", low=-0.5, high=1.0)))
    plane = over_columns(space, [0.0, 0.0], 0, 1)
    frame = Frame.of(Viewport((0.5, 0.5), 400.0, (800, 640)), 1.0)  # pictures at every eighth
    span = frame.limits(plane)
    assert (span.left, span.right, span.bottom, span.top) == (1, 7, 1, 7)
    span = frame.limits(plane.spaced("linear"))
    assert (span.bottom, span.top) == (-4, 8)
    assert span.left < -1000 < 1000 < span.right
