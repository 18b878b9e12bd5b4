"""Nearest training pictures, against brute force in float64 (exact there: all sums are whole numbers below 2⁵³)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from latent_studio.core.events import Progress
from latent_studio.views import neighbours
from latent_studio.views.neighbours import (
    FindCodes,
    FindPictures,
    Neighbours,
    nearest_pictures,
    verdict,
    yardstick_rows,
)

Levels = NDArray[np.uint8]
Found = TypeVar("Found")


def finished(search: Iterator[object]) -> Neighbours:
    """What a request gives last."""
    *_, last = search
    assert isinstance(last, Neighbours)
    return last


def run(queries: Levels, pictures: Levels, k: int, own: NDArray[np.intp] | None = None) -> tuple[object, object]:
    """Rows and squared distances, as lists."""
    search = nearest_pictures(queries, pictures, k, own)
    while True:
        try:
            next(search)
        except StopIteration as end:
            rows, squares = end.value
            return rows.tolist(), squares.tolist()


def brute_force(queries: Levels, pictures: Levels, k: int) -> tuple[object, object]:
    difference = queries[:, None].astype(np.float64) - pictures[None].astype(np.float64)
    squares = (difference**2).sum(2)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return order.tolist(), np.take_along_axis(squares, order, 1).astype(int).tolist()


@st.composite
def searches(draw: st.DrawFn) -> tuple[Levels, Levels, int]:
    """Queries, pictures and k; many pictures are equal or all but equal, at the bright end where floats are coarse."""
    d, n = draw(st.integers(1, 40)), draw(st.integers(1, 60))
    low = draw(st.sampled_from([0, 250]))
    levels = st.integers(low, 255)
    pictures = draw(arrays(np.uint8, (n, d), elements=levels))
    queries = draw(arrays(np.uint8, (draw(st.integers(1, 4)), d), elements=levels))
    return queries, pictures, draw(st.integers(1, 9))


@given(searches(), st.integers(1, 500))
def test_the_nearest_are_those_of_brute_force_in_whole_numbers(
    search: tuple[Levels, Levels, int], n_bytes: int
) -> None:
    queries, pictures, k = search
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(neighbours, "_CHUNK_BYTES", n_bytes)  # several chunks, the last one short
        assert run(queries, pictures, k) == brute_force(queries, pictures, k)


def test_large_bright_pictures_that_differ_in_one_level_are_told_apart() -> None:
    pictures = np.full((300, 12_288), 255, np.uint8)
    pictures[np.arange(300), np.arange(300) * 7] = 254 - (np.arange(300) % 50)[::-1]
    query = np.full((1, 12_288), 255, np.uint8)
    assert run(query, pictures, 8) == brute_force(query, pictures, 8)


def test_a_picture_of_the_set_is_not_its_own_neighbour() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (40, 9), dtype=np.uint8)
    own = np.arange(40)
    rows, _ = run(pictures, pictures, 1, own)
    squares = ((pictures[:, None].astype(int) - pictures[None]) ** 2).sum(2)
    squares[own, own] = 1 << 40
    assert rows == squares.argmin(1)[:, None].tolist()


def test_distances_are_those_of_pixels_in_zero_to_one_and_the_yardstick_is_a_median() -> None:
    rng = np.random.default_rng(1)
    pictures, sample = rng.integers(0, 256, (300, 3, 4, 5), dtype=np.uint8), rng.integers(0, 256, (4, 5, 3), np.uint8)
    found = finished(FindPictures(picture=sample, pictures=pictures, k=3).run())
    flat = pictures.transpose(0, 2, 3, 1).reshape(300, -1) / 255
    distances = np.linalg.norm(flat - sample.reshape(-1) / 255, axis=1)
    assert found.rows.tolist() == np.argsort(distances)[:3].tolist()
    assert found.distances == pytest.approx(np.sort(distances)[:3])
    assert (found.pictures == pictures[found.rows]).all()
    between = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    np.fill_diagonal(between, np.inf)
    assert found.yardstick == pytest.approx(np.median(between.min(1)[yardstick_rows(300)]))


def test_grey_pictures_come_without_a_channel() -> None:
    pictures = np.zeros((5, 1, 2, 2), np.uint8)
    pictures[3] = 200
    found = finished(FindPictures(picture=np.full((2, 2), 190, np.uint8), pictures=pictures, k=1, yardstick=1.0).run())
    assert found.rows.tolist() == [3]
    assert found.distances[0] == pytest.approx(2 * 10 / 255)


def test_what_is_found_comes_before_the_yardstick_is_known() -> None:
    pictures = np.arange(24, dtype=np.uint8).reshape(6, 1, 2, 2)
    request = FindPictures(picture=pictures[2, 0], pictures=pictures)
    told = [value for value in request.run() if not isinstance(value, Progress)]
    assert [isinstance(value, Neighbours) for value in told] == [True, True]
    first, second = told
    assert isinstance(first, Neighbours)
    assert isinstance(second, Neighbours)
    assert np.isnan(first.yardstick)
    assert second.yardstick == pytest.approx(np.sqrt(4 * 4**2) / 255)
    assert first.rows.tolist() == second.rows.tolist()
    assert len(first.rows) == 6  # there are no more


def test_a_set_of_one_picture_has_no_yardstick() -> None:
    one = np.zeros((1, 1, 2, 2), np.uint8)
    assert np.isnan(finished(FindPictures(picture=one[0, 0], pictures=one).run()).yardstick)


@given(arrays(np.float32, st.tuples(st.integers(2, 30), st.integers(1, 5)), elements=st.floats(-4, 4, width=32)))
def test_nearest_codes_are_those_of_brute_force(codes: NDArray[np.float32]) -> None:
    pictures = np.zeros((len(codes), 1, 1, 1), np.uint8)
    code = tuple(codes[0].tolist())
    found = finished(FindCodes(code=code, codes=codes, pictures=pictures, k=4).run())
    squares = ((codes.astype(np.float64)[:, None] - codes.astype(np.float64)[None]) ** 2).sum(2)
    assert found.rows.tolist() == np.argsort(squares[0], kind="stable")[:4].tolist()
    np.fill_diagonal(squares, np.inf)
    assert found.yardstick == pytest.approx(np.median(np.sqrt(squares.min(1))))


def test_the_sentence_tells_which_is_nearer() -> None:
    assert verdict(0.0, 4.0) == "It is a training picture, to the last pixel."
    assert verdict(0.0, 4.0, "codes") == "A training picture has this code."
    assert verdict(3.0, 4.0) == "Nearer (3.00) than training pictures typically are to each other (4.00)."
    assert verdict(5.0, 4.0) == "No nearer (5.00) than training pictures typically are to each other (4.00)."
    assert verdict(5.0, float("nan")) == ""
