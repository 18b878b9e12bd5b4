"""The table of networks that models with a generator and a critic choose from, and what all such models can do."""

from __future__ import annotations

from math import prod
from typing import Literal, Self

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from latent_studio.core.adversary import Adversary
from latent_studio.core.events import Pixels
from latent_studio.core.family import POINT_SIDE, DataSpec, FamilyConfig
from latent_studio.core.latent import Categorical, Factor, LatentSpace
from latent_studio.core.pictures import dots
from latent_studio.nets.compact import CompactGenerator, CompactTrunk
from latent_studio.nets.dcgan import SLOPE, ConvGenerator, ConvTrunk
from latent_studio.nets.minibatch import MinibatchDiscrimination, MinibatchStddev
from latent_studio.nets.mlp import layers
from latent_studio.nets.resnet import ResidualGenerator, ResidualTrunk
from latent_studio.nets.sizes import ImageShape, check_convolvable

MLP_UP_TO_PIXELS = 256
"""Pictures of at most this many numbers get fully connected networks when the choice is `auto`."""


class AdversarialNetworks(FamilyConfig):
    """What every family with a generator and a critic lets a person choose of its networks."""

    network: Literal["auto", "mlp", "compact", "conv", "resnet"] = Field(
        "auto",
        title="Network",
        description="auto: fully connected networks (mlp) for points and tiny pictures, else DCGAN's convolutions.",
        json_schema_extra={"titles": {"mlp": "MLP", "compact": "compact", "conv": "DCGAN", "resnet": "residual"}},
    )
    n_latent: int = Field(
        64, ge=1, le=512, title="Noise dimensions", description="How many random numbers a picture is made of."
    )
    prior: Literal["normal", "uniform"] = Field(
        "normal",
        title="Prior",
        description="The noise: standard normal, or even between -1 and 1.",
        json_schema_extra={"advanced": True},
    )
    width: int = Field(
        256,
        ge=8,
        le=4096,
        title="Hidden width",
        description="Units of each hidden layer of fully connected networks, and of the one in compact networks.",
        json_schema_extra={"unit": "units", "advanced": True},
    )
    n_layers: int = Field(
        3,
        ge=1,
        le=8,
        title="Hidden layers",
        description="Hidden layers of fully connected networks.",
        json_schema_extra={"advanced": True},
    )
    slope: float = Field(
        SLOPE,
        ge=0,
        lt=1,
        title="Slope below 0",
        description="Of the leaky ReLUs of fully connected networks; 0 is a ReLU, whose corners part modes sharply.",
        json_schema_extra={"advanced": True},
    )
    channels: int = Field(
        32,
        ge=4,
        le=256,
        title="Channels",
        description="Channels at the finest level of convolutional networks; doubled at each coarser one.",
        json_schema_extra={"advanced": True},
    )
    norm: Literal["generator", "both", "none"] = Field(
        "generator",
        title="Batch norm",
        description="Which convolutional networks are normed over the batch; a critic that is normed takes no R1.",
        json_schema_extra={
            "advanced": True,
            "titles": {"generator": "generator", "both": "both players", "none": "none"},
        },
    )
    spectral_norm: bool = Field(
        False,
        title="Spectral norm",
        description="Divides each layer of the discriminator by its largest singular value (Miyato et al. 2018).",
        json_schema_extra={"advanced": True},
    )
    minibatch: Literal["none", "stddev", "discrimination"] = Field(
        "none",
        title="Sees the batch",
        description="Lets the discriminator see whether the pictures of a batch are alike: against mode collapse.",
        json_schema_extra={
            "advanced": True,
            "titles": {"stddev": "standard deviation", "discrimination": "discrimination"},
        },
    )
    n_generators: int = Field(
        1,
        ge=1,
        le=32,
        title="Generators",
        description="An ensemble: each picture is made by one of them, and no one has to know all modes.",
        json_schema_extra={"advanced": True},
    )

    def resolved(self, data: DataSpec) -> Self:
        found = super().resolved(data)  # of the game's settings, where a family has both
        if self.network != "auto":
            return found
        is_small = data.kind == "points" or prod(data.image_shape) <= MLP_UP_TO_PIXELS
        return found.model_copy(update={"network": "mlp" if is_small else "conv"})


