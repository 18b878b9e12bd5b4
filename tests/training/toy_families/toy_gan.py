"""A small two-player game, to hold the trainer to what it promises players: two critics' updates, then the forger's.

It uses all that an objective may: fakes shared between the players, a penalty due only every fourth step, a memory
kept in a buffer, weight clipping after each update of the critic.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.nets.mlp import MLPDecoder, MLPEncoder

PENALTY_EVERY = 4
CLIP = 0.5


class ToyGANConfig(FamilyConfig):
    """Settings of the toy."""

    n_latent: int = Field(4, ge=1, le=16, title="Latent dimensions", description="Numbers that a fake is made from.")
    width: int = Field(16, ge=4, le=64, title="Width", description="Units of the hidden layers.")


class ToyGAN(GenerativeModel):
    """generator: codes → images.  discriminator: images → realism."""

    def __init__(self, config: ToyGANConfig, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(config.n_latent,)),)), data.image_shape)
        self.generator = MLPDecoder(config.n_latent, data.image_shape, config.width, n_layers=1)
        self.discriminator = MLPEncoder(data.image_shape, 1, config.width, n_layers=1)

    def decode(self, code: Tensor) -> Tensor:
        return torch.sigmoid(self.generator(code))

    def score(self, image: Tensor) -> Tensor:
        score: Tensor = self.discriminator(image)
        return score[:, 0]


class ToyGame(Objective[ToyGAN]):
    """The non-saturating game with an R1 penalty; `pool` remembers the mean of old fakes."""

    phases = (
        Phase("discriminator", owns=("model.discriminator",), n_updates=2),
        Phase("generator", owns=("model.generator", "objective.temperature")),
    )
    pool: Tensor

    def __init__(self, config: ToyGANConfig) -> None:
        super().__init__()
        self.temperature = nn.Linear(1, 1)
        self.register_buffer("pool", torch.zeros(()))

    def terms(self, model: ToyGAN, step: Step) -> Mapping[str, Term]:
        real = step.batch["image"]
        fakes = step.once("fakes", lambda: model.decode(step.prior(model, len(real))))
        if step.phase == "generator":
            scale = functional.softplus(self.temperature(real.new_ones(1, 1))).mean()
            return {"adversarial": Term(functional.softplus(-scale * model.score(fakes)).mean())}
        terms = {
            "real": Term(functional.softplus(-model.score(real)).mean()),
            "fake": Term(functional.softplus(model.score(fakes.detach())).mean()),
        }
        if step.due(PENALTY_EVERY):
            terms["penalty"] = Term(self.penalty(model, real), 0.1 * PENALTY_EVERY)
        return terms

    def penalty(self, model: ToyGAN, real: Tensor) -> Tensor:
        """E‖∇ D(x)‖² at real images."""
        image = real.detach().requires_grad_()
        (slope,) = torch.autograd.grad(model.score(image).sum(), image, create_graph=True)
        return slope.square().flatten(1).sum(1).mean()

    def project(self, model: ToyGAN, step: Step) -> None:
        if step.phase == "discriminator":
            for weight in model.discriminator.parameters():
                weight.clamp_(-CLIP, CLIP)
        else:
            fakes: Tensor = step.once("fakes", lambda: model.decode(step.prior(model, 1)))
            self.pool.lerp_(fakes.detach().float().mean(), 0.1)


FAMILY = Family(
    title="Toy GAN",
    citation="Goodfellow et al., Generative Adversarial Nets, NeurIPS 2014",
    equation="min_G max_D E[log D(x)] + E[log(1 − D(G(z)))]",
    config=ToyGANConfig,
    build=ToyGAN,
    objective=ToyGame,
)
