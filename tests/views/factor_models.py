"""A model whose pictures show its code: one pixel per column, so that tests can read back what was decoded."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.core.model import GenerativeModel
from latent_studio.core.request import OpenModel

SPACE = LatentSpace(
    factors=(
        Normal(name="z", shape=(2,)),
        Categorical(name="digit", shape=(4,), labels=("a", "b", "c", "d")),
        Uniform(name="tilt", low=0.0, high=2.0),
    )
)


class CodeAsPicture(GenerativeModel):
    """Pixel k is column k of the code, moved from [-4, 4] to [0, 1]."""

    def __init__(self, space: LatentSpace = SPACE) -> None:
        super().__init__(space, (1, 1, space.dim))
        self.nothing = nn.Parameter(torch.zeros(1))

    def decode(self, code: Tensor) -> Tensor:
        return ((code + 4) / 8)[:, None, None, :]


class NoiseWithoutCode(GenerativeModel):
    """Draws pictures without a latent code."""

    def __init__(self) -> None:
        super().__init__(LatentSpace(), (1, 2, 2))
        self.nothing = nn.Parameter(torch.zeros(1))

    def sample_images(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.rand(n, 1, 2, 2, generator=generator)


class Mute(GenerativeModel):
    """Can do nothing."""

    def __init__(self) -> None:
        super().__init__(LatentSpace(), (1, 2, 2))


def opened(model: GenerativeModel, **statistics: tuple[float, ...]) -> OpenModel:
    """The model as a lane hands it to a request."""
    header = Header(
        name="toy",
        family="toy",
        family_title="Toy",
        config={},
        space=model.space,
        data=DataSpec(name="toys", image_shape=model.image_shape),
        capabilities=(),
        statistics=statistics,
    )
    return OpenModel("toy", header, model)
