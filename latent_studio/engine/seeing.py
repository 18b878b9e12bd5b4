"""Some pictures as a training would see them: the preview of what a recipe's [augment] does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.request import Priority, Request
from latent_studio.training.recipe import AugmentSection


@dataclass(frozen=True, eq=False)
class SeenPictures:
    """The pictures, changed."""

    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class SeePictures(Request):
    """Change pictures of one size by the very function that the training uses, at draw number `draw`."""

    pictures: tuple[Pixels, ...]
    section: AugmentSection
    seed: int
    draw: int
    slot: str = "see pictures"
    priority: Priority = Priority.STRIP

    def run(self) -> Iterator[SeenPictures]:
        import torch

        from latent_studio.core.model import to_pixels
        from latent_studio.training.augmenting import augmented

        if self.section.is_off:
            yield SeenPictures(self.pictures)
            return
        levels = torch.from_numpy(np.stack(self.pictures))
        levels = levels[:, None] if levels.ndim == 3 else levels.permute(0, 3, 1, 2)
        with torch.inference_mode():
            changed = augmented(levels.to(torch.float32) / 255, self.section, self.seed, self.draw)
        yield SeenPictures(to_pixels(changed))
