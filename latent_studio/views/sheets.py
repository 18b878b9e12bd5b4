"""Sheets of pictures for files: tiles on a dark ground, with titles at the rows and columns where they have any."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from latent_studio.core.events import Pixels

if TYPE_CHECKING:
    from PIL import ImageFont

T = TypeVar("T")

GROUND, TEXT = "#16171a", "#9aa0a8"
"""The window's own dark ground and muted text."""

TILE_PX = 84
"""Small pictures are enlarged by the whole number that brings them nearest to this side."""

GAP_PX, MARGIN_PX, FONT_PX = 4, 16, 14
FONT = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "Inter-Regular.ttf"


def in_rows(items: Sequence[T], n_columns: int | None = None) -> list[Sequence[T]]:
    """The items in rows of `n_columns`; None makes the sheet about square."""
    n = n_columns or ceil(sqrt(len(items)))
    return [items[start : start + n] for start in range(0, len(items), n)]


def sheet(
    rows: Sequence[Sequence[Pixels]], row_titles: Sequence[str] = (), column_titles: Sequence[str] = ()
) -> Pixels:
    """One colour picture (h, w, 3) of tiles of equal shape, row by row; rows may differ in length."""
    from PIL import Image, ImageDraw

    height, width = rows[0][0].shape[:2]
    scale = max(1, round(TILE_PX / max(height, width)))
    step_x, step_y = width * scale + GAP_PX, height * scale + GAP_PX
    left = MARGIN_PX + (_text_px(row_titles) + MARGIN_PX if row_titles else 0)
    top = MARGIN_PX + (FONT_PX + MARGIN_PX // 2 if column_titles else 0)
    n_columns = max(len(row) for row in rows)
    size = (left + n_columns * step_x - GAP_PX + MARGIN_PX, top + len(rows) * step_y - GAP_PX + MARGIN_PX)
    canvas = Image.new("RGB", size, GROUND)
    for i, row in enumerate(rows):
        for j, tile in enumerate(row):
            enlarged = tile.repeat(scale, axis=0).repeat(scale, axis=1)  # whole pixels: nothing is smoothed over
            canvas.paste(Image.fromarray(enlarged), (left + j * step_x, top + i * step_y))
    draw = ImageDraw.Draw(canvas)
    for i, title in enumerate(row_titles):
        at = (left - MARGIN_PX, top + i * step_y + height * scale // 2)
        draw.text(at, title, fill=TEXT, font=font(), anchor="rm")
    for j, title in enumerate(column_titles):
        at = (left + j * step_x + width * scale // 2, top - MARGIN_PX // 2)
        draw.text(at, title, fill=TEXT, font=font(), anchor="ms")
    return np.asarray(canvas)


def _text_px(titles: Sequence[str]) -> int:
    return ceil(max(font().getlength(title) for title in titles))


@cache
def font() -> ImageFont.FreeTypeFont:
    """The window's font; Pillow's own where the program was installed without its resources."""
    from PIL import ImageFont

    if FONT.is_file():
        return ImageFont.truetype(FONT, FONT_PX)
    found = ImageFont.load_default(FONT_PX)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found
