"""What keeps a critic from growing too steep: a table, of which every divergence takes any entry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

PenaltyName = Literal["none", "clip", "gradient", "gradient_one_sided", "r1", "dragan"]

Where = Callable[[Tensor, Tensor, torch.Generator], Tensor]
"""(data (n, …), fakes (n, …), random numbers) → the points (n, …) at which the critic's slope is looked at."""


@dataclass(frozen=True)
class Penalty:
    """One way to bound a critic.

    cost: the slopes ‖∇D‖ (n,) → what each of them costs; None where no slope is looked at.
    where: at which points; None at the data themselves, whose scores are there already.
    weight: the customary factor.  every: in how many steps it is customarily due once (lazily; its weight is then
    multiplied by as many).
    clip: after each update the critic's weights are cut to ± this; None leaves them.
    """

    title: str
    source: str
    cost: Callable[[Tensor], Tensor] | None = None
    where: Where | None = None
    weight: float = 0.0
    every: int = 1
    clip: float | None = None


def slopes(scores: Tensor, points: Tensor) -> Tensor:
    """‖∇D(x)‖ at each of the points (n, …), given their scores (n,); (n,), to be differentiated again."""
    (gradient,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    # the root has no slope at 0, where a critic starts that is flat
    return (gradient.flatten(1).square().sum(1) + 1e-12).sqrt()


@torch.no_grad()
def clipped(parts: list[nn.Module], limit: float) -> None:
    """Cut every weight to ± limit, in place."""
    weights: list[Tensor] = [weight for part in parts for weight in part.parameters()]
    torch._foreach_clamp_min_(weights, -limit)
    torch._foreach_clamp_max_(weights, limit)


def _between(real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """On the lines from data to fakes, one point on each, evenly."""
    shape = (len(real), *(1 for _ in real.shape[1:]))
    share = torch.rand(shape, generator=generator, device=real.device, dtype=real.dtype)
    return torch.lerp(real, fake, share)


def _around(real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """Near the data: up to half their standard deviation away."""
    shape = (len(real), *(1 for _ in real.shape[1:]))
    share = torch.rand(shape, generator=generator, device=real.device, dtype=real.dtype)
    noise = torch.rand(real.shape, generator=generator, device=real.device, dtype=real.dtype)
    return real + share * 0.5 * real.std() * noise


PENALTIES: dict[PenaltyName, Penalty] = {
    "none": Penalty("none", ""),
    "clip": Penalty("weight clipping", "Arjovsky et al. 2017, algorithm 1", clip=0.01),
    "gradient": Penalty(
        "gradient penalty",
        "Gulrajani et al. 2017 (WGAN-GP), eq. 3: slope 1 on the lines between data and fakes",
        cost=lambda slope: (slope - 1) ** 2,
        where=_between,
        weight=10.0,
    ),
    "gradient_one_sided": Penalty(
        "gradient penalty, one-sided",
        "Gulrajani et al. 2017, section 4; Petzka et al. 2018: only what is steeper than 1 costs",
        cost=lambda slope: relu(slope - 1) ** 2,
        where=_between,
        weight=10.0,
    ),
    "r1": Penalty(
        "R1",
        "Mescheder et al. 2018, eq. 9: ½ ‖∇D‖² at the data; due once in 16 steps: Karras et al. 2020",
        cost=lambda slope: 0.5 * slope**2,
        weight=1.0,
        every=16,
    ),
    "dragan": Penalty(
        "DRAGAN",
        "Kodali et al. 2017, eq. 4: slope 1 around the data",
        cost=lambda slope: (slope - 1) ** 2,
        where=_around,
        weight=10.0,
    ),
}


def penalty(name: PenaltyName) -> Penalty:
    """The penalty of that name."""
    return PENALTIES[name]
