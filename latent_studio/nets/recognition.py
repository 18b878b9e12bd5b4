"""The head that reads codes off a picture's features."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from latent_studio.core.latent import Categorical, Factor
from latent_studio.core.model import CategoricalPosterior, NormalPosterior, Posterior
from latent_studio.nets.adversarial import leaky_layers

MOST_SURE = 6.0
"""A log-variance lies within ± this, or a head could be sure without end."""


class Recogniser(nn.Module):
    """Features (n, n_features) → a posterior of each factor: logits, or a mean with the variance 1 or a learned one."""

    def __init__(self, factors: Sequence[Factor], n_features: int, width: int, learns_variance: bool) -> None:
        super().__init__()
        self.factors, self.learns_variance = tuple(factors), learns_variance
        self.widths = [f.width * (2 if learns_variance and not isinstance(f, Categorical) else 1) for f in factors]
        self.net = nn.Sequential(*leaky_layers(n_features, width, 1), nn.Linear(width, sum(self.widths)))

    def forward(self, features: Tensor) -> Posterior:
        found: dict[str, NormalPosterior | CategoricalPosterior] = {}
        for factor, told in zip(self.factors, self.net(features).float().split(self.widths, dim=1), strict=True):
            if isinstance(factor, Categorical):
                found[factor.name] = CategoricalPosterior(told, factor.n_values)
            elif self.learns_variance:
                mean, log_var = told.chunk(2, dim=1)
                found[factor.name] = NormalPosterior(mean, log_var.clamp(-MOST_SURE, MOST_SURE))
            else:
                found[factor.name] = NormalPosterior(told, torch.zeros_like(told))
        return found
