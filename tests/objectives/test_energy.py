"""Distances of samples against closed forms and another library."""

from __future__ import annotations

import pytest
import torch
from scipy.stats import energy_distance as by_scipy

from latent_studio.objectives.energy import energy_distance, mean_distance


def test_it_is_what_scipy_finds_but_without_its_bias() -> None:
    """In one dimension SciPy's is the root of ours, as a V-statistic (a point is a neighbour of itself)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(400, 1, generator=generator, dtype=torch.float64)
    y = torch.randn(400, 1, generator=generator, dtype=torch.float64) * 2 + 1
    squared = by_scipy(x.flatten().numpy(), y.flatten().numpy()) ** 2
    bias = float(mean_distance(x).mean() + mean_distance(y).mean()) / 400
    assert float(energy_distance(x, y).mean()) == pytest.approx(squared - bias, rel=1e-9)


def test_equal_distributions_are_at_no_distance_on_average() -> None:
    generator = torch.Generator().manual_seed(0)
    found = [
        float(energy_distance(*(torch.randn(50, 3, generator=generator) for _ in range(2))).mean()) for _ in range(200)
    ]
    mean = sum(found) / 200
    assert abs(mean) < 3 * torch.tensor(found).std() / 200**0.5


def test_two_points_apart() -> None:
    x, y = torch.zeros(10, 2), torch.tensor([[3.0, 4.0]]).expand(10, 2)
    assert float(energy_distance(x, y).mean()) == pytest.approx(10.0)
    assert float(mean_distance(y).mean()) == pytest.approx(0.0)


def test_the_mean_distance_of_a_lone_point_is_nothing() -> None:
    assert mean_distance(torch.ones(1, 4)).tolist() == [0.0]
