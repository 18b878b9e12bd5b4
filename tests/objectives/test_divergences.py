"""Every game against the mathematics: on distributions whose divergence is known, the best critic's bound is it."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch import Tensor, nn

from latent_studio.objectives.divergences import DIVERGENCES, DivergenceName, divergence
from latent_studio.objectives.penalties import penalty, slopes

P = torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=torch.float64)
Q = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64)
MEASURING = [name for name, entry in DIVERGENCES.items() if entry.f is not None]


class Table(nn.Module):
    """A critic of k things: a score for each. The expectations are exact, so its best bound is the divergence."""

    def __init__(self) -> None:
        super().__init__()
        self.v = nn.Parameter(torch.zeros(len(P), dtype=torch.float64))

    def bound(self, name: DivergenceName, p: Tensor, q: Tensor) -> Tensor:
        entry = divergence(name)
        loss = (p * entry.real(self.v)).sum() + (q * entry.fake(self.v)).sum()
        return entry.offset - entry.scale * loss


def best_bound(name: DivergenceName, p: Tensor, q: Tensor) -> tuple[float, list[float]]:
    """The best bound that was reached, and those on the way; Rprop takes kinks and slopes without end as they come."""
    table, way = Table(), []
    optimizer = torch.optim.Rprop(table.parameters(), lr=0.1)
    for _ in range(300):
        optimizer.zero_grad()
        bound = table.bound(name, p, q)
        way.append(float(bound.detach()))
        (-bound).backward()
        optimizer.step()
    return max(way), way


def exact(name: DivergenceName) -> float:
    return float(divergence(name).between(P, Q))


def test_what_is_divided_is_what_the_papers_define() -> None:
    """The closed forms, each written out by itself."""
    middle = (P + Q) / 2
    told = {
        "kl": (P * (P / Q).log()).sum(),
        "reverse_kl": (Q * (Q / P).log()).sum(),
        "pearson": ((P - Q) ** 2 / Q).sum(),
        "neyman": ((P - Q) ** 2 / P).sum(),
        "hellinger": ((P.sqrt() - Q.sqrt()) ** 2).sum(),
        "total_variation": (P - Q).abs().sum() / 2,
        "hinge": (P - Q).abs().sum() / 2,
        "jensen_shannon": ((P * (P / middle).log()).sum() + (Q * (Q / middle).log()).sum()) / 2,
        "least_squares": ((P - Q) ** 2 / (P + Q)).sum(),
    }
    told["minimax"] = told["nonsaturating"] = told["jensen_shannon"]
    assert set(told) == set(MEASURING)
    for name, value in told.items():
        assert exact(name) == pytest.approx(float(value), rel=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", MEASURING)
def test_the_best_critic_measures_the_divergence(name: DivergenceName) -> None:
    best, way = best_bound(name, P, Q)
    # a bounded T (tanh) or a hinge comes near its best only in the limit
    assert best == pytest.approx(exact(name), rel=1e-3)
    assert max(way) <= exact(name) + 1e-9, "a bound from below is never above"


@pytest.mark.parametrize("name", MEASURING)
def test_where_nothing_differs_the_best_bound_is_zero(name: DivergenceName) -> None:
    assert best_bound(name, Q, Q)[0] == pytest.approx(0.0, abs=1e-6)


def test_the_jensen_shannon_divergence_of_disjoint_supports_is_log_2_whatever_the_distance() -> None:
    for distance in (0.01, 1.0, 100.0):
        real, fake = torch.zeros(64), torch.full((64,), distance)
        sharp = 1e4 / distance
        scores = [sharp * (0.5 * distance - points) for points in (real, fake)]
        for name in ("jensen_shannon", "minimax", "nonsaturating"):
            assert float(divergence(name).bound(*scores)) == pytest.approx(log(2), abs=1e-5)


def test_the_wasserstein_distance_of_disjoint_supports_is_the_distance() -> None:
    for distance in (0.01, 1.0, 100.0):
        real, fake = torch.zeros(64), torch.full((64,), distance)
        assert float(divergence("wasserstein").bound(-real, -fake)) == pytest.approx(distance)  # D(x) = −x, slope 1


def critic(seed: int = 0) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(1, 32), nn.Softplus(), nn.Linear(32, 32), nn.Softplus(), nn.Linear(32, 1))


@pytest.mark.parametrize(("name", "value"), [("kl", 0.125), ("reverse_kl", 0.125), ("pearson", 0.284025)])
def test_a_trained_critic_comes_near_the_divergence_of_two_gaussians_from_below(
    name: DivergenceName, value: float
) -> None:
    """N(½, 1) and N(0, 1): both KL are ½ · ½², χ² is e^¼ − 1."""
    generator = torch.Generator().manual_seed(0)
    net, entry = critic(), divergence(name)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    for _ in range(400):
        real, fake = (torch.randn(512, 1, generator=generator) for _ in range(2))
        loss = entry.critic_loss(net(real + 0.5).squeeze(1), net(fake).squeeze(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        real, fake = (torch.randn(200_000, 1, generator=generator) for _ in range(2))
        bound = float(entry.bound(net(real + 0.5).squeeze(1), net(fake).squeeze(1)))
    assert 0.8 * value < bound < 1.02 * value  # 2 %: the noise of the 200,000


def test_a_trained_critic_with_gradient_penalty_measures_how_far_two_gaussians_are_apart() -> None:
    """N(2, 1) and N(0, 1): the cheapest plan moves everything by d = 2. With a penalty of 10 a slope s pays
    d s − 10 (s − 1)², so the best is a little too steep: s = 1 + d / 20."""
    generator = torch.Generator().manual_seed(0)
    net, entry, kept = critic(), divergence("wasserstein"), penalty("gradient")
    assert kept.where is not None
    assert kept.cost is not None
    optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(300):
        real, fake = (torch.randn(256, 1, generator=generator) for _ in range(2))
        points = kept.where(real + 2, fake, generator).requires_grad_()
        steep = kept.cost(slopes(net(points).squeeze(1), points)).mean()
        loss = entry.critic_loss(net(real + 2).squeeze(1), net(fake).squeeze(1)) + kept.weight * steep
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        real, fake = (torch.randn(50_000, 1, generator=generator) for _ in range(2))
        bound = float(entry.bound(net(real + 2).squeeze(1), net(fake).squeeze(1)))
    assert bound == pytest.approx(2 * 1.1, rel=0.05)


@pytest.mark.parametrize("name", list(DIVERGENCES))
def test_fakes_that_score_higher_please_the_generator(name: DivergenceName) -> None:
    fake = torch.linspace(-2, 2, 9)
    losses = [float(divergence(name).generator_loss(fake[k : k + 1], torch.zeros(1))) for k in range(9)]
    below_target = 7 if name == "least_squares" else 9  # it aims at 1, not above
    assert losses[:below_target] == sorted(losses[:below_target], reverse=True)
    assert losses[0] > losses[below_target - 1]


@pytest.mark.parametrize("name", list(DIVERGENCES))
def test_wild_scores_stay_finite(name: DivergenceName) -> None:
    entry = divergence(name)
    for low, high in ((-1e4, 1e4), (1e4, -1e4)):
        real = torch.full((4,), low, requires_grad=True)
        fake = torch.full((4,), high, requires_grad=True)
        total = entry.critic_loss(real, fake) + entry.generator_loss(fake, real)
        gradients = torch.autograd.grad(total, (real, fake))
        assert torch.isfinite(total)
        assert all(torch.isfinite(gradient).all() for gradient in gradients)


def test_a_smoothed_critic_that_is_right_is_never_quite_sure() -> None:
    """With a target of 0.9 the best score of pure data is the log odds 0.9 / 0.1."""
    v = torch.linspace(-6, 6, 4001, dtype=torch.float64)
    entry = divergence("nonsaturating")
    losses = torch.stack([entry.critic_loss(x[None], torch.full((1,), -50.0, dtype=torch.float64), 0.9) for x in v])
    assert float(v[losses.argmin()]) == pytest.approx(log(9), abs=0.01)
