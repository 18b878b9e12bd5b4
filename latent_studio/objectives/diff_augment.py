"""Random changes that both players see through: data and fakes are changed alike before the critic looks, and the
gradient passes on to the generator. So a critic cannot learn few pictures by heart.

Zhao et al. 2020 (DiffAugment): light, translation, cutout. A small affine map, which leaves an InfoGAN's categories
nothing to tell apart but the shape, is of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable
from math import radians
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

AugmentName = Literal["none", "light", "move", "light_move_cut", "affine"]

LARGEST_SHIFT, CUT_SIDE = 0.125, 0.5  # × side
LARGEST_ANGLE, LARGEST_SHEAR, LARGEST_ZOOM, AFFINE_SHIFT = radians(20), 0.35, 0.25, 0.08

Change = Callable[[Tensor, torch.Generator], Tensor]


def augmented(x: Tensor, name: AugmentName, generator: torch.Generator) -> Tensor:
    """Pictures (n, c, h, w) in [-1, 1], each changed by itself; -1 comes in from outside."""
    for change in _CHANGES[name]:
        x = change(x, generator)
    return x


def _uniform(x: Tensor, generator: torch.Generator, *shape: int) -> Tensor:
    """Numbers in [-1, 1), (n, …)."""
    return torch.rand((len(x), *shape), generator=generator, device=x.device, dtype=x.dtype) * 2 - 1


def _light(x: Tensor, generator: torch.Generator) -> Tensor:
    brightness, saturation, contrast = (_uniform(x, generator, 1, 1, 1) for _ in range(3))
    x = x + 0.5 * brightness
    if x.shape[1] > 1:
        grey = x.mean(1, keepdim=True)
        x = grey + (x - grey) * (1 + saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (1 + 0.5 * contrast)


def _move(x: Tensor, generator: torch.Generator) -> Tensor:
    side = x.shape[2]
    most = round(LARGEST_SHIFT * side)
    if most == 0:
        return x
    shift = torch.randint(0, 2 * most + 1, (2, len(x), 1), generator=generator, device=x.device)
    line = torch.arange(side, device=x.device)
    rows, columns = line + shift[0], line + shift[1]
    padded = pad(x, (most, most, most, most), value=-1.0)
    pictures = torch.arange(len(x), device=x.device)[:, None, None]
    # the indexed dimensions come first, so the channels go last and back
    return padded.permute(0, 2, 3, 1)[pictures, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _cut(x: Tensor, generator: torch.Generator) -> Tensor:
    side = x.shape[2]
    middle = torch.randint(0, side, (2, len(x), 1), generator=generator, device=x.device)
    line = torch.arange(side, device=x.device)
    rows, columns = ((line - middle[axis]).abs() < CUT_SIDE * side / 2 for axis in (0, 1))
    is_cut = (rows[:, :, None] & columns[:, None, :])[:, None]
    return x.masked_fill(is_cut, 0.0)


def _affine(x: Tensor, generator: torch.Generator) -> Tensor:
    """Turned, sheared, zoomed and moved a little."""
    return affine(x, _uniform(x, generator, 5))


def affine(x: Tensor, amounts: Tensor) -> Tensor:
    """Pictures turned, sheared, zoomed and moved by amounts (n, 5) in [-1, 1] of the largest of each."""
    angle, shear, zoom, right, down = amounts.unbind(1)
    angle, scale = angle * LARGEST_ANGLE, torch.exp(-zoom * LARGEST_ZOOM)
    cos, sin, shear = torch.cos(angle) * scale, torch.sin(angle) * scale, shear * LARGEST_SHEAR
    rows = (cos, cos * shear - sin, 2 * AFFINE_SHIFT * right, sin, sin * shear + cos, 2 * AFFINE_SHIFT * down)
    grid = affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(x.shape), align_corners=False)
    # outside of the picture a sample is 0, so black is made 0 for the while
    return grid_sample(x + 1, grid, align_corners=False) - 1


_CHANGES: dict[AugmentName, tuple[Change, ...]] = {
    "none": (),
    "light": (_light,),
    "move": (_move,),
    "light_move_cut": (_light, _move, _cut),
    "affine": (_affine,),
}
