"""Pictures for the screen, side by side and as PNG; numpy and pillow, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Pixels

_DOTS_AT_ONCE = 4096


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


def dots(points: NDArray[np.floating], side: int, reach: float = 2.0) -> Pixels:
    """Points (n, d) in units of their spread, around 0 → a picture (n, side, side) of each: a light dot on black.

    The first two coordinates count, x to the right and y upwards, from -reach to reach; what lies outside is at the
    edge. One coordinate alone is drawn on a level line.
    """
    centres = ((np.arange(side) + 0.5) / side * 2 - 1) * reach
    radius = reach * 2.4 / side
    along = np.clip(points[:, :1], -reach, reach)
    up = np.clip(points[:, 1:2], -reach, reach) if points.shape[1] > 1 else np.zeros_like(along)
    x, y = (np.exp(-0.5 * ((centres[None] - at) / radius) ** 2).astype(np.float32) for at in (along, up))
    pictures = np.empty((len(points), side, side), np.uint8)
    for start in range(0, len(points), _DOTS_AT_ONCE):
        part = slice(start, start + _DOTS_AT_ONCE)
        pictures[part] = np.round(255 * y[part, ::-1, None] * x[part, None, :])
    return pictures


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
