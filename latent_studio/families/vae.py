"""Variational autoencoder: each picture is coded as a small cloud, so neighbours must blend.

Kingma & Welling 2014 (eq. 10); β: Higgins et al. 2017 (eq. 4); free bits: Kingma et al. 2016 (eq. 15).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor

from latent_studio.core.family import DataSpec, Family
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import Batch, GenerativeModel, NormalPosterior, Posterior
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.nets.autoencoding import AutoencodingConfig, networks
from latent_studio.objectives.likelihoods import LikelihoodName, kl_to_standard_normal, likelihood


class VAEConfig(AutoencodingConfig):
    """Settings of a variational autoencoder."""

    likelihood: LikelihoodName = Field(
        "bernoulli",
        title="Likelihood",
        description="How a pixel scatters around the decoder's answer: bernoulli for nearly black-and-white pictures.",
        json_schema_extra={
            "titles": {"bernoulli": "Bernoulli", "gaussian": "Gaussian", "gaussian_learned": "Gaussian + σ"}
        },
    )
    noise_std: float = Field(
        0.1,
        gt=0.0,
        le=10.0,
        title="Pixel noise",
        description="Standard deviation of a gaussian pixel in [0, 1]; where it is learned, its first value.",
        json_schema_extra={"unit": "σ", "advanced": True},
    )
    beta: float = Field(
        1.0,
        ge=0.0,
        le=1000.0,
        title="β",
        description="Weight of the KL term: above 1 the dimensions become more independent and the pictures softer.",
        json_schema_extra={"unit": "× KL"},
    )
    free_bits: float = Field(
        0.0,
        ge=0.0,
        le=10.0,
        title="Free bits",
        description="KL that each dimension may have without cost; keeps dimensions from dying.",
        json_schema_extra={"unit": "nat / dim"},
    )


class VAE(GenerativeModel):
    """q(z | x) = N(mean(x), exp(log_var(x))), p(x | z) by the chosen likelihood."""

    def __init__(self, config: VAEConfig, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(config.n_latent,)),)), data.image_shape)
        self.encoder, self.decoder = networks(config, data.image_shape, n_features=2 * config.n_latent)
        self.likelihood = likelihood(config.likelihood, config.noise_std)

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        mean, log_var = self.encoder(image).chunk(2, dim=1)
        return {"z": NormalPosterior(mean, log_var)}

    def decode(self, code: Tensor) -> Tensor:
        return self.likelihood.picture(self.decoder(code))

    def bound(self, image: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """(−log p(x | z) (n,), KL per dimension (n, d)) in nats, with z = mean + σ · noise."""
        # the networks may compute in bfloat16; 1 − 1 of the KL and a sum over pixels need all digits
        mean, log_var = self.encoder(image).float().chunk(2, dim=1)
        code = torch.addcmul(mean, torch.exp(0.5 * log_var), noise)
        pixels = self.decoder(code).float()
        return self.likelihood.negative_log_prob(pixels, image), kl_to_standard_normal(mean, log_var)

    def log_likelihood(self, image: Tensor, generator: torch.Generator) -> Tensor:
        """The evidence lower bound with one sampled z."""
        noise = torch.randn(len(image), self.space.dim, generator=generator, device=image.device)
        reconstruction, kl = self.bound(image, noise)
        return -(reconstruction + kl.sum(1))


class EvidenceLowerBound(Objective[VAE]):
    """One player minimises reconstruction + β Σ max(KL of a dimension over the batch, free bits)."""

    phases = (Phase("autoencoder", owns=("model",)),)

    def __init__(self, config: VAEConfig) -> None:
        super().__init__()
        self.config = config

    def terms(self, model: VAE, step: Step) -> Mapping[str, Term]:
        image = step.batch["image"]
        noise = step.normal_like(image.new_empty(len(image), model.space.dim))
        reconstruction, kl = model.bound(image, noise)
        kl_of_dimension = kl.mean(0)
        if self.config.free_bits:
            kl_of_dimension = kl_of_dimension.clamp(min=self.config.free_bits)
        return {
            "reconstruction": Term(reconstruction.mean()),
            "kl": Term(kl_of_dimension.sum(), self.config.beta),
        }

    def measures(self, model: VAE, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        """loss is the negative evidence lower bound (β = 1), whatever was trained with, so that runs compare."""
        noise = torch.randn(len(batch["image"]), model.space.dim, generator=generator, device=generator.device)
        reconstruction, kl = model.bound(batch["image"], noise)
        total = kl.sum(1)
        return {"loss": reconstruction + total, "reconstruction": reconstruction, "kl": total, "kl_per_dim": kl}


FAMILY = Family(
    title="VAE",
    citation="Kingma & Welling, Auto-Encoding Variational Bayes, ICLR 2014",
    equation="min E_q(z|x)[−log p(x|z)] + β KL(q(z|x) ‖ N(0, I))",
    config=VAEConfig,
    build=VAE,
    objective=EvidenceLowerBound,
)
