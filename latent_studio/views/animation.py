"""A traversal that moves: frames that sweep there and back, written as WebP, animated PNG or GIF."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from math import ceil, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Pixels, Progress
from latent_studio.core.files import write_file
from latent_studio.core.pictures import png_bytes
from latent_studio.core.request import Request
from latent_studio.views.sheets import FONT_PX, GAP_PX, GROUND, MARGIN_PX, TEXT, font, sheet
from latent_studio.views.traversal_sheet import TraversalRow

if TYPE_CHECKING:
    from PIL import Image

N_FRAMES = 30
"""Pictures from one end to the other; with the way back a loop has 58."""

FRAME_MS = 40
ALONE_PX, GRID_PX = 320, 1200
"""A picture alone is enlarged to about this side; a grid of them is no wider than that."""

ENDINGS = (".webp", ".png", ".gif")


@dataclass(frozen=True, kw_only=True)
class WriteTraversal(Request):
    """Write rows as a sheet, or as an animation of them: Progress per frame, at the end Done(text=path).

    titles: over the columns of a sheet.
    """

    path: Path
    rows: tuple[TraversalRow, ...] = field(compare=False, repr=False)
    texts: Mapping[str, str] = field(compare=False, repr=False)
    titles: tuple[str, ...] = ()
    is_animation: bool = False
    slot: str = "write traversal"

    def run(self) -> Iterator[Progress | Done]:
        if not self.is_animation:
            yield Progress(0, 1, "sheets")
            write_file(self.path, png_bytes(sheet_of(self.rows, self.titles), text=dict(self.texts)))
        else:
            images = []
            stage = Stage(self.rows)
            order = there_and_back(stage.n_frames)
            for k in range(stage.n_frames):
                images.append(stage.frame(k))
                yield Progress(k + 1, stage.n_frames, "frames")
            write_file(self.path, animation_bytes([images[k] for k in order], self.path.suffix, self.texts))
        yield Done(str(self.path))


def sheet_of(rows: Sequence[TraversalRow], titles: Sequence[str]) -> Pixels:
    """The whole sheet as one picture (h, w, 3), with names at the rows, and over them the titles where they fit all;
    else the values where all have the same."""
    if not titles or any(len(row.pictures) != len(titles) for row in rows):
        titles = rows[0].values if len({row.values for row in rows}) == 1 else ()
    return sheet([row.pictures for row in rows], [row.title for row in rows], titles)


def there_and_back(n: int) -> list[int]:
    """0 … n−1 … 1: the order of frames that loops without a jump and shows neither end twice."""
    return [*range(n), *range(n - 2, 0, -1)]


class Stage:
    """Where the rows' pictures stand in every frame: one alone, several in a grid over their names."""

    def __init__(self, rows: Sequence[TraversalRow]) -> None:
        if not rows:
            raise StudioError("There is no row to animate: choose a dimension.")
        self._rows = rows
        self.n_frames = max(len(row.pictures) for row in rows)
        height, width = rows[0].pictures[0].shape[:2]
        self._n_across = ceil(sqrt(len(rows)))
        room = ALONE_PX if len(rows) == 1 else min(84, GRID_PX // self._n_across - GAP_PX)
        self._scale = max(1, round(room / max(height, width)))
        self._step = (
            width * self._scale + GAP_PX,
            height * self._scale + GAP_PX + (0 if len(rows) == 1 else FONT_PX + 8),
        )
        self._ground = self._empty()

    def frame(self, k: int) -> Image.Image:
        """The frame `k` in 0 … n_frames − 1; rows of fewer pictures (categories) keep each one longer."""
        from PIL import Image

        frame = self._ground.copy()
        for i, row in enumerate(self._rows):
            picture = row.pictures[k * len(row.pictures) // self.n_frames]
            enlarged = picture.repeat(self._scale, axis=0).repeat(self._scale, axis=1)
            frame.paste(Image.fromarray(enlarged), self._corner(i))
        return frame

    def _corner(self, index: int) -> tuple[int, int]:
        margin = 0 if len(self._rows) == 1 else MARGIN_PX
        row, column = divmod(index, self._n_across)
        return margin + column * self._step[0], margin + row * self._step[1]

    def _empty(self) -> Image.Image:
        """What is the same in every frame: the ground, and the names where there are several."""
        from PIL import Image, ImageDraw

        if len(self._rows) == 1:
            return Image.new("RGB", (self._step[0] - GAP_PX, self._step[1] - GAP_PX), GROUND)
        n_down = ceil(len(self._rows) / self._n_across)
        width = 2 * MARGIN_PX + self._n_across * self._step[0] - GAP_PX
        ground = Image.new("RGB", (width, 2 * MARGIN_PX + n_down * self._step[1] - GAP_PX), GROUND)
        draw = ImageDraw.Draw(ground)
        for i, row in enumerate(self._rows):
            x, y = self._corner(i)
            at = (x + (self._step[0] - GAP_PX) // 2, y + self._step[1] - GAP_PX - 6)
            draw.text(at, row.name, fill=TEXT, font=font(), anchor="ms")
        return ground


def animation_bytes(frames: Sequence[Image.Image], ending: str, texts: Mapping[str, str]) -> bytes:
    """The frames as one endless file of that kind (".webp", ".png", ".gif"), lossless but for GIF's 256 colours.

    texts: what is written inside: chunks of a PNG, the comment of a GIF, XMP of a WebP, each as JSON.
    """
    from PIL import PngImagePlugin

    options: dict[str, Any]
    match ending.lower():
        case ".png":
            chunks = PngImagePlugin.PngInfo()
            for key, text in texts.items():
                chunks.add_itxt(key, text)
            options = {"format": "PNG", "pnginfo": chunks}
        case ".gif":
            options = {"format": "GIF", "comment": json.dumps(dict(texts)).encode(), "disposal": 1}
        case ".webp":
            options = {"format": "WEBP", "lossless": True, "method": 2, "xmp": json.dumps(dict(texts)).encode()}
        case _:
            raise StudioError(f"An animation ends in .webp, .png or .gif, not in {ending or 'nothing'}.")
    file = BytesIO()
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=FRAME_MS, loop=0, **options)
    return file.getvalue()
