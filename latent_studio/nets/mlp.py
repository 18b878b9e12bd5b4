"""Fully connected encoders and decoders."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from torch import Tensor, nn

from latent_studio.nets.sizes import ImageShape


class MLPEncoder(nn.Sequential):
    """Images (n, c, h, w) → features (n, n_out)."""

    def __init__(self, image_shape: ImageShape, n_out: int, width: int, n_layers: int) -> None:
        super().__init__(nn.Flatten(), *layers(prod(image_shape), width, n_layers), nn.Linear(width, n_out))


class MLPDecoder(nn.Module):
    """Codes (n, n_in) → unbounded pixels (n, c, h, w)."""

    def __init__(self, n_in: int, image_shape: ImageShape, width: int, n_layers: int) -> None:
        super().__init__()
        self.image_shape = image_shape
        self.net = nn.Sequential(*layers(n_in, width, n_layers), nn.Linear(width, prod(image_shape)))

    def forward(self, code: Tensor) -> Tensor:
        pixels: Tensor = self.net(code)
        return pixels.view(-1, *self.image_shape)


def layers(n_in: int, width: int, n_layers: int) -> list[nn.Module]:
    """`n_layers` times a linear layer and a ReLU."""
    sizes = [n_in] + [width] * n_layers
    return [m for a, b in pairwise(sizes) for m in (nn.Linear(a, b), nn.ReLU(inplace=True))]
