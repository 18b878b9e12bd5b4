"""Generative adversarial network: a generator learns to make what a discriminator takes for data.

Goodfellow et al. 2014 (eq. 1); networks: Radford et al. 2016 (DCGAN). By default in the modern form that converges:
data and fakes compared in pairs (Jolicoeur-Martineau 2019), the discriminator's slope at the data held down (R1,
Mescheder et al. 2018), as in Huang et al. 2024 (R3GAN).
"""

from __future__ import annotations

from latent_studio.core.family import DataSpec, Family
from latent_studio.core.latent import Factor, Normal, Uniform
from latent_studio.nets.adversarial import AdversarialModel, AdversarialNetworks
from latent_studio.objectives.adversarial import AdversarialGame, GameSettings


class GANConfig(AdversarialNetworks, GameSettings):
    """Settings of a generative adversarial network."""


class GAN(AdversarialModel):
    """z → generator → picture; picture → discriminator → score."""

    def __init__(self, config: GANConfig, data: DataSpec) -> None:
        noise: type[Factor] = Normal if config.prior == "normal" else Uniform
        super().__init__(config, data, factors=(noise(name="z", shape=(config.n_latent,)),))


FAMILY = Family(
    title="GAN",
    citation="Goodfellow et al., Generative Adversarial Nets, NeurIPS 2014",
    equation="min_G max_D E_x[log D(x)] + E_z[log(1 − D(G(z)))], or any other divergence",
    config=GANConfig,
    build=GAN,
    objective=AdversarialGame[GAN],
    defaults={
        "pixels": {"optimizer": {"learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.99}},
        "points": {
            "model": {
                "n_latent": 2,
                "width": 96,
                "slope": 0.0,
            },
            "training": {"batch_size": 256, "n_epochs": 200},
            "optimizer": {
                "learning_rate": 1e-3,
                "beta1": 0.0,
                "beta2": 0.99,
                "final_learning_rate": 0.01,
                "falls_from": 0.5,
            },
        },
    },
)
