"""A model with categories that it found by itself, as an InfoGAN has them: noise, one category, two numbers.

A picture is a category's mean and some of its principal components by the noise, sheared and enlarged by the numbers.
Nothing is trained: `tests.app.coded` sets the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor, nn

from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.core.model import CategoricalPosterior, GenerativeModel, NormalPosterior, Posterior
from latent_studio.core.objective import Objective, Phase, Step, Term


class CodedConfig(FamilyConfig):
    n_noise: int = Field(4, ge=1, le=64, title="Noise", description="Numbers that nobody encodes.")
    n_categories: int = Field(10, ge=1, le=64, title="Categories", description="Values of the category.")


class Coded(GenerativeModel):
    def __init__(self, config: CodedConfig, data: DataSpec) -> None:
        factors = (
            Normal(name="noise", shape=(config.n_noise,)),
            Categorical(name="c", shape=(config.n_categories,)),
            Uniform(name="u", shape=(2,)),
        )
        super().__init__(LatentSpace(factors=factors), data.image_shape)
        self.means = nn.Parameter(torch.zeros(config.n_categories, *data.image_shape))
        self.directions = nn.Parameter(torch.zeros(config.n_categories, config.n_noise, *data.image_shape))

    def decode(self, code: Tensor) -> Tensor:
        noise, category, u = code.split([factor.width for factor in self.space.factors], dim=1)
        straight = torch.einsum("nk,kchw->nchw", category, self.means)
        straight = straight + torch.einsum("nj,nk,kjchw->nchw", noise, category, self.directions)
        zoom, nothing = 1 - 0.3 * u[:, 1], torch.zeros_like(u[:, 0])
        rows = torch.stack(
            [torch.stack([zoom, 0.5 * u[:, 0], nothing], 1), torch.stack([nothing, zoom, nothing], 1)], 1
        )
        grid = nn.functional.affine_grid(rows, list(straight.shape), align_corners=False)
        return nn.functional.grid_sample(straight, grid, align_corners=False).clamp(0, 1)

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        """The category whose mean is nearest, and numbers that are always in the middle."""
        squares = (image[:, None] - self.means[None]).square().flatten(2).sum(2)
        middle = torch.zeros(len(image), 2)
        return {"c": CategoricalPosterior(-squares), "u": NormalPosterior(middle, middle)}


class Nothing(Objective[Coded]):
    phases = (Phase("all", owns=("model",)),)

    def __init__(self, config: CodedConfig) -> None:
        super().__init__()

    def terms(self, model: Coded, step: Step) -> Mapping[str, Term]:
        return {"nothing": Term(model.means.square().mean())}


FAMILY = Family(
    title="Coded",
    citation="These tests",
    equation="min 0",
    config=CodedConfig,
    build=Coded,
    objective=Nothing,
)
