"""Classifier: which of the data's labels a picture has. It makes no pictures: others are measured with it.

The last layer's softmax under the cross-entropy (Bridle 1990) with label smoothing (Szegedy et al. 2016, section 7):
a share ε of the wanted probability goes to all classes alike, which keeps the network from growing sure of everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec, Family, FamilyConfig
from latent_studio.core.latent import LatentSpace
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.nets.dcgan import ConvTrunk
from latent_studio.nets.mlp import MLPEncoder
from latent_studio.nets.sizes import check_convolvable, is_convolvable


class ClassifierConfig(FamilyConfig):
    """Settings of a classifier."""

    network: Literal["auto", "mlp", "conv"] = Field(
        "auto",
        title="Network",
        description="Fully connected (mlp) or convolutional (conv); auto takes conv for square pictures.",
        json_schema_extra={"titles": {"mlp": "MLP", "conv": "convolutional"}},
    )
    width: int = Field(
        256,
        ge=8,
        le=4096,
        title="Hidden width",
        description="Units of each hidden layer of a fully connected network.",
        json_schema_extra={"unit": "units", "advanced": True},
    )
    n_layers: int = Field(
        2,
        ge=1,
        le=8,
        title="Hidden layers",
        description="Hidden layers of a fully connected network.",
        json_schema_extra={"advanced": True},
    )
    channels: int = Field(
        16,
        ge=4,
        le=256,
        title="Channels",
        description="Channels at the finest level of a convolutional network; doubled at each coarser one.",
        json_schema_extra={"advanced": True},
    )
    label_smoothing: float = Field(
        0.05,
        ge=0.0,
        lt=1.0,
        title="Label smoothing",
        description="Share of the wanted probability that goes to all classes alike; 0 wants certainty.",
        json_schema_extra={"unit": "ε", "advanced": True},
    )

    def resolved(self, data: DataSpec) -> Self:
        if self.network != "auto":
            return self
        return self.model_copy(update={"network": "conv" if is_convolvable(data.image_shape) else "mlp"})


class Classifier(GenerativeModel):
    """x → (x − centre) / spread → network → logits, one per label; pictures are taken as they are."""

    centre: Tensor
    spread: Tensor

    def __init__(self, config: ClassifierConfig, data: DataSpec) -> None:
        super().__init__(LatentSpace(factors=()), data.image_shape)
        n_classes = len(data.label_names)
        if n_classes < 2:
            raise StudioError(f"{data.name} has fewer than two labels to tell apart: choose data with more.")
        self.network = network(config, data, n_classes)
        n_channels = data.image_shape[0]
        self.register_buffer("centre", torch.tensor(data.centre or [0.0] * n_channels).view(-1, 1, 1))
        self.register_buffer("spread", torch.tensor(data.spread or [1.0] * n_channels).view(-1, 1, 1))

    def classify(self, image: Tensor) -> Tensor:
        logits: Tensor = self.network((image - self.centre) / self.spread)
        return logits


def network(config: ClassifierConfig, data: DataSpec, n_classes: int) -> nn.Module:
    """Images (n, c, h, w) → logits (n, n_classes)."""
    if config.network == "mlp":
        return MLPEncoder(data.image_shape, n_classes, config.width, config.n_layers)
    check_convolvable(data.image_shape)
    trunk = ConvTrunk(data.image_shape, config.channels, is_normed=True)
    return nn.Sequential(trunk, nn.Linear(trunk.n_features, n_classes))


class CrossEntropy(Objective[Classifier]):
    """One player minimises the cross-entropy of the labels, smoothed while training."""

    phases = (Phase("classifier", owns=("model",)),)

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config

    def terms(self, model: Classifier, step: Step) -> Mapping[str, Term]:
        logits = model.classify(step.batch["image"]).float()
        smoothed = functional.cross_entropy(logits, step.batch["label"], label_smoothing=self.config.label_smoothing)
        return {"cross_entropy": Term(smoothed)}

    def measures(self, model: Classifier, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        """loss is the cross-entropy in nats, without smoothing; error is 1 where the likeliest label is another."""
        logits = model.classify(batch["image"]).float()
        wrong = logits.argmax(1) != batch["label"]
        return {"loss": functional.cross_entropy(logits, batch["label"], reduction="none"), "error": wrong.float()}


FAMILY = Family(
    title="Classifier",
    citation="Szegedy et al., Rethinking the Inception Architecture for Computer Vision, CVPR 2016",
    equation="min −Σₖ qₖ log p(k|x),  q = (1 − ε) 1[k = y] + ε/K",
    config=ClassifierConfig,
    build=Classifier,
    objective=CrossEntropy,
    needs=("image", "label"),
    defaults={
        kind: {"training": {"n_epochs": 5}, "optimizer": {"learning_rate": 2e-3, "final_learning_rate": 0.02}}
        for kind in ("pixels", "points")
    },
)
