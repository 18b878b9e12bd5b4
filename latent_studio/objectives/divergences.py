"""How far fakes are from data, measured by a critic: a table of games, of which every adversarial family takes any.

A critic gives unbounded scores v, of data and of fakes. P is the distribution of the data, Q that of the fakes, and
D_f(P‖Q) = E_Q[f(p/q)]. What the critic minimises is, but for a constant and a factor, minus a lower bound of such a
divergence, and the bound is reached by the best critic: training it is measuring.

The f-divergences are f-GAN's (Nowozin, Cseke & Tomioka 2016): D_f ≥ E_P[T] − E_Q[f*(T)] with T = g_f(v), by the output
activations g_f and the conjugates f* of their tables 1, 2 and 6. Their generator maximises E_Q[T] (section 3.2, the
trick that keeps its gradient alive) and not what is left of the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

DivergenceName = Literal[
    "nonsaturating",
    "minimax",
    "least_squares",
    "wasserstein",
    "hinge",
    "relativistic",
    "total_variation",
    "kl",
    "reverse_kl",
    "pearson",
    "neyman",
    "hellinger",
    "jensen_shannon",
]

Cost = Callable[[Tensor], Tensor]
"""Scores (n,) → what each of them costs (n,)."""

LARGEST_EXPONENT = 15.0
"""Beyond it the exponential goes on as a straight line: one wild score would overflow, and the step be lost."""


@dataclass(frozen=True)
class Divergence:
    """One game.

    real, fake: what the critic pays for a score of data and of a fake.  generator: what the generator pays for a fake.
    is_paired: one of data is compared with one fake; every cost is of the difference of their scores.
    offset, scale: offset − scale · (the critic's loss) is a lower bound of the divergence; scale 0 where it tells none.
    f: of that divergence; None where it is no f-divergence.
    usual_penalty: what the game is customarily played with, an entry of `penalties`.
    """

    title: str
    source: str
    real: Cost
    fake: Cost
    generator: Cost
    is_paired: bool = False
    offset: float = 0.0
    scale: float = 0.0
    f: Cost | None = None
    usual_penalty: str = "r1"

    def critic_loss(self, real: Tensor, fake: Tensor, target: float = 1.0) -> Tensor:
        """What the critic minimises, given the scores of data and fakes, (n,) each.

        target: one-sided label smoothing (Salimans et al. 2016, 3.4): that share of the data counts as data, the rest
        as fakes.
        """
        if self.is_paired:
            return self.real(real - fake).mean()
        of_data = self.real(real)
        if target < 1:
            of_data = target * of_data + (1 - target) * self.fake(real)
        return (of_data + self.fake(fake)).mean()

    def generator_loss(self, fake: Tensor, real: Tensor | None = None) -> Tensor:
        """What the generator minimises; a paired game needs the scores of the data, too."""
        if self.is_paired:
            assert real is not None, "a paired game compares fakes with data"
            return self.generator(fake - real).mean()
        return self.generator(fake).mean()

    def bound(self, real: Tensor, fake: Tensor) -> Tensor:
        """The lower bound of the divergence that these scores tell; of 1-Lipschitz scores for Wasserstein's."""
        return self.offset - self.scale * self.critic_loss(real, fake)

    def between(self, p: Tensor, q: Tensor) -> Tensor:
        """D_f(P‖Q) of two discrete distributions (k,), in closed form."""
        assert self.f is not None, f"{self.title} is no f-divergence"
        return (q * self.f(p / q)).sum()


def _exp(v: Tensor) -> Tensor:
    """e^v, a straight line beyond e^15."""
    beyond = relu(v - LARGEST_EXPONENT)
    return torch.exp(v - beyond) * (1 + beyond)


def _log_odds_of_real(v: Tensor) -> Tensor:
    """−log σ(v)."""
    return softplus(-v)


def _jensen_shannon(u: Tensor) -> Tensor:
    """f of it; several games measure it."""
    return 0.5 * (torch.xlogy(u, u) - (u + 1) * torch.log((u + 1) / 2))


def _total_variation(u: Tensor) -> Tensor:
    return 0.5 * (u - 1).abs()


DIVERGENCES: dict[DivergenceName, Divergence] = {
    "nonsaturating": Divergence(
        "non-saturating",
        "Goodfellow et al. 2014, section 3: the generator minimises −log D",
        real=_log_odds_of_real,
        fake=softplus,
        generator=_log_odds_of_real,
        offset=log(2),
        scale=0.5,
        f=_jensen_shannon,
    ),
    "minimax": Divergence(
        "minimax",
        "Goodfellow et al. 2014, eq. 1: the generator minimises log(1 − D); its best critic tells 2 JS − 2 log 2",
        real=_log_odds_of_real,
        fake=softplus,
        generator=lambda v: -softplus(v),
        offset=log(2),
        scale=0.5,
        f=_jensen_shannon,
    ),
    "least_squares": Divergence(
        "least squares",
        "Mao et al. 2017, eq. 9 with b = c = 1, a = 0; its best critic tells Le Cam's ∫ (p − q)² / (p + q)",
        real=lambda v: (v - 1) ** 2,
        fake=lambda v: v**2,
        generator=lambda v: (v - 1) ** 2,
        offset=2.0,
        scale=4.0,
        f=lambda u: (u - 1) ** 2 / (u + 1),
        usual_penalty="none",
    ),
    "wasserstein": Divergence(
        "Wasserstein",
        "Arjovsky et al. 2017, eq. 2: the price of the cheapest plan, where the critic is 1-Lipschitz",
        real=lambda v: -v,
        fake=lambda v: v,
        generator=lambda v: -v,
        scale=1.0,
        usual_penalty="gradient",
    ),
    "hinge": Divergence(
        "hinge",
        "Lim & Ye 2017; Miyato et al. 2018, eq. 16: its best critic tells the total variation",
        real=lambda v: relu(1 - v),
        fake=lambda v: relu(1 + v),
        generator=lambda v: -v,
        offset=1.0,
        scale=0.5,
        f=_total_variation,
    ),
    "relativistic": Divergence(
        "relativistic",
        "Jolicoeur-Martineau 2019, RpGAN; Huang et al. 2024 (R3GAN), eq. 2: data against fake in pairs",
        real=_log_odds_of_real,
        fake=softplus,
        generator=_log_odds_of_real,
        is_paired=True,
    ),
    "total_variation": Divergence(
        "total variation",
        "f-GAN: f = ½ |u − 1|, g_f = ½ tanh v, f* = t",
        real=lambda v: -0.5 * torch.tanh(v),
        fake=lambda v: 0.5 * torch.tanh(v),
        generator=lambda v: -0.5 * torch.tanh(v),
        scale=1.0,
        f=_total_variation,
    ),
    "kl": Divergence(
        "KL",
        "f-GAN: f = u log u, g_f = v, f* = e^(t − 1)",
        real=lambda v: -v,
        fake=lambda v: _exp(v - 1),
        generator=lambda v: -v,
        scale=1.0,
        f=lambda u: torch.xlogy(u, u),
    ),
    "reverse_kl": Divergence(
        "reverse KL",
        "f-GAN: f = −log u, g_f = −e^(−v), f* = −1 − log(−t)",
        real=lambda v: _exp(-v),
        fake=lambda v: v - 1,
        generator=lambda v: _exp(-v),
        scale=1.0,
        f=lambda u: -torch.log(u),
    ),
    "pearson": Divergence(
        "Pearson χ²",
        "f-GAN: f = (u − 1)², g_f = v, f* = ¼ t² + t",
        real=lambda v: -v,
        fake=lambda v: 0.25 * v**2 + v,
        generator=lambda v: -v,
        scale=1.0,
        f=lambda u: (u - 1) ** 2,
    ),
    "neyman": Divergence(
        "Neyman χ²",
        "f-GAN: f = (1 − u)² / u, g_f = 1 − e^(−v), f* = 2 − 2 √(1 − t)",
        real=lambda v: _exp(-v) - 1,
        fake=lambda v: 2 - 2 * _exp(-0.5 * v),
        generator=lambda v: _exp(-v) - 1,
        scale=1.0,
        f=lambda u: (1 - u) ** 2 / u,
    ),
    "hellinger": Divergence(
        "squared Hellinger",
        "f-GAN: f = (√u − 1)², g_f = 1 − e^(−v), f* = t / (1 − t)",
        real=lambda v: _exp(-v) - 1,
        fake=lambda v: _exp(v) - 1,
        generator=lambda v: _exp(-v) - 1,
        scale=1.0,
        f=lambda u: (u.sqrt() - 1) ** 2,
    ),
    "jensen_shannon": Divergence(
        "Jensen–Shannon",
        "f-GAN, by half: f = ½ (u log u − (u + 1) log ½(u + 1)), g_f = ½ (log 2 + log σ(v)), f* = −½ log(2 − e^(2t))",
        real=lambda v: 0.5 * (softplus(-v) - log(2)),
        fake=lambda v: 0.5 * (softplus(v) - log(2)),
        generator=lambda v: 0.5 * (softplus(-v) - log(2)),
        scale=1.0,
        f=_jensen_shannon,
    ),
}


def divergence(name: DivergenceName) -> Divergence:
    """The game of that name."""
    return DIVERGENCES[name]
