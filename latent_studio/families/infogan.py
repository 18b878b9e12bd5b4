"""InfoGAN: beside the noise a few codes that must be found again in the picture, so that each gets one clear effect.

Chen et al. 2016 (eq. 6): the game's value minus λ L_I(G, Q), where L_I = E[log Q(c | G(z, c))] + H(c) is a lower bound
of the mutual information between codes and pictures; Q sits on the discriminator's trunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from latent_studio.core.family import DataSpec, Family
from latent_studio.core.latent import Categorical, Factor, Normal, Uniform
from latent_studio.core.model import Posterior
from latent_studio.core.objective import Step, Term
from latent_studio.nets.adversarial import AdversarialModel, AdversarialNetworks
from latent_studio.nets.recognition import Recogniser
from latent_studio.objectives.adversarial import AdversarialGame, GameSettings
from latent_studio.objectives.information import surprisal


class InfoGANConfig(AdversarialNetworks, GameSettings):
    """Settings of an InfoGAN."""

    n_categorical: int = Field(1, ge=0, le=16, title="Categorical codes", description="How many codes name a kind.")
    n_categories: int = Field(
        10, ge=2, le=100, title="Categories", description="Kinds that each categorical code tells apart."
    )
    n_uniform: int = Field(
        2, ge=0, le=64, title="Uniform codes", description="Codes between -1 and 1: say slant and width."
    )
    n_normal: int = Field(
        0,
        ge=0,
        le=64,
        title="Normal codes",
        description="Codes with a standard normal prior.",
        json_schema_extra={"advanced": True},
    )
    categorical_weight: float = Field(
        1.0,
        ge=0,
        le=100,
        title="λ categorical",
        description="Weight of the information that the categorical codes share with the picture.",
        json_schema_extra={"unit": "× nat", "advanced": True},
    )
    continuous_weight: float = Field(
        0.1,
        ge=0,
        le=100,
        title="λ continuous",
        description="The same for uniform and normal codes.",
        json_schema_extra={"unit": "× nat", "advanced": True},
    )
    code_variance: Literal["fixed", "learned"] = Field(
        "fixed",
        title="Variance of codes",
        description="How sure Q is of a continuous code: always the same (1), or learned with it.",
        json_schema_extra={"advanced": True},
    )
    one_hot_scale: float = Field(
        1.0,
        gt=0,
        le=10,
        title="Scale of categories",
        description="Factor of the one-hot code before the generator, so that it is heard beside the noise.",
        json_schema_extra={"advanced": True},
    )
    q_width: int = Field(
        128,
        ge=8,
        le=1024,
        title="Width of Q",
        description="Units of the hidden layer between trunk and codes.",
        json_schema_extra={"unit": "units", "advanced": True},
    )


class InfoGAN(AdversarialModel):
    """(noise, c, u, n) → picture → score, and what is recognised of c, u and n."""

    scale: Tensor

    def __init__(self, config: InfoGANConfig, data: DataSpec) -> None:
        noise: type[Factor] = Normal if config.prior == "normal" else Uniform
        codes: list[Factor] = []
        if config.n_categorical:
            codes.append(Categorical(name="c", shape=(config.n_categorical, config.n_categories)))
        if config.n_uniform:
            codes.append(Uniform(name="u", shape=(config.n_uniform,)))
        if config.n_normal:
            codes.append(Normal(name="n", shape=(config.n_normal,)))
        super().__init__(config, data, factors=(noise(name="noise", shape=(config.n_latent,)), *codes))
        self.recogniser = Recogniser(codes, self.n_features, config.q_width, config.code_variance == "learned")
        scale = torch.ones(self.space.dim)
        if config.n_categorical:
            scale[self.space.columns("c")] = config.one_hot_scale
        self.register_buffer("scale", scale)

    def generate(self, code: Tensor) -> Tensor:
        return super().generate(code * self.scale)

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        found: Posterior = self.recogniser(self.trunk(self.to_units(image)))
        return found


class InformationGame(AdversarialGame[InfoGAN]):
    """Both players also raise the information; Q learns in the discriminator's turn."""

    def __init__(self, config: InfoGANConfig) -> None:
        super().__init__(config)
        discriminator, generator = self.phases
        self.phases = replace(discriminator, owns=(*discriminator.owns, "model.recogniser")), generator
        self.weights = {"c": config.categorical_weight, "u": config.continuous_weight, "n": config.continuous_weight}

    def about_fakes(self, model: InfoGAN, step: Step, code: Tensor, features: Tensor) -> Mapping[str, Term]:
        return {
            f"surprise_{name}": Term(surprisal(found, code[:, model.space.columns(name)]).mean(), self.weights[name])
            for name, found in model.recogniser(features).items()
        }


FAMILY = Family(
    title="InfoGAN",
    citation="Chen et al., InfoGAN: Interpretable Representation Learning by Information Maximizing GANs, NeurIPS 2016",
    equation="min_{G,Q} max_D V(D, G) − λ E[log Q(c | G(z, c))]",
    config=InfoGANConfig,
    build=InfoGAN,
    objective=InformationGame,
    defaults={"pixels": {"optimizer": {"learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.99}}},
)
