"""A linear autoencoder with troubles to order: losses that are not finite, batches that are too large, defects."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import torch
from pydantic import Field
from torch import Tensor, nn

from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term

CPU_SAYS = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to …"


class FragileConfig(FamilyConfig):
    """bad_from, bad_to: steps whose loss is not a number.  fits: pictures that fit in memory.  breaks_at: a defect."""

    n_latent: int = Field(2, ge=1, title="Latent dimensions", description="Numbers a picture is coded by.")
    bad_from: int = Field(-1, title="First bad step", description="First step with a loss that is not a number.")
    bad_to: int = Field(-1, title="Last bad step", description="Last step with a loss that is not a number.")
    fits: int = Field(10_000, title="Fits", description="Pictures that fit in memory.")
    on_gpu: bool = Field(False, title="On a GPU", description="Run out of memory as a GPU does.")
    breaks_at: int = Field(-1, title="Breaks at", description="Step with a defect.")
    note: str | None = Field(None, title="Note", description="Something optional.")
    sides: tuple[int, int] = Field((1, 2), title="Sides", description="Something with several numbers.")


class Fragile(GenerativeModel):
    """x → W x → Wᵀ-like back."""

    def __init__(self, config: FragileConfig, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(config.n_latent,)),)), data.image_shape)
        self.squeeze = nn.Linear(prod(data.image_shape), config.n_latent)
        self.unfold = nn.Linear(config.n_latent, prod(data.image_shape))

    def decode(self, code: Tensor) -> Tensor:
        return torch.sigmoid(self.unfold(code)).view(-1, *self.image_shape)


class FragileObjective(Objective[Fragile]):
    """One player minimises the squared error."""

    phases = (Phase("autoencoder", owns=("model",)),)

    def __init__(self, config: FragileConfig) -> None:
        super().__init__()
        self.config = config

    def terms(self, model: Fragile, step: Step) -> Mapping[str, Term]:
        config, image = self.config, step.batch["image"]
        if len(image) > config.fits:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to …") if config.on_gpu else RuntimeError(CPU_SAYS)
        if step.index == config.breaks_at:
            raise ZeroDivisionError("a defect of the family")
        error = self.error(model, image).mean()
        is_bad = config.bad_from <= step.index <= config.bad_to
        return {"error": Term(error * torch.nan if is_bad else error)}

    def error(self, model: Fragile, image: Tensor) -> Tensor:
        """(n,) squared error per picture."""
        return (model.decode(model.squeeze(image.flatten(1))) - image).square().flatten(1).sum(1)

    def measures(self, model: Fragile, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        return {"loss": self.error(model, batch["image"])}


FAMILY = Family(
    title="Fragile",
    citation="none",
    equation="min Σ (x − x̂)²",
    config=FragileConfig,
    build=Fragile,
    objective=FragileObjective,
)