class AdversarialModel(Adversary):
    """An adversary with the networks that its settings choose."""

    def __init__(self, config: AdversarialNetworks, data: DataSpec, factors: tuple[Factor, ...]) -> None:
        if config.n_generators > 1:
            factors = (*factors, Categorical(name="generator", shape=(config.n_generators,)))
        super().__init__(LatentSpace(factors=factors), data.image_shape)
        if config.network != "mlp":
            check_convolvable(data.image_shape)
        self.is_of_points = data.kind == "points"
        self.generator = _generator(config, self.space.dim, data)
        self.trunk, self.n_features = _trunk(config, data)
        self.head = _head(config, self.n_features)
        self.mixes_batch = config.minibatch != "none" or (config.norm == "both" and config.network != "mlp")
        centre, spread = (data.centre, data.spread) if self.is_of_points else ((0.5,), (0.5,))
        for name, values in (("centre", centre), ("spread", spread)):
            self.register_buffer(name, torch.tensor(values).view(1, -1, 1, 1))
        if config.spectral_norm:
            for part in (self.trunk, self.head):
                _normed(part)

    def generate(self, code: Tensor) -> Tensor:
        x = super().generate(code)
        return x if self.is_of_points else torch.tanh(x)

    def pictures(self, images: Tensor) -> tuple[Pixels, ...]:
        """Points are drawn as dots over the range of the data."""
        if not self.is_of_points:
            return super().pictures(images)
        return tuple(dots(self.to_units(images.float()).flatten(1).cpu().numpy(), POINT_SIDE))


class Ensemble(nn.Module):
    """Several generators; the last columns of a code, one-hot, say which one makes its picture.

    Source: the generators of Ghosh et al. 2018 (MAD-GAN) and Hoang et al. 2018 (MGAN), with one common critic.
    """

    def __init__(self, members: list[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, code: Tensor) -> Tensor:
        choice = code[:, -len(self.members) :].argmax(1)
        rows = [torch.nonzero(choice == k).squeeze(1) for k in range(len(self.members))]
        made = [member(code[mine, : -len(self.members)]) for member, mine in zip(self.members, rows, strict=True)]
        images: Tensor = torch.cat(made)[torch.argsort(torch.cat(rows))]
        return images


def leaky_layers(n_in: int, width: int, n_layers: int, slope: float = SLOPE) -> list[nn.Module]:
    """`n_layers` times a linear layer and a leaky ReLU, or with slope 0 a plain one."""
    blocks = layers(n_in, width, n_layers)
    if slope == 0:
        return blocks
    return [nn.LeakyReLU(slope, inplace=True) if isinstance(block, nn.ReLU) else block for block in blocks]


def _generator(config: AdversarialNetworks, n_in: int, data: DataSpec) -> nn.Module:
    if config.n_generators > 1:
        n_in -= config.n_generators
        return Ensemble([_one_generator(config, n_in, data.image_shape) for _ in range(config.n_generators)])
    return _one_generator(config, n_in, data.image_shape)


def _one_generator(config: AdversarialNetworks, n_in: int, image_shape: ImageShape) -> nn.Module:
    match config.network:
        case "compact":
            return CompactGenerator(n_in, image_shape, config.channels, config.width, config.norm != "none")
        case "conv":
            return ConvGenerator(n_in, image_shape, config.channels, config.norm != "none")
        case "resnet":
            return ResidualGenerator(n_in, image_shape, config.channels, config.norm != "none")
    return nn.Sequential(
        *leaky_layers(n_in, config.width, config.n_layers, config.slope),
        nn.Linear(config.width, prod(image_shape)),
        nn.Unflatten(1, image_shape),
    )


def _trunk(config: AdversarialNetworks, data: DataSpec) -> tuple[nn.Module, int]:
    match config.network:
        case "compact":
            compact = CompactTrunk(data.image_shape, config.channels, config.width, config.norm == "both")
            return compact, compact.n_features
        case "conv":
            conv = ConvTrunk(data.image_shape, config.channels, config.norm == "both")
            return conv, conv.n_features
        case "resnet":
            residual = ResidualTrunk(data.image_shape, config.channels, config.norm == "both")
            return residual, residual.n_features
    blocks = leaky_layers(prod(data.image_shape), config.width, config.n_layers, config.slope)
    return nn.Sequential(nn.Flatten(), *blocks), config.width


def _head(config: AdversarialNetworks, n_features: int) -> nn.Module:
    match config.minibatch:
        case "stddev":
            return nn.Sequential(MinibatchStddev(), nn.Linear(n_features + MinibatchStddev.n_more, 1))
        case "discrimination":
            return nn.Sequential(
                MinibatchDiscrimination(n_features), nn.Linear(n_features + MinibatchDiscrimination.n_more, 1)
            )
    return nn.Linear(n_features, 1)


def _normed(part: nn.Module) -> None:
    for layer in list(part.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d):
            if not layer.weight.is_meta and not layer.weight.any():
                layer.reset_parameters()  # a residual block begins at nothing, which has no largest direction
            spectral_norm(layer)
