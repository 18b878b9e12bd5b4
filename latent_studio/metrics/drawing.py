"""Samples of a model and pictures of its data, as the numbers that both are measured by."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.model import Decodes, GenerativeModel, Samples, sample_prior
from latent_studio.data.image_set import ImageSet
from latent_studio.data.point_set import PointSet

PIECE = 50
"""Images at a time."""


def drawn(model: GenerativeModel, n: int, seed: int, name: str = "This model") -> Iterator[Tensor]:
    """n images in pieces (k, c, h, w) on the model's device; the same seed gives the same ones.

    StudioError where the model makes none; `name` is what it calls it.
    """
    if not isinstance(model, Decodes | Samples):
        raise StudioError(f"{name} makes no pictures of its own: choose a model that decodes or samples.")
    weight = next(model.parameters(), torch.zeros(()))
    generator = torch.Generator(weight.device).manual_seed(seed)
    for start in range(0, n, PIECE):
        k = min(PIECE, n - start)
        with torch.inference_mode():
            if isinstance(model, Decodes):
                images = model.decode(sample_prior(model.space, k, generator))
            else:
                images = model.sample_images(k, generator)
        yield images.float()


def images_of(data: ImageSet, rows: slice) -> Tensor:
    """Those pictures of a set as a model makes them: float32 (n, c, h, w) in [0, 1], or points (n, d, 1, 1)."""
    if isinstance(data, PointSet):
        return torch.from_numpy(data.points[rows])[:, :, None, None]
    return torch.from_numpy(data.pixels[rows] / np.float32(255))
