"""What each dimension does: one column of the code swept, the others held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.latent import Floats, LatentSpace
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import STRIP_PIECE_S, decode, decode_in_pieces

N_PICTURES = 7


def sweep(code: Floats, column: int, values: Floats) -> Floats:
    """(dim,) → (n, dim): the code with `column` set to each of the values."""
    codes = np.repeat(np.asarray(code, np.float32)[None], len(values), axis=0)
    codes[:, column] = values
    return codes


def bounds(space: LatentSpace) -> tuple[tuple[float, float], ...]:
    """The slider range of every column."""
    return tuple(factor.bounds for factor in space.factors for _ in range(factor.width))


def traversal_codes(space: LatentSpace, code: Floats, columns: list[int], n: int, reach: float | None = None) -> Floats:
    """(len(columns) * n, dim): every column swept over its range, or over ± `reach` where that is given."""
    limits = bounds(space)
    sweeps = []
    for column in columns:
        low, high = limits[column] if reach is None else (-reach, reach)
        sweeps.append(sweep(code, column, np.linspace(low, high, n, dtype=np.float32)))
    return np.concatenate(sweeps) if sweeps else np.zeros((0, space.dim), np.float32)


def traversal(
    opened: OpenModel, code: Floats, columns: list[int], n: int, reach: float | None = None
) -> tuple[Pixels, ...]:
    """The pictures of a traversal sheet, row by row."""
    codes = traversal_codes(opened.header.space, code, columns, n, reach)
    return tuple(picture for start in range(0, len(codes), n) for picture in decode(opened, codes[start : start + n]))


@dataclass(frozen=True)
class Strip:
    """The seven pictures of one column."""

    column: int
    pictures: tuple[Pixels, ...]


@dataclass(frozen=True)
class CategoryPictures:
    """One picture per value of a categorical factor or a group of it. columns: its first, and one behind its last."""

    columns: tuple[int, int]
    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True)
class Strips(ModelRequest):
    """The strips of the columns that can be seen, and the pictures of the categorical factors, one at a time."""

    code: tuple[float, ...]
    columns: tuple[int, ...]
    categories: tuple[tuple[int, int], ...] = ()
    slot: str = "strips"
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[Strip | CategoryPictures | None]:
        code, space = np.asarray(self.code, np.float32), opened.header.space
        for start, stop in self.categories:
            codes = np.repeat(code[None], stop - start, axis=0)
            codes[:, start:stop] = np.eye(stop - start, dtype=np.float32)
            pictures: list[Pixels] = []
            for _, chunk in decode_in_pieces(opened, codes, piece_s=STRIP_PIECE_S):
                pictures += chunk
                yield None
            yield CategoryPictures((start, stop), tuple(pictures))
        codes = traversal_codes(space, code, list(self.columns), N_PICTURES)
        row: list[Pixels] = []
        n_done = 0
        for _, chunk in decode_in_pieces(opened, codes, piece_s=STRIP_PIECE_S):
            row += chunk
            if len(row) < N_PICTURES:
                yield None
            while len(row) >= N_PICTURES:
                yield Strip(self.columns[n_done], tuple(row[:N_PICTURES]))
                row, n_done = row[N_PICTURES:], n_done + 1


@dataclass(frozen=True)
class SweepPictures:
    """The pictures of one column swept over its range, and the values that they stand for."""

    column: int
    values: tuple[float, ...]
    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True)
class Sweep(ModelRequest):
    """One column over its whole range in `n` pictures."""

    code: tuple[float, ...]
    column: int
    n: int
    slot: str = "sweep"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[SweepPictures | None]:
        code = np.asarray(self.code, np.float32)
        values = np.linspace(*bounds(opened.header.space)[self.column], self.n, dtype=np.float32)
        pictures: list[Pixels] = []
        for _, chunk in decode_in_pieces(opened, sweep(code, self.column, values), piece_s=STRIP_PIECE_S):
            pictures += chunk
            yield None
        yield SweepPictures(self.column, tuple(values.tolist()), tuple(pictures))


@dataclass(frozen=True)
class ColumnImportance:
    """How much each column changes the picture: root mean square over pixels, grey levels of 255."""

    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Importance(ModelRequest):
    """How far the picture moves when a column goes from a quarter to three quarters of its range."""

    code: tuple[float, ...]
    slot: str = "importance"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[ColumnImportance | None]:
        space = opened.header.space
        code = np.asarray(self.code, np.float32)
        pairs = [
            sweep(code, column, np.asarray([0.75 * low + 0.25 * high, 0.25 * low + 0.75 * high], np.float32))
            for column, (low, high) in enumerate(bounds(space))
        ]
        pictures: list[Pixels] = []
        for _, chunk in decode_in_pieces(opened, np.concatenate(pairs)):
            pictures += chunk
            yield None
        stack = np.stack(pictures).astype(np.float32).reshape(len(pairs), 2, -1)
        yield ColumnImportance(tuple(np.sqrt(((stack[:, 0] - stack[:, 1]) ** 2).mean(1)).tolist()))
