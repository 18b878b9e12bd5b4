"""Categories held against labels: closed forms, and what no order of rows or columns may change."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from latent_studio.metrics.clusters import Counts, error_rate, matched

SMALL = arrays(np.int64, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5), elements=st.integers(0, 50))
"""So few categories that every matching can be tried."""


@given(st.permutations(range(7)), st.lists(st.integers(1, 1000), min_size=7, max_size=7))
def test_categories_that_are_the_labels_in_another_order_err_nowhere(order: list[int], sizes: list[int]) -> None:
    counts = np.zeros((7, 7), np.int64)
    counts[range(7), order] = sizes
    found = matched(counts)
    assert found.label_of == tuple(order)
    assert [order[category] for category in found.order] == list(range(7))
    assert found.purity == (1.0,) * 7
    assert found.error == 0.0


def test_categories_that_know_nothing_are_as_good_as_guessing() -> None:
    found = matched(np.full((4, 4), 25))
    assert found.error == 0.75
    assert found.purity == (0.25,) * 4
    assert sorted(found.label_of, key=str) == [0, 1, 2, 3]


def test_the_whole_is_matched_best_and_not_each_category_for_itself() -> None:
    """Both prefer label 0; giving it to the first costs one picture less, although the second has more of it."""
    found = matched(np.array([[60, 10], [70, 30]]))
    assert found.label_of == (0, 1)
    assert found.error == pytest.approx(1 - 90 / 170)
    assert found.purity == pytest.approx((60 / 70, 30 / 100))
    assert matched(np.array([[60, 10], [70, 10]])).label_of == (1, 0)


def test_more_categories_than_labels_leave_the_least_use_over() -> None:
    found = matched(np.array([[0, 8], [3, 3], [9, 0]]))
    assert found.label_of == (1, None, 0)
    assert found.order == (2, 0, 1)
    assert found.purity == (1.0, 0.0, 1.0)
    assert found.error == 6 / 23
    assert [found.title(category, ("apple", "fig")) for category in range(3)] == ["fig · 100 %", "", "apple · 100 %"]


def test_more_labels_than_categories_leave_labels_over() -> None:
    found = matched(np.array([[0, 0, 5], [1, 4, 0]]))
    assert found.label_of == (2, 1)
    assert found.order == (1, 0)
    assert found.error == 0.1


def test_without_pictures_there_is_no_error_to_speak_of() -> None:
    found = matched(np.zeros((3, 3), np.int64))
    assert np.isnan(found.error)
    assert found.purity == (0.0, 0.0, 0.0)


def test_what_was_matched_on_some_pictures_can_be_measured_on_others() -> None:
    found = matched(np.array([[9, 1], [0, 10]]))
    assert found.error == 0.05
    assert error_rate(found.label_of, np.array([[3, 1], [2, 4]])) == 0.3
    assert error_rate((1, 0), np.array([[3, 1], [2, 4]])) == 0.7


@given(SMALL)
def test_no_matching_one_to_one_errs_less(counts: Counts) -> None:
    n, k = counts.shape
    taller = counts if n >= k else counts.T
    best = max(sum(taller[rows, range(min(n, k))]) for rows in permutations(range(max(n, k)), min(n, k)))
    found = matched(counts)
    if counts.sum():
        assert found.error == pytest.approx(1 - best / counts.sum())
    given_away = [label for label in found.label_of if label is not None]
    assert len(set(given_away)) == len(given_away) == min(n, k)


@given(SMALL, st.randoms(use_true_random=False))
def test_how_categories_and_labels_are_numbered_does_not_matter(counts: Counts, random: object) -> None:
    rng = np.random.default_rng(random.randrange(1 << 30))  # type: ignore[attr-defined]
    rows, columns = rng.permutation(counts.shape[0]), rng.permutation(counts.shape[1])
    found, other = matched(counts), matched(counts[rows][:, columns])
    assert other.error == pytest.approx(found.error, nan_ok=True)
    assert sorted(other.order) == sorted(found.order) == list(range(len(counts)))


@given(SMALL)
def test_a_picture_errs_or_has_its_category_s_label(counts: Counts) -> None:
    found = matched(counts)
    right = sum(share * size for share, size in zip(found.purity, counts.sum(1).tolist(), strict=True))
    if counts.sum():
        assert right / counts.sum() == pytest.approx(1 - found.error)
        assert error_rate(found.label_of, counts) == found.error
