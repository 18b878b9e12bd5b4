"""One picture file of any mode and size, as a square of pixels."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from latent_studio.data.pixel_store import Pixels

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "TGA", "AVIF", "JPEG2000")
"""What is decoded; formats that start other programs (EPS) are not among them."""
ENDINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".tga", ".avif", ".jp2"}
)
_WITH_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")


class UnreadableError(Exception):
    """The file is no picture, damaged, or would unpack to an absurd size; says why."""


def decoded(content: bytes, size: int, n_channels: int, crop: int | None = None, is_whole: bool = False) -> Pixels:
    """(n_channels, size, size), n_channels 1 or 3.

    Turned as its EXIF says, transparent parts on white, scaled (Lanczos) so that the shorter side fits, the longer one
    cropped to its middle; `crop`: only the middle square of so many pixels is taken; `is_whole`: nothing is cropped,
    the picture lies in the middle of a white square. 16-bit pictures are scaled to 8; of an animation the first frame
    is taken.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if crop is None:  # a smaller draft has no whole number of pixels: its middle is a little off
                image.draft(None, (2 * size, 2 * size))  # a JPEG is decoded at 1/2, 1/4, 1/8 where that is enough
            upright = ImageOps.exif_transpose(image)
            plain = _without_alpha(_eight_bit(upright)).convert("L" if n_channels == 1 else "RGB")
            if is_whole:
                return _planes(_on_square(plain, size))
            side = min(crop or plain.width, *plain.size)
            left, top = (plain.width - side) / 2, (plain.height - side) / 2
            box = (left, top, left + side, top + side)
            return _planes(plain.resize((size, size), Image.Resampling.LANCZOS, box, reducing_gap=3.0))
    except MemoryError:
        raise
    except Exception as error:  # Pillow's readers raise nearly anything on a damaged file
        raise UnreadableError(str(error) or type(error).__name__) from error


def _planes(image: Image.Image) -> Pixels:
    """(1 or 3, h, w)."""
    pixels = np.asarray(image)
    return np.ascontiguousarray(pixels.reshape(*pixels.shape[:2], -1).transpose(2, 0, 1))


def _on_square(image: Image.Image, size: int) -> Image.Image:
    """The whole picture in the middle of a white square. It is scaled first: a square around a long strip of a picture
    as it is would take any memory."""
    from PIL import Image

    width, height = (max(1, round(side * size / max(image.size))) for side in image.size)
    square = Image.new(image.mode, (size, size), "white")
    scaled = image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    square.paste(scaled, ((size - width) // 2, (size - height) // 2))
    return square


def _eight_bit(image: Image.Image) -> Image.Image:
    """Deep grey modes as "L"; Pillow itself would cut them off at 255."""
    from PIL import Image

    if not image.mode.startswith(("I", "F")):
        return image
    x = np.asarray(image, np.float64)
    if image.mode == "F":  # no agreed range: [0, 1] where it fits, else 0 … 255
        x = x * 255 if np.nanmax(x) <= 1 else x
    else:
        x = x / 257 if image.mode.startswith("I;16") or x.max() > 255 else x
    return Image.fromarray(np.clip(np.nan_to_num(np.round(x)), 0, 255).astype(np.uint8))


def _without_alpha(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode not in _WITH_ALPHA and "transparency" not in image.info:
        return image
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return Image.alpha_composite(white, rgba)
