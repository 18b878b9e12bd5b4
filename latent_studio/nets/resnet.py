"""Residual critics and generators for square pictures of 8 to 128 px (Gulrajani et al. 2017; Miyato et al. 2018)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from latent_studio.nets.dcgan import SLOPE
from latent_studio.nets.sizes import ImageShape, channels, ladder


class ResidualBlock(nn.Module):
    """(n, n_in, s, s) → (n, n_out, t, t): two 3 × 3 convolutions, beside a shorter way; resampled to side t."""

    def __init__(self, n_in: int, n_out: int, side: int, is_normed: bool) -> None:
        super().__init__()
        self.side = side
        self.norms = nn.ModuleList([nn.BatchNorm2d(width) if is_normed else nn.Identity() for width in (n_in, n_out)])
        self.first = nn.Conv2d(n_in, n_out, 3, padding=1)
        self.second = nn.Conv2d(n_out, n_out, 3, padding=1)
        self.shorter = nn.Conv2d(n_in, n_out, 1, bias=False) if n_in != n_out else nn.Identity()
        self.rectify = nn.LeakyReLU(SLOPE)
        # the sum of two ways would grow with every block
        nn.init.zeros_(self.second.weight)
        assert self.second.bias is not None
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        grows = self.side > x.shape[-1]
        straight, inner = x, self.rectify(self.norms[0](x))
        if grows:
            straight, inner = _to_side(straight, self.side), _to_side(inner, self.side)
        inner = self.first(inner)
        inner = self.second(self.rectify(self.norms[1](inner)))
        return _to_side(self.shorter(straight) + inner, self.side)


def _to_side(x: Tensor, side: int) -> Tensor:
    """Nearest pixels when it grows, the mean of four when it shrinks (of fewer at an odd edge)."""
    if side == x.shape[-1]:
        return x
    if side > x.shape[-1]:
        return interpolate(x, size=(side, side), mode="nearest")
    return avg_pool2d(x, 2, ceil_mode=True, count_include_pad=False)


class ResidualGenerator(nn.Module):
    """Codes (n, n_in) → unbounded pixels (n, c, s, s)."""

    def __init__(self, n_in: int, image_shape: ImageShape, base: int, is_normed: bool) -> None:
        super().__init__()
        n_channels, side, _ = image_shape
        sides = ladder(side)[::-1]
        widths = channels(base, len(sides))[::-1]
        self.start = (widths[0], sides[0], sides[0])
        self.project = nn.Linear(n_in, widths[0] * sides[0] ** 2)
        self.blocks = nn.Sequential(
            *(ResidualBlock(a, b, to, is_normed) for (a, b), to in zip(pairwise(widths), sides[1:], strict=True))
        )
        last = [nn.BatchNorm2d(widths[-1])] if is_normed else []
        self.to_pixels = nn.Sequential(*last, nn.LeakyReLU(SLOPE), nn.Conv2d(widths[-1], n_channels, 3, padding=1))

    def forward(self, code: Tensor) -> Tensor:
        pixels: Tensor = self.to_pixels(self.blocks(self.project(code).view(-1, *self.start)))
        return pixels


class ResidualTrunk(nn.Sequential):
    """Pictures (n, c, s, s) → features (n, n_features)."""

    def __init__(self, image_shape: ImageShape, base: int, is_normed: bool) -> None:
        n_channels, side, _ = image_shape
        sides = ladder(side)
        widths = channels(base, len(sides))
        blocks = [ResidualBlock(a, b, to, is_normed) for (a, b), to in zip(pairwise(widths), sides[1:], strict=True)]
        super().__init__(nn.Conv2d(n_channels, widths[0], 3, padding=1), *blocks, nn.LeakyReLU(SLOPE), nn.Flatten())
        self.n_features = widths[-1] * sides[-1] ** 2
