"""The adversarial game: a critic learns to tell data from fakes, a generator to make fakes that it takes for data.

Goodfellow et al. 2014, with any divergence of `divergences` and any penalty of `penalties`. A family that plays it
derives its objective from `AdversarialGame` and adds what it wants besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self, TypeVar

import torch
from pydantic import Field, model_validator
from torch import Tensor

from latent_studio.core.adversary import Adversary
from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec, FamilyConfig
from latent_studio.core.model import Batch, sample_prior
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.objectives.diff_augment import AugmentName, augmented
from latent_studio.objectives.divergences import DIVERGENCES, DivergenceName, divergence
from latent_studio.objectives.energy import energy_distance, mean_distance
from latent_studio.objectives.penalties import PENALTIES, PenaltyName, clipped, penalty, slopes

DISCRIMINATOR, GENERATOR = "discriminator", "generator"

R1_OF_POINTS = {"penalty_weight": 0.1, "final_penalty_weight": 0.0003, "penalty_every": 1}
"""Modes of a few hundredths of their distance want a critic that grows steep in the end."""


class GameSettings(FamilyConfig):
    """How the game is played."""

    divergence: DivergenceName = Field(
        "relativistic",
        title="Divergence",
        description="How far fakes are from data, as the discriminator measures it and both players see it.",
        json_schema_extra={"titles": {name: entry.title for name, entry in DIVERGENCES.items()}},
    )
    penalty: PenaltyName = Field(
        "r1",
        title="Penalty",
        description="What keeps the discriminator from growing too steep.",
        json_schema_extra={
            "titles": {name: entry.title for name, entry in PENALTIES.items()},
            "opens": ["penalty_weight", "final_penalty_weight", "penalty_every"],
        },
    )
    penalty_weight: float | None = Field(
        None,
        ge=0,
        le=1e4,
        title="Penalty weight",
        description="Factor of the penalty; empty takes the customary one.",
        json_schema_extra={"advanced": True},
    )
    final_penalty_weight: float | None = Field(
        None,
        gt=0,
        le=1e4,
        title="Final penalty weight",
        description="The factor at the end, evenly falling on a logarithmic scale; empty keeps one that is given.",
        json_schema_extra={"advanced": True},
    )
    penalty_every: int | None = Field(
        None,
        ge=1,
        le=100,
        title="Penalty every",
        description="Due once in so many steps, with so many times its weight; empty takes the customary.",
        json_schema_extra={"unit": "steps", "advanced": True},
    )
    label_smoothing: float = Field(
        0.0,
        ge=0,
        lt=0.5,
        title="Label smoothing",
        description="This share of the data counts as fakes (one-sided); the discriminator grows less sure.",
        json_schema_extra={"advanced": True},
    )
    instance_noise: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Instance noise",
        description="Noise on all that the discriminator sees, at first; it falls to nothing at the end.",
        json_schema_extra={"unit": "σ", "advanced": True},
    )
    augment: AugmentName = Field(
        "none",
        title="Both see through",
        description="Random changes of data and fakes alike, for small sets (DiffAugment); affine for an InfoGAN.",
        json_schema_extra={
            "advanced": True,
            "titles": {"light_move_cut": "light, moves, cutout", "affine": "small affine map"},
        },
    )
    n_critic: int = Field(
        1,
        ge=1,
        le=50,
        title="Critic updates",
        description="Updates of the discriminator for each update of the generator.",
        json_schema_extra={"unit": "per step", "advanced": True},
    )

    @model_validator(mode="after")
    def _can_be_smoothed(self) -> Self:
        if self.label_smoothing and divergence(self.divergence).is_paired:
            raise ValueError("label_smoothing has no meaning where data and fakes are compared in pairs: set it to 0")
        return self

    def resolved(self, data: DataSpec) -> Self:
        """The customary weight and interval of the penalty, written out; R1 on points falls, or modes stay blurred."""
        if data.kind == "points" and self.augment != "none":
            raise StudioError("augment changes pictures and these data are points: set model.augment to none.")
        usual = penalty(self.penalty)
        customary: dict[str, float] = {"penalty_weight": usual.weight, "penalty_every": usual.every}
        if self.penalty == "r1" and data.kind == "points" and self.penalty_weight is None:
            customary = R1_OF_POINTS
        left_open = {name: value for name, value in customary.items() if getattr(self, name) is None}
        return super().resolved(data).model_copy(update=left_open)


AdversaryT = TypeVar("AdversaryT", bound=Adversary)


class AdversarialGame(Objective[AdversaryT]):
    """Two players. A family that wants more of them overrides `about_fakes`."""

    def __init__(self, settings: GameSettings) -> None:
        super().__init__()
        self.settings = settings
        self.divergence, self.penalty = divergence(settings.divergence), penalty(settings.penalty)
        self.phases = (
            Phase(DISCRIMINATOR, owns=("model.trunk", "model.head"), n_updates=settings.n_critic),
            Phase(GENERATOR, owns=("model.generator",)),
        )

    def about_fakes(self, model: AdversaryT, step: Step, code: Tensor, features: Tensor) -> Mapping[str, Term]:
        """What the player of `step.phase` minimises besides, given the features (n, n_features) of the fakes of these
        codes (n, dim)."""
        return {}

    def terms(self, model: AdversaryT, step: Step) -> Mapping[str, Term]:
        return self._of_discriminator(model, step) if step.phase == DISCRIMINATOR else self._of_generator(model, step)

    def _of_discriminator(self, model: AdversaryT, step: Step) -> dict[str, Term]:
        code, fake = self._fakes(model, step)
        real, fake = self._seen(model.to_units(step.batch["image"]), step), self._seen(fake.detach(), step)
        every = self.settings.penalty_every or self.penalty.every
        is_due = self.penalty.cost is not None and step.due(every)
        looks_at_real = is_due and self.penalty.where is None
        if looks_at_real or model.mixes_batch:
            real.requires_grad_(looks_at_real)
            of_real, of_fake = model.trunk(real), model.trunk(fake)
            on_real, on_fake = model.head(of_real).squeeze(1), model.head(of_fake).squeeze(1)
        else:  # one pass is cheaper than two
            features = model.trunk(torch.cat([real, fake]))
            of_fake = features[len(real) :]
            on_real, on_fake = model.head(features).squeeze(1).split([len(real), len(fake)])
        if step.is_watched:
            step.note("real", on_real)
            step.note("fake", on_fake)
            step.note("accuracy", (on_real.detach()[:, None] > on_fake.detach()[None]).float().mean(1))
        on_real, on_fake = on_real.float(), on_fake.float()
        loss = self.divergence.critic_loss(on_real, on_fake, 1 - self.settings.label_smoothing)
        told = {"divergence": Term(loss), **self.about_fakes(model, step, code, of_fake)}
        if is_due:
            assert self.penalty.cost is not None
            points, scores = real, on_real
            if self.penalty.where is not None:
                points = self.penalty.where(real, fake, step.generator).requires_grad_()
                scores = model.critic(points).float()
            cost = self.penalty.cost(slopes(scores, points))
            told["penalty"] = Term(cost.mean(), self._penalty_weight(step) * every)
        return told

    def _of_generator(self, model: AdversaryT, step: Step) -> dict[str, Term]:
        code, fake = self._fakes(model, step)
        features = model.trunk(self._seen(fake, step))
        scores = model.head(features).squeeze(1).float()
        real: Tensor | None = None
        if self.divergence.is_paired:
            with torch.no_grad():
                real = model.critic(self._seen(model.to_units(step.batch["image"]), step)).float()
        loss = self.divergence.generator_loss(scores, real)
        return {"divergence": Term(loss), **self.about_fakes(model, step, code, features)}

    def _fakes(self, model: AdversaryT, step: Step) -> tuple[Tensor, Tensor]:
        """Codes and their fakes, in the networks' units. Those of the discriminator's last update, graph and all,
        serve the generator's first; a second update of the generator in a row needs new ones."""

        def make() -> tuple[Tensor, Tensor]:
            code = step.prior(model, len(step.batch["image"]))
            return code, model.generate(code)

        if step.phase == DISCRIMINATOR and not step.is_last_update:
            with torch.no_grad():
                return make()
        return make() if step.phase == GENERATOR and step.update > 0 else step.once("fakes", make)

    def _seen(self, x: Tensor, step: Step) -> Tensor:
        """What the critic is shown of it; in all digits, or coarse changes of fakes would tell them from data."""
        x = augmented(x.float(), self.settings.augment, step.generator)
        sigma = self.settings.instance_noise * (1 - step.done)
        return x + sigma * step.normal_like(x) if sigma > 0 else x

    def _penalty_weight(self, step: Step) -> float:
        first = self.penalty.weight if self.settings.penalty_weight is None else self.settings.penalty_weight
        last = self.settings.final_penalty_weight
        return first if last is None or first == 0 else float(first * (last / first) ** step.done)

    def project(self, model: AdversaryT, step: Step) -> None:
        if self.penalty.clip is not None and step.phase == DISCRIMINATOR:
            clipped([model.trunk, model.head], self.settings.penalty_weight or self.penalty.clip)

    def measures(self, model: AdversaryT, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        """loss: the energy distance of samples from pictures, which tells the best moment where the game's own losses
        tell nothing.  spread: how far samples are from each other, as a share of what pictures are."""
        real = model.to_units(batch["image"]).flatten(1)
        fake = model.generate(sample_prior(model.space, len(real), generator)).flatten(1)
        spread = mean_distance(fake) / mean_distance(real).mean().clamp(min=1e-12)
        return {"loss": energy_distance(real, fake), "spread": spread}
