"""Plain autoencoder: squeeze a picture through a few numbers and give it back; nothing shapes the codes in between.

Rumelhart, Hinton & Williams 1986; Hinton & Salakhutdinov 2006. It has no prior, so its samples come from a normal
distribution fitted to the codes of the data (their running mean and covariance): the studio's code z is standard
normal and the network's own code is mean + L z with L Lᵀ the covariance.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional

from latent_studio.core.family import DataSpec, Family
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import Batch, GenerativeModel, NormalPosterior, Posterior
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.nets.autoencoding import AutoencodingConfig, networks


class AutoencoderConfig(AutoencodingConfig):
    """Settings of a plain autoencoder."""

    memory: float = Field(
        0.99,
        ge=0.0,
        lt=1.0,
        title="Code memory",
        description="How slowly the mean and covariance of the codes follow the encoder; 0 takes the last batch alone.",
        json_schema_extra={"advanced": True},
    )


class Autoencoder(GenerativeModel):
    """x → encoder → code → decoder → sigmoid; the code is whitened at the border by its running statistics."""

    code_mean: Tensor
    code_covariance: Tensor

    def __init__(self, config: AutoencoderConfig, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(config.n_latent,)),)), data.image_shape)
        self.encoder, self.decoder = networks(config, data.image_shape, n_features=config.n_latent)
        self.register_buffer("code_mean", torch.zeros(config.n_latent))
        self.register_buffer("code_covariance", torch.eye(config.n_latent))

    def scale(self) -> Tensor:
        """L with L Lᵀ the covariance of the codes, kept invertible by a ridge far below any used dimension."""
        ridge = 1e-4 * self.code_covariance.diagonal().mean() + 1e-8
        jitter = ridge * torch.eye(len(self.code_mean), device=self.code_mean.device)
        lower: Tensor = torch.linalg.cholesky(self.code_covariance + jitter)
        return lower

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        offset = self.encoder(image) - self.code_mean
        mean = torch.linalg.solve_triangular(self.scale(), offset.T, upper=False).T
        return {"z": NormalPosterior(mean, torch.full_like(mean, -torch.inf))}  # a point: no spread at all

    def decode(self, code: Tensor) -> Tensor:
        return torch.sigmoid(self.decoder(self.code_mean + code @ self.scale().T))


class SquaredError(Objective[Autoencoder]):
    """One player minimises the squared error of the picture that comes back, summed over pixels."""

    phases = (Phase("autoencoder", owns=("model",)),)

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config

    def terms(self, model: Autoencoder, step: Step) -> Mapping[str, Term]:
        image = step.batch["image"]
        code = step.once("code", lambda: model.encoder(image))
        pixels = model.decoder(code).float()  # where the network computes in bfloat16, the error is not rounded
        return {"reconstruction": Term(squared_error(torch.sigmoid(pixels), image).mean())}

    def project(self, model: Autoencoder, step: Step) -> None:
        code: Tensor = step.once("code", lambda: model.encoder(step.batch["image"])).detach().float()
        # the first steps average all they have seen, so that the statistics are right from the start
        keep = min(self.config.memory, step.index / (step.index + 1))
        offset = code - code.mean(0)
        model.code_mean.lerp_(code.mean(0), 1 - keep)
        model.code_covariance.lerp_(offset.T @ offset / max(len(code) - 1, 1), 1 - keep)

    def measures(self, model: Autoencoder, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        error = squared_error(torch.sigmoid(model.decoder(model.encoder(batch["image"]))), batch["image"])
        return {"loss": error, "reconstruction": error}


def squared_error(picture: Tensor, image: Tensor) -> Tensor:
    """Σ (x̂ − x)² over the pixels of each picture, (n,)."""
    return functional.mse_loss(picture, image, reduction="none").flatten(1).sum(1)


FAMILY = Family(
    title="Autoencoder",
    citation="Hinton & Salakhutdinov, Reducing the Dimensionality of Data with Neural Networks, Science 2006",
    equation="min Σ (x − D(E(x)))²",
    config=AutoencoderConfig,
    build=Autoencoder,
    objective=SquaredError,
)
