"""Pictures for the screen, side by side and as PNG; numpy and pillow, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np

from latent_studio.core.events import Pixels


def contact_sheet(tiles: Sequence[Pixels], n_columns: int, gap: int = 0) -> Pixels:
    """The tiles in rows of `n_columns`, `gap` black pixels apart; a short last row is filled with black."""
    height, width = tiles[0].shape[:2]
    n_rows = -(-len(tiles) // n_columns)
    size = (n_rows * (height + gap) - gap, n_columns * (width + gap) - gap, *tiles[0].shape[2:])
    sheet = np.zeros(size, np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, n_columns)
        top, left = row * (height + gap), column * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet


def png_bytes(picture: Pixels, max_side: int | None = None, text: dict[str, str] | None = None) -> bytes:
    """A PNG; shrunk by area to `max_side`; `text` goes into its text chunks."""
    from PIL import Image, PngImagePlugin

    image = Image.fromarray(picture)
    if max_side is not None:
        image.thumbnail((max_side, max_side), Image.Resampling.BOX)
    options: dict[str, Any] = {}
    if text:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        for key, value in text.items():
            options["pnginfo"].add_itxt(key, value)
    file = BytesIO()
    image.save(file, "PNG", optimize=max_side is not None, **options)
    return file.getvalue()


def picture_from_png(content: bytes) -> Pixels:
    """The picture in PNG bytes: (h, w) grey or (h, w, 3)."""
    from PIL import Image

    with Image.open(BytesIO(content)) as image:
        return np.asarray(image if image.mode == "L" else image.convert("RGB"))


def png_text(content: bytes) -> dict[str, str]:
    """The text chunks of a PNG; none where the bytes are no PNG, a damaged one or one that would
    unpack to an absurd size."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=("PNG",)) as image:
            image.load()
            found = [(key, value) for key, value in image.info.items()]
            return {key: value for key, value in found if isinstance(key, str) and isinstance(value, str)}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}
