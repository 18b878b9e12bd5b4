"""The background of the two-dimensional pad: what the model makes over a plane through the current code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.pictures import contact_sheet
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import STRIP_PIECE_S, decode_in_pieces

PAD_REACH = 2.75
"""The pad of a normal factor shows this many σ each way."""


@dataclass(frozen=True)
class PadSheet:
    """The plane as one picture, first row on top; `is_last` when every tile is decoded."""

    sheet: Pixels
    is_last: bool


def pad_axis(low: float, high: float, n: int) -> tuple[float, ...]:
    """The n coordinates in the middle of the tiles between low and high."""
    edges = np.linspace(low, high, n + 1)
    return tuple(((edges[1:] + edges[:-1]) / 2).tolist())


@dataclass(frozen=True, kw_only=True)
class PadPlane(ModelRequest):
    """`n` × `n` tiles over columns `across` (left to right) and `up` (bottom to top); every fourth tile first."""

    code: tuple[float, ...]
    across: int
    up: int
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    n: int = 11
    slot: str = "pad"
    priority: Priority = Priority.MANIFOLD

    def codes(self) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """(n * n, dim), row by row from the top."""
        codes = np.repeat(np.asarray(self.code, np.float32)[None], self.n * self.n, axis=0)
        x, y = pad_axis(*self.x_range, self.n), pad_axis(*self.y_range, self.n)
        codes[:, self.across] = np.tile(np.asarray(x, np.float32), self.n)
        codes[:, self.up] = np.repeat(np.asarray(y[::-1], np.float32), self.n)
        return codes

    def answer(self, opened: OpenModel) -> Iterator[PadSheet | None]:
        codes = self.codes()
        rows, columns = np.divmod(np.arange(len(codes)), self.n)
        is_coarse = (rows % 3 == 1) & (columns % 3 == 1)
        # a coarse tile stands for its neighbours until they are decoded
        nearest = np.minimum(rows // 3 * 3 + 1, self.n - 1) * self.n + np.minimum(columns // 3 * 3 + 1, self.n - 1)
        order = np.concatenate([np.flatnonzero(is_coarse), np.flatnonzero(~is_coarse)])
        n_coarse = int(is_coarse.sum())
        tiles: dict[int, Pixels] = {}
        has_shown = False
        for start, pictures in decode_in_pieces(opened, codes[order], piece_s=STRIP_PIECE_S):
            tiles |= {int(order[start + k]): picture for k, picture in enumerate(pictures)}
            if not has_shown and len(tiles) >= n_coarse and len(tiles) < len(codes):
                has_shown = True
                blank = np.zeros_like(pictures[0])
                rough = [tiles.get(k, tiles.get(int(nearest[k]), blank)) for k in range(len(codes))]
                yield PadSheet(contact_sheet(rough, self.n), is_last=False)
            else:
                yield None
        yield PadSheet(contact_sheet([tiles[k] for k in range(len(codes))], self.n), is_last=True)
