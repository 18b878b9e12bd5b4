"""The viewport's two directions undo each other, and zooming keeps what is under the pointer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.studio.viewport import Viewport

near = st.floats(-1e3, 1e3)
viewports = st.builds(
    Viewport, st.tuples(near, near), st.floats(1e-2, 1e4), st.tuples(st.integers(1, 4000), st.integers(1, 4000))
)
pixels = st.tuples(st.floats(0, 4000), st.floats(0, 4000))


@given(viewports, pixels)
def test_px_to_plane_and_back(viewport: Viewport, px: tuple[float, float]) -> None:
    np.testing.assert_allclose(viewport.to_px(viewport.to_plane(np.array([px]))), [px], atol=1e-6 * viewport.scale)


@given(viewports, pixels, st.floats(0.1, 10))
def test_zooming_keeps_the_point_under_the_pointer(viewport: Viewport, px: tuple[float, float], factor: float) -> None:
    before = viewport.to_plane(np.array([px]))
    after = viewport.zoomed(factor, px).to_plane(np.array([px]))
    np.testing.assert_allclose(after, before, atol=1e-6)


@given(viewports, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_moves_every_point_by_as_many_px(viewport: Viewport, dx: float, dy: float) -> None:
    point = np.array([viewport.centre])
    moved = viewport.panned(dx, dy).to_px(point) - viewport.to_px(point)
    np.testing.assert_allclose(moved, [[dx, dy]], atol=1e-6 * max(viewport.scale, 1))


def test_y_points_up_and_the_bounds_are_the_corners() -> None:
    viewport = Viewport((1.0, 2.0), 10.0, (200, 100))
    assert viewport.bounds == (-9.0, 11.0, -3.0, 7.0)
    np.testing.assert_allclose(viewport.to_plane(np.array([[0.0, 0.0]])), [[-9.0, 7.0]])
