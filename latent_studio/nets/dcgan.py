"""Convolutional critics and generators by DCGAN's plan (Radford et al. 2016), for square pictures of 8 to 128 px."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from latent_studio.nets.sizes import ImageShape, channels, ladder

SLOPE = 0.2
"""Of a leaky ReLU below 0, as GANs use it."""


class ConvGenerator(nn.Module):
    """Codes (n, n_in) → unbounded pixels (n, c, s, s): a linear layer to 4 px, then transposed convolutions up."""

    def __init__(self, n_in: int, image_shape: ImageShape, base: int, is_normed: bool) -> None:
        super().__init__()
        n_channels, side, _ = image_shape
        sides = ladder(side)[::-1]
        widths = [*channels(base, len(sides) - 1)[::-1], n_channels]
        self.start = (widths[0], sides[0], sides[0])
        self.project = nn.Linear(n_in, widths[0] * sides[0] ** 2, bias=not is_normed)
        blocks: list[nn.Module] = [*_norm(widths[0], is_normed), nn.ReLU(inplace=True)]
        for level, (before, after) in enumerate(pairwise(sides)):
            is_last = level == len(sides) - 2
            kernel = 4 if after == 2 * before else 3  # only an odd side needs 3 (7 from 4)
            n_in, n_out = widths[level], widths[level + 1]
            blocks.append(nn.ConvTranspose2d(n_in, n_out, kernel, stride=2, padding=1, bias=is_last or not is_normed))
            if not is_last:
                blocks += [*_norm(n_out, is_normed), nn.ReLU(inplace=True)]
        self.net = nn.Sequential(*blocks)

    def forward(self, code: Tensor) -> Tensor:
        pixels: Tensor = self.net(self.project(code).view(-1, *self.start))
        return pixels


class ConvTrunk(nn.Sequential):
    """Pictures (n, c, s, s) → features (n, n_features): convolutions of stride 2 down to 4 px."""

    def __init__(self, image_shape: ImageShape, base: int, is_normed: bool) -> None:
        n_channels, side, _ = image_shape
        sides = ladder(side)
        blocks: list[nn.Module] = []
        for level, (before, width) in enumerate(zip(sides, channels(base, len(sides) - 1), strict=False)):
            kernel = 4 if before % 2 == 0 else 3
            is_normed_here = is_normed and level > 0  # the first layer sees the picture itself
            blocks.append(nn.Conv2d(n_channels, width, kernel, stride=2, padding=1, bias=not is_normed_here))
            blocks += [*_norm(width, is_normed_here), nn.LeakyReLU(SLOPE, inplace=True)]
            n_channels = width
        super().__init__(*blocks, nn.Flatten())
        self.n_features = n_channels * sides[-1] ** 2


def _norm(width: int, is_normed: bool) -> list[nn.Module]:
    return [nn.BatchNorm2d(width)] if is_normed else []
