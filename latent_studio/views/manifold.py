"""The tiles of the map: pictures on a lattice over a plane of the latent space, coarse before fine.

At level L the lattice has the pictures at whole multiples of 2^-L plane units. So every second one of them, each way,
is a picture of level L − 1, and every fourth one of level L − 2: what is decoded for one level serves all others, and
coarse before fine means nothing but an order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Pixels, Progress
from latent_studio.core.latent import Floats
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import MOST_AT_ONCE, decode_in_pieces, in_half, reference
from latent_studio.views.plane import Plane, Points

Cell = tuple[int, int]
"""(across, up): which picture of a level's lattice."""

ORIGIN_LEVEL = -99
"""The picture in the origin belongs to every level; this one stands for them."""


def step_of(level: int) -> float:
    """Plane units between two pictures of a level."""
    return 2.0**-level


def coarsest(level: int, cell: Cell) -> tuple[int, int, int]:
    """(level, across, up): the coarsest level at which the same picture stands, for which it is kept."""
    across, up = cell
    bits = across | up
    if bits == 0:
        return ORIGIN_LEVEL, 0, 0
    n_halvings = (bits & -bits).bit_length() - 1
    return level - n_halvings, across >> n_halvings, up >> n_halvings


def points_of(level: int, cells: NDArray[np.int64]) -> Points:
    """(n, 2) cells → (n, 2) points of the plane, exact."""
    return np.asarray(cells, np.float64) * step_of(level)


def in_order(cells: NDArray[np.int64], centre: tuple[float, float]) -> NDArray[np.int64]:
    """The order in which cells (n, 2) are decoded: every fourth each way, every second, all; each from the centre."""
    rank = np.where((cells % 4 == 0).all(1), 0, np.where((cells % 2 == 0).all(1), 1, 2))
    squares = ((cells - np.asarray(centre)) ** 2).sum(1)
    return np.lexsort((squares, rank))


@dataclass(frozen=True, eq=False)
class Tiles:
    """Some finished tiles of a request."""

    cells: tuple[Cell, ...]
    pictures: tuple[Pixels, ...]


TILES_S = 0.025
"""A piece of tiles may take so long: none begins within 150 ms of a drag's last preview, and 50 pictures at once cost
two thirds of what they cost in pieces of 8 ms."""


@dataclass(frozen=True, kw_only=True)
class ManifoldTiles(ModelRequest):
    """The tiles `cells` of a plane at a level, those around `centre` (in cells) first within each fineness."""

    plane: Plane
    level: int
    cells: tuple[Cell, ...]
    centre: tuple[float, float] = (0.0, 0.0)
    slot: str = "manifold"
    priority: Priority = Priority.MANIFOLD

    def ordered(self) -> list[Cell]:
        """The cells as they will come."""
        return [self.cells[k] for k in in_order(np.asarray(self.cells, np.int64).reshape(-1, 2), self.centre)]

    def codes(self) -> Floats:
        """(n, dim) in that order."""
        return self.plane.codes(points_of(self.level, np.asarray(self.ordered(), np.int64).reshape(-1, 2)))

    def answer(self, opened: OpenModel) -> Iterator[Tiles | None]:
        cells, codes, half = self.ordered(), self.codes(), in_half(opened)
        n_coarse = sum(across % 4 == 0 and up % 4 == 0 for across, up in cells)
        for first, end in ((0, n_coarse), (n_coarse, len(cells))):  # the rough view does not wait for a full piece
            for start, pictures in decode_in_pieces(half, codes[first:end], MOST_AT_ONCE, TILES_S):
                yield Tiles(tuple(cells[first + start : first + start + len(pictures)]), pictures)


@dataclass(frozen=True, eq=False)
class ManifoldPicture:
    """A piece of the map, every picture decoded alone by the reference path. rows: from the top, (n_up, n_across)."""

    rows: tuple[tuple[Pixels, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ManifoldSheet(ModelRequest):
    """The pictures at `across` × `up` (plane units, ascending) for a file."""

    plane: Plane
    across: tuple[float, ...]
    up: tuple[float, ...]
    slot: str = "manifold sheet"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[ManifoldPicture | Progress]:
        rows: list[tuple[Pixels, ...]] = []
        for y in self.up[::-1]:
            codes = self.plane.codes(np.array([(x, y) for x in self.across], np.float64))
            row: list[Pixels] = []
            for code in codes:
                row.append(reference(opened, code))
                yield Progress(len(rows) * len(self.across) + len(row), len(self.up) * len(self.across), "pictures")
            rows.append(tuple(row))
        yield ManifoldPicture(tuple(rows))


def plane_values(plane: Plane, across: tuple[float, ...], up: tuple[float, ...]) -> dict[str, Any]:
    """What a sheet shows, as plain JSON data for its file: enough to decode every picture of it again."""
    return {
        "spacing": plane.spacing,
        "offset": plane.offset,
        "axes": [{"name": axis.name, "direction": axis.direction} for axis in plane.axes],
        "across": across,
        "up": up,
    }
