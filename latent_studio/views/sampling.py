"""Pictures drawn from a model, with or without a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.latent import Floats, LatentSpace
from latent_studio.core.request import OpenModel
from latent_studio.views.decoding import MAX_CHUNK, decode


@dataclass(frozen=True)
class Draw:
    """Which samples: the same draw of the same weights gives the same codes and the same pictures.

    held: (column, value) of the numbers that do not come from the prior, as a locked class.
    """

    n: int
    seed: int
    temperature: float = 1.0
    held: tuple[tuple[int, float], ...] = ()


def drawn(space: LatentSpace, draw: Draw) -> Floats:
    """(n, dim) codes from the prior, with what is held put in its place."""
    codes = space.sample(draw.n, np.random.default_rng(draw.seed), draw.temperature)
    if not draw.held:
        return codes
    for column, value in draw.held:
        codes[:, column] = value
    return space.nearest(codes)  # one column of a category may have been held and another drawn


def batches(opened: OpenModel, draw: Draw) -> Iterator[tuple[Pixels, ...]]:
    """The pictures of a draw in batches of a fixed size, so that the same draw gives the same bits everywhere."""
    import torch

    from latent_studio.core.model import Decodes, Samples

    model = opened.model
    if isinstance(model, Decodes):
        codes = drawn(opened.header.space, draw)
        for start in range(0, draw.n, MAX_CHUNK):
            yield decode(opened, codes[start : start + MAX_CHUNK])
        return
    if not isinstance(model, Samples):
        raise StudioError(f"{opened.header.name} makes no pictures of its own: open a model that decodes or samples.")
    if draw.temperature != 1.0:
        raise StudioError(f"{opened.header.name} has no latent code, so no temperature: leave it at 1.")
    generator = torch.Generator(next(model.parameters()).device).manual_seed(draw.seed)
    for start in range(0, draw.n, MAX_CHUNK):
        with torch.inference_mode():
            pictures = model.pictures(model.sample_images(min(MAX_CHUNK, draw.n - start), generator))
        yield pictures


def sampled(opened: OpenModel, n: int, seed: int, temperature: float = 1.0) -> tuple[Pixels, ...]:
    """n pictures: prior codes at that temperature decoded, or drawn by a model that needs no code."""
    return tuple(chain.from_iterable(batches(opened, Draw(n, seed, temperature))))
