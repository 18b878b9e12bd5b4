"""What each side of a comparison shows, in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.views.comparing import (
    DecodeFilm,
    PreviewSide,
    SidePicture,
    WantedCode,
    alike,
    between,
    difference,
    moved,
)
from tests.views.factor_models import SPACE, CodeAsPicture, opened

NORMAL = LatentSpace(factors=(Normal(name="z", shape=(3,)),))
numbers = st.lists(st.floats(-3, 3, width=32), min_size=3, max_size=3).map(tuple)


def test_a_side_without_a_code_of_its_own_follows_the_sliders() -> None:
    assert WantedCode((1.0, 2.0, 3.0), NORMAL).settle(NORMAL) == ((1.0, 2.0, 3.0), "current")


@given(numbers, numbers, numbers)
def test_linked_a_code_of_its_own_keeps_its_difference(
    kept: tuple[float, ...], at: tuple[float, ...], current: tuple[float, ...]
) -> None:
    code, source = WantedCode(current, NORMAL, kept, at).settle(NORMAL)
    assert source == "kept"
    assert np.subtract(code, current) == pytest.approx(np.subtract(kept, at), abs=1e-5)


@given(numbers, numbers, numbers)
def test_unlinked_it_stays_where_it_is(
    kept: tuple[float, ...], at: tuple[float, ...], current: tuple[float, ...]
) -> None:
    assert WantedCode(current, NORMAL, kept, at, is_linked=False).settle(NORMAL) == (kept, "kept")


def test_a_code_that_did_not_move_is_left_to_the_bit() -> None:
    code = (0.1, -0.7, 1e-8)
    assert moved(NORMAL, code, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)) == code


def test_a_category_goes_where_the_sliders_went_and_else_stays() -> None:
    start = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    own = (1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.5)
    other = (0.5, 0.0, 1.0, 0.0, 0.0, 0.0, 2.0)
    assert moved(SPACE, own, start, other) == pytest.approx((1.5, 0, 0, 0, 0, 1, 2.0))  # tilt ends at 2
    other = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0)
    assert moved(SPACE, own, start, other) == pytest.approx((1.0, 0, 0, 1, 0, 0, 1.5))


def test_in_another_space_the_sliders_move_nothing() -> None:
    wanted = WantedCode((1.0, 2.0), LatentSpace(factors=(Normal(name="z", shape=(2,)),)))
    assert wanted.settle(NORMAL) == ((0.0, 0.0, 0.0), "own")
    kept = WantedCode((1.0, 2.0), LatentSpace(factors=(Normal(name="z", shape=(2,)),)), (3.0, 2.0, 1.0), (0.0, 0.0))
    assert kept.settle(NORMAL) == ((3.0, 2.0, 1.0), "kept")


def test_spaces_are_alike_by_what_their_numbers_are() -> None:
    assert alike(NORMAL, LatentSpace(factors=(Normal(name="other", shape=(3,)),)))
    assert not alike(NORMAL, LatentSpace(factors=(Uniform(name="z", shape=(3,)),)))
    assert not alike(
        LatentSpace(factors=(Uniform(name="u", low=0.0),)), LatentSpace(factors=(Uniform(name="u", low=-1.0),))
    )
    a, b = (LatentSpace(factors=(Categorical(name="c", shape=(2,), labels=x),)) for x in (("a", "b"), ("c", "d")))
    assert alike(a, b)


def test_the_difference_is_the_mean_of_the_absolute_levels() -> None:
    a, b = np.array([[0, 255], [10, 20]], np.uint8), np.array([[255, 0], [10, 71]], np.uint8)
    found = difference(a, b)
    assert found is not None
    assert found.picture.tolist() == [[255, 255], [0, 51]]
    assert found.mean == pytest.approx((1 + 1 + 0 + 0.2) / 4)
    other = difference(b, a)
    assert other is not None
    assert other.mean == found.mean


def test_grey_beside_colour_counts_for_each_channel_and_other_sizes_for_nothing() -> None:
    grey, red = np.full((2, 2), 255, np.uint8), np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 255
    found = difference(grey, red)
    assert found is not None
    assert found.mean == pytest.approx(2 / 3)
    assert difference(grey, np.zeros((3, 2), np.uint8)) is None


def test_the_way_from_a_to_b_is_spherical_and_meets_both_ends_to_the_bit() -> None:
    a, b = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)
    codes = between(NORMAL, a, b, 5)
    assert codes[0].tolist() == list(a)
    assert codes[-1].tolist() == list(b)
    assert np.linalg.norm(codes, axis=1) == pytest.approx(1.0, abs=1e-6)
    angles = np.arccos(np.clip(np.einsum("nd,nd->n", codes[1:], codes[:-1]), -1, 1))
    assert angles == pytest.approx(np.pi / 8, abs=1e-5)


def test_a_side_is_answered_with_its_own_header_and_the_code_that_it_shows() -> None:
    model = opened(CodeAsPicture())
    current = (1.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.5)
    (value,) = PreviewSide(slot="compare a", model="", wanted=WantedCode(current, SPACE)).answer(model)
    assert isinstance(value, SidePicture)
    assert (value.code, value.source, value.header) == (current, "current", model.header)


def test_a_film_grows_to_its_whole_length() -> None:
    codes = tuple((float(k), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0) for k in range(-3, 4))
    *_, last = DecodeFilm(slot="film", model="", codes=codes).answer(opened(CodeAsPicture()))
    assert [round(float(p[0, 0]) / 255 * 8 - 4) for p in last.pictures] == [-3, -2, -1, 0, 1, 2, 3]
