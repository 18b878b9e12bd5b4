"""The table of networks that models with an encoder and a decoder choose from, and the settings that go with it."""

from __future__ import annotations

from math import prod
from typing import Literal, Self

from pydantic import Field
from torch import nn

from latent_studio.core.family import DataSpec, FamilyConfig
from latent_studio.nets.conv import ConvDecoder, ConvEncoder
from latent_studio.nets.mlp import MLPDecoder, MLPEncoder
from latent_studio.nets.sizes import ImageShape, check_convolvable

MLP_UP_TO_PIXELS = 1024
"""Pictures of at most this many numbers get a fully connected network when the choice is `auto`."""


class AutoencodingConfig(FamilyConfig):
    """What every family with an encoder and a decoder lets a person choose of its networks."""

    network: Literal["auto", "mlp", "conv"] = Field(
        "auto",
        title="Network",
        description="Fully connected (mlp) or convolutional (conv); auto takes mlp for up to 1,024 numbers.",
        json_schema_extra={"titles": {"mlp": "MLP", "conv": "convolutional"}},
    )
    n_latent: int = Field(
        16, ge=1, le=512, title="Latent dimensions", description="How many numbers a picture is coded by."
    )
    width: int = Field(
        400,
        ge=8,
        le=4096,
        title="Hidden width",
        description="Units of each hidden layer of a fully connected network.",
        json_schema_extra={"unit": "units", "advanced": True},
    )
    n_layers: int = Field(
        1,
        ge=1,
        le=8,
        title="Hidden layers",
        description="Hidden layers of a fully connected network, each way.",
        json_schema_extra={"advanced": True},
    )
    channels: int = Field(
        32,
        ge=4,
        le=256,
        title="Channels",
        description="Channels at the finest level of a convolutional network; doubled at each coarser one.",
        json_schema_extra={"advanced": True},
    )

    def resolved(self, data: DataSpec) -> Self:
        if self.network != "auto":
            return self
        chosen = "mlp" if prod(data.image_shape) <= MLP_UP_TO_PIXELS else "conv"
        return self.model_copy(update={"network": chosen})


def networks(config: AutoencodingConfig, image_shape: ImageShape, n_features: int) -> tuple[nn.Module, nn.Module]:
    """(encoder to `n_features` numbers, decoder from `config.n_latent` numbers to unbounded pixels)."""
    if config.network == "mlp":
        return (
            MLPEncoder(image_shape, n_features, config.width, config.n_layers),
            MLPDecoder(config.n_latent, image_shape, config.width, config.n_layers),
        )
    check_convolvable(image_shape)
    return (
        ConvEncoder(image_shape, n_features, config.channels),
        ConvDecoder(config.n_latent, image_shape, config.channels),
    )
