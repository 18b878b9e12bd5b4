"""Distances within a set, where they are known by heart."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from latent_studio.data.pixel_store import at_once
from latent_studio.metrics.spread import ROWS, Distances, are_duplicates, distances, relative_spread


def of(points: Tensor) -> Distances:
    return at_once(distances(points))


def normal(n: int, d: int = 40, seed: int = 0) -> Tensor:
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_the_corners_of_a_simplex_are_all_equally_far() -> None:
    found = of(torch.eye(250))
    assert found.mean == pytest.approx(2**0.5, rel=1e-6)
    torch.testing.assert_close(found.nearest, torch.full((250,), 2**0.5))


def test_on_a_line_the_mean_and_the_nearest_are_known() -> None:
    n = 2 * ROWS + 50  # the last piece is shorter
    found = of(torch.arange(n, dtype=torch.float32)[:, None])
    assert found.mean == pytest.approx((n + 1) / 3)
    assert torch.equal(found.nearest, torch.ones(n))
    assert (found.partner - torch.arange(n)).abs().max() == 1


def test_it_tells_how_far_it_is() -> None:
    assert list(distances(normal(2 * ROWS + 1))) == [ROWS, 2 * ROWS, 2 * ROWS + 1]


def test_samples_half_as_wide_have_half_the_spread_and_equal_ones_none() -> None:
    data = of(normal(300))
    assert relative_spread(of(0.5 * normal(300, seed=1)), data) == pytest.approx(0.5, rel=0.03)
    assert relative_spread(of(torch.ones(300, 40)), data) == pytest.approx(0, abs=1e-3)


def test_copies_are_duplicates_and_independent_points_are_not() -> None:
    data, samples = of(normal(300)), normal(300, seed=1)
    assert not are_duplicates(of(samples), data).any()
    copied = samples.clone()
    copied[200:250] = copied[:50] + 1e-3 * normal(50, seed=2)
    found = are_duplicates(of(copied), data)
    assert torch.equal(found, (torch.arange(300) < 50) | ((torch.arange(300) >= 200) & (torch.arange(300) < 250)))
    assert torch.equal(of(copied).partner[:50], torch.arange(200, 250))
