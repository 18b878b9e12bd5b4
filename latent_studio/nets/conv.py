"""Convolutional encoders and decoders for square pictures of any side from 8 to 128 px (DCGAN's plan, Radford 2016)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

from latent_studio.nets.sizes import ImageShape, channels, ladder


class ConvEncoder(nn.Sequential):
    """Images (n, c, s, s) → features (n, n_out): stride-2 convolutions down to 4 px, then one linear layer."""

    def __init__(self, image_shape: ImageShape, n_out: int, base: int) -> None:
        n_channels, side, _ = image_shape
        sides = ladder(side)
        widths = channels(base, len(sides) - 1)
        blocks: list[nn.Module] = []
        for width in widths:
            blocks += [nn.Conv2d(n_channels, width, 3, stride=2, padding=1), nn.ReLU(inplace=True)]
            n_channels = width
        super().__init__(*blocks, nn.Flatten(), nn.Linear(n_channels * sides[-1] ** 2, n_out))


class ConvDecoder(nn.Module):
    """Codes (n, n_in) → unbounded pixels (n, c, s, s): a linear layer to 4 px, then transposed convolutions up."""

    def __init__(self, n_in: int, image_shape: ImageShape, base: int) -> None:
        super().__init__()
        n_channels, side, _ = image_shape
        sides = ladder(side)[::-1]
        widths = channels(base, len(sides) - 1)[::-1]
        self.start = (widths[0], sides[0], sides[0])
        self.project = nn.Sequential(nn.Linear(n_in, widths[0] * sides[0] ** 2), nn.ReLU(inplace=True))
        blocks: list[nn.Module] = []
        for level, (before, after) in enumerate(pairwise(sides)):
            is_last = level == len(sides) - 2
            # a kernel of 4 doubles without the checkerboard of 3; only an odd side needs 3 (7 from 4)
            kernel = 4 if after == 2 * before else 3
            n_out = n_channels if is_last else widths[level + 1]
            blocks.append(nn.ConvTranspose2d(widths[level], n_out, kernel, stride=2, padding=1))
            if not is_last:
                blocks.append(nn.ReLU(inplace=True))
        self.net = nn.Sequential(*blocks)

    def forward(self, code: Tensor) -> Tensor:
        pixels: Tensor = self.net(self.project(code).view(-1, *self.start))
        return pixels
