"""Pictures of the window as small PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from latent_studio.app.widgets.pixels import to_array

LARGE_BYTES = 400_000
STEPS = (4, 6, 8)
"""Levels (of 256) from one to the next where the file would be large; the first that makes it small enough."""

N_KEPT = 12
"""So many colours, the commonest, stay as they are: those of the theme."""


def save_png(seen: QImage, path: Path) -> None:
    """Write what was seen without loss; where the file would be large, photographs lose what nobody sees."""
    from PIL import Image

    pixels = to_array(seen)
    Image.fromarray(pixels).save(path)
    for step in STEPS:
        if path.stat().st_size > LARGE_BYTES:
            Image.fromarray(rounded(pixels, step)).save(path, optimize=True)


def rounded(pixels: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Pictures (h, w, 3) with all but their commonest colours rounded to multiples of `step`."""
    codes = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, counts = np.unique(codes, return_counts=True)
    common = colours[np.argsort(counts)[-N_KEPT:]]
    coarse = np.minimum((pixels.astype(np.int16) + step // 2) // step * step, 255).astype(np.uint8)
    return np.where(np.isin(codes, common)[:, :, None], pixels, coarse)
