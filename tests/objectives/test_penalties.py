"""Penalties in closed form: a linear critic has the same slope everywhere."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from latent_studio.objectives.penalties import PENALTIES, PenaltyName, clipped, penalty, slopes


def linear(weights: list[float]) -> nn.Linear:
    layer = nn.Linear(len(weights), 1, bias=False)
    layer.weight.data = torch.tensor([weights])
    return layer


def cost_of(name: PenaltyName, weights: list[float]) -> float:
    """The mean cost of a linear critic with these weights."""
    layer, entry = linear(weights), penalty(name)
    generator = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(8, len(weights), generator=generator) for _ in range(2))
    points = (real if entry.where is None else entry.where(real, fake, generator)).requires_grad_()
    assert entry.cost is not None
    return float(entry.cost(slopes(layer(points).squeeze(1), points)).mean().detach())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("gradient", 16.0), ("gradient_one_sided", 16.0), ("dragan", 16.0), ("r1", 12.5)],
)
def test_a_slope_of_5_costs_what_the_paper_says(name: PenaltyName, expected: float) -> None:
    assert cost_of(name, [3.0, 4.0]) == pytest.approx(expected, rel=1e-5)


def test_a_gentle_slope_costs_only_where_the_penalty_has_two_sides() -> None:
    assert cost_of("gradient", [0.3, 0.4]) == pytest.approx(0.25, rel=1e-5)
    assert cost_of("gradient_one_sided", [0.3, 0.4]) == 0.0


def test_the_points_of_the_gradient_penalty_lie_between_data_and_fakes() -> None:
    real, fake = torch.zeros(1000, 2, 1, 1), torch.ones(1000, 2, 1, 1)
    where = penalty("gradient").where
    assert where is not None
    points = where(real, fake, torch.Generator().manual_seed(0))
    assert bool((points[:, 0] == points[:, 1]).all()), "one share for all numbers of a pair"
    assert 0 <= float(points.min()) < 0.01
    assert 0.99 < float(points.max()) <= 1
    assert float(points.mean()) == pytest.approx(0.5, abs=0.05)


def test_the_points_of_dragan_lie_around_the_data() -> None:
    real = torch.randn(2000, 3, generator=torch.Generator().manual_seed(1)) * 2
    where = penalty("dragan").where
    assert where is not None
    away = where(real, real, torch.Generator().manual_seed(0)) - real
    assert float(away.min()) >= 0
    assert float(away.max()) <= 0.5 * float(real.std())


def test_the_slope_of_a_flat_critic_can_be_differentiated() -> None:
    layer = linear([0.0, 0.0])
    points = torch.randn(4, 2).requires_grad_()
    slopes(layer(points).squeeze(1), points).mean().backward()
    assert bool(torch.isfinite(layer.weight.grad).all())  # type: ignore[arg-type]


def test_slopes_are_those_of_each_point_by_itself() -> None:
    def parabola(x: Tensor) -> Tensor:
        return 0.5 * x.flatten(1).square().sum(1)

    points = torch.randn(5, 2, 3, 3).requires_grad_()
    assert torch.allclose(slopes(parabola(points), points), points.flatten(1).norm(dim=1), atol=1e-5)


def test_clipping_cuts_every_weight_and_nothing_else() -> None:
    first = nn.Linear(3, 3)
    part = nn.Sequential(first, nn.Linear(3, 1))
    first.weight.data = torch.tensor([[0.5, -0.5, 0.005]] * 3)
    clipped([part], 0.01)
    assert first.weight[0].detach().tolist() == pytest.approx([0.01, -0.01, 0.005])
    assert all(float(weight.detach().abs().max()) <= 0.01 for weight in part.parameters())


def test_every_penalty_tells_where_it_comes_from() -> None:
    for name, entry in PENALTIES.items():
        assert entry.title
        assert entry.source or name == "none"
