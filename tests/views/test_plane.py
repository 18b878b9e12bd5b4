"""Coordinates on a plane of the latent space."""

from __future__ import annotations

import pickle
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.views.plane import Plane, Spacing, over_columns, through, through_codes

DIM = 6
NORMAL = LatentSpace(factors=(Normal(name="z", shape=(DIM,)),))
MIXED = LatentSpace(factors=(Normal(name="z", shape=(2,)), Categorical(name="c", shape=(3,)), Uniform(name="u")))

codes = arrays(np.float32, DIM, elements=st.floats(-3, 3, width=32))
quantiles = arrays(np.float64, (5, 2), elements=st.floats(0.001, 0.999))
numbers = arrays(np.float64, (5, 2), elements=st.floats(-4, 4))
spacings = st.sampled_from(["quantile", "linear"])


def test_a_quantile_is_the_inverse_normal_cdf_in_float64_rounded_once() -> None:
    plane = over_columns(NORMAL, [0.5] * DIM, 1, 4)
    grid = np.stack(np.meshgrid(np.arange(1, 20) / 20, np.arange(1, 20) / 20), axis=-1).reshape(-1, 2)
    made = plane.codes(grid)
    exact = NormalDist().inv_cdf
    for column, k in ((1, 0), (4, 1)):
        assert np.array_equal(made[:, column], np.array([exact(float(u)) for u in grid[:, k]], np.float32))
    assert (made[:, [0, 2, 3, 5]] == np.float32(0.5)).all()


def test_a_uniform_dimension_spreads_evenly_between_its_bounds() -> None:
    plane = over_columns(MIXED, MIXED.neutral().tolist(), 0, 5)
    made = plane.codes(np.array([[0.5, 0.25], [0.5, 1.0]]))
    np.testing.assert_allclose(made[:, 5], [-0.5, 1.0])
    assert plane.spaced("linear").limits == ((-np.inf, np.inf), (-1.0, 1.0))


@given(codes, quantiles)
def test_what_lies_on_the_plane_is_projected_to_where_it_came_from(code: np.ndarray, points: np.ndarray) -> None:
    plane = over_columns(NORMAL, code.tolist(), 3, 0)
    np.testing.assert_allclose(plane.project(plane.codes(points)), points, atol=1e-6)


@given(codes, codes, codes, numbers, spacings)
def test_so_it_is_on_any_plane_through_three_codes(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, values: np.ndarray, spacing: Spacing
) -> None:
    plane = _plane_through(a, b, c, spacing)
    points = plane.points(values)
    np.testing.assert_allclose(plane.values(points), values, atol=1e-6)
    np.testing.assert_allclose(plane.values(plane.project(plane.codes(points))), values, atol=1e-4)


@given(codes, codes, codes, spacings)
def test_a_plane_through_three_codes_goes_through_all_of_them(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, spacing: Spacing
) -> None:
    plane = _plane_through(a, b, c, spacing)
    corners = np.stack([a, b, c])
    np.testing.assert_allclose(plane.codes(plane.project(corners)), corners, atol=1e-4)
    assert plane.distance(b) < 1e-4
    (left, right), (bottom, top) = plane.spaced("linear").home
    shadows = plane.spaced("linear").project(corners)
    assert left <= shadows[:, 0].min() <= shadows[:, 0].max() <= right
    assert bottom <= shadows[:, 1].min() <= shadows[:, 1].max() <= top
    assert plane.project(corners)[0, 0] <= plane.project(corners)[1, 0]  # across goes from the first to the second


def _plane_through(a: np.ndarray, b: np.ndarray, c: np.ndarray, spacing: Spacing) -> Plane:
    sides = np.stack([b - a, c - a]).astype(np.float64)
    assume(np.linalg.svd(sides, compute_uv=False)[1] > 0.05)
    assume(np.linalg.norm(sides, axis=1).min() > 0.05)
    return through_codes(NORMAL, [a.tolist(), b.tolist(), c.tolist()], spacing=spacing)


@given(codes, numbers)
def test_the_shadow_of_a_code_is_the_nearest_point_of_the_plane(code: np.ndarray, values: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    directions = rng.standard_normal((2, DIM))
    plane = through(NORMAL, [0.3] * DIM, directions.tolist(), ("a", "b"), "linear")
    shadow = plane.codes(plane.project(code[None]))[0].astype(np.float64)
    others = plane.codes(values).astype(np.float64)
    assert np.linalg.norm(code - shadow) <= np.linalg.norm(code - others, axis=1).min() + 1e-5
    np.testing.assert_allclose(plane.distance(code), np.linalg.norm(code - shadow), atol=1e-5)


def test_the_prior_along_a_slanting_direction_is_standard_normal() -> None:
    rng = np.random.default_rng(1)
    plane = through(NORMAL, [1.0] * DIM, rng.standard_normal((2, DIM)).tolist(), ("a", "b"))
    shares = np.sort(plane.project(rng.standard_normal((20_000, DIM)).astype(np.float32)), axis=0)
    expected = (np.arange(20_000) + 0.5) / 20_000
    assert np.abs(shares - expected[:, None]).max() < 0.02  # Kolmogorov's bound at 1e-6 is 0.019


def test_directions_through_bounded_dimensions_have_no_quantiles() -> None:
    directions = [[1.0, 0, 0, 0, 0, 1.0], [0, 1.0, 0, 0, 0, 0]]
    assert through(MIXED, [0.0] * 6, directions, ("a", "b"), "quantile").spacing == "linear"


def test_beyond_the_ends_of_the_quantiles_the_code_is_still_finite() -> None:
    plane = over_columns(NORMAL, [0.0] * DIM, 0, 1)
    assert np.isfinite(plane.codes(np.array([[0.0, 1.0], [-3.0, 9.0]]))).all()


def test_codes_on_one_line_span_no_plane() -> None:
    a, b = np.zeros(DIM), np.ones(DIM)
    with pytest.raises(StudioError, match="one line"):
        through_codes(NORMAL, [a.tolist(), b.tolist(), (2 * b).tolist()])
    with pytest.raises(StudioError, match="two different"):
        over_columns(NORMAL, a.tolist(), 2, 2)
    with pytest.raises(StudioError, match="chosen, not swept"):
        over_columns(MIXED, MIXED.neutral().tolist(), 0, 3)


def test_a_plane_travels_between_processes() -> None:
    plane = over_columns(MIXED, MIXED.neutral().tolist(), 0, 5)
    again = pickle.loads(pickle.dumps(plane))  # noqa: S301 - what this very test wrote
    assert again == plane
    assert hash(again) == hash(plane)
