"""Pictures of the window as small PNG files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from latent_studio.app.widgets.pixels import to_array

LARGE_BYTES = 400_000
COARSE = 4
"""Grey levels (of 256) from one to the next where the file would be large: nobody sees it, and a third is saved."""


def save_png(seen: QImage, path: Path) -> None:
    """Write what was seen without loss; where the file would be large, with levels rounded to multiples of COARSE."""
    from PIL import Image

    pixels = to_array(seen)
    Image.fromarray(pixels).save(path)
    if path.stat().st_size > LARGE_BYTES:
        rounded = (pixels.astype(np.int16) + COARSE // 2) // COARSE * COARSE
        Image.fromarray(np.minimum(rounded, 255).astype(np.uint8)).save(path, optimize=True)
