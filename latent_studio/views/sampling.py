"""Pictures drawn from a model, with or without a code."""

from __future__ import annotations

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.request import OpenModel
from latent_studio.views.decoding import MAX_CHUNK, decode


def sampled(opened: OpenModel, n: int, seed: int, temperature: float = 1.0) -> tuple[Pixels, ...]:
    """n pictures: prior codes at that temperature decoded, or drawn by a model that needs no code.

    Made in batches of a fixed size, so that the same seed gives the same pictures.
    """
    import torch

    from latent_studio.core.model import Decodes, Samples, to_pixels

    model = opened.model
    sizes = [min(MAX_CHUNK, n - start) for start in range(0, n, MAX_CHUNK)]
    if isinstance(model, Decodes):
        codes = opened.header.space.sample(n, np.random.default_rng(seed), temperature)
        return tuple(picture for part in np.split(codes, np.cumsum(sizes)[:-1]) for picture in decode(opened, part))
    if not isinstance(model, Samples):
        raise StudioError(f"{opened.header.name} makes no pictures of its own: open a model that decodes or samples.")
    if temperature != 1.0:
        raise StudioError(f"{opened.header.name} has no latent code, so no temperature: leave it at 1.")
    generator = torch.Generator(next(model.parameters()).device).manual_seed(seed)
    with torch.inference_mode():
        return tuple(picture for size in sizes for picture in to_pixels(model.sample_images(size, generator)))
