"""A grid of codes: a row for each value of a category; across it one other number is swept, or all others are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.events import Pixels, Progress
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, Floats, LatentSpace
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import decode_in_pieces
from latent_studio.views.sampling import Draw, drawn
from latent_studio.views.traversal import sweep
from latent_studio.views.traversal_sheet import (
    PlannedRow,
    SheetPictures,
    Span,
    TraversalRow,
    kl_by_name,
    references,
    rows_in_pieces,
    value_text,
)

NOISE = "noise"
"""What goes across where each column is a draw, in files and on the command line."""

MOST_COLUMNS = 30
N_ROUGH = 3
"""Pictures of a row that are decoded before the rest of any."""


# --- rows


@dataclass(frozen=True)
class CategoryGroup:
    """One choice among categories: a categorical factor, or one of the groups that it holds side by side.

    columns: of the code, the first and one behind the last.  labels: what the values are called.  is_told: by whoever
    asks for a picture (a condition); else the model found out by itself what the values mean.
    """

    name: str
    factor: str
    columns: tuple[int, int]
    labels: tuple[str, ...]
    is_told: bool = False


def category_groups(space: LatentSpace) -> tuple[CategoryGroup, ...]:
    """All of them, in the order of the code."""
    found = []
    for factor, columns in space.blocks():
        if isinstance(factor, Categorical):
            n = factor.n_values
            labels = factor.labels or tuple(str(value) for value in range(n))
            for start, name in zip(range(columns.start, columns.stop, n), factor.group_names(), strict=True):
                found.append(CategoryGroup(name, factor.name, (start, start + n), labels, factor.condition))
    return tuple(found)


def chosen_group(header: Header, name: str = "") -> CategoryGroup:
    """The one of that name, else the first; a StudioError where there is none."""
    groups = category_groups(header.space)
    if not groups:
        raise StudioError(f"{header.name} has no categories: open or train a model that has some, such as an InfoGAN.")
    found = next((group for group in groups if group.name == name), None if name else groups[0])
    if found is None:
        raise StudioError(f'No category is named "{name}": {did_you_mean(name, [group.name for group in groups])}')
    return found


# --- columns


def swept_columns(space: LatentSpace) -> list[int]:
    """The columns of the code that can be swept, those of the narrowest factor first: what is meant to be moved are
    few numbers, and noise are many."""
    blocks = [(factor.width, columns) for factor, columns in space.blocks() if not isinstance(factor, Categorical)]
    return [column for _, c in sorted(blocks, key=lambda block: block[0]) for column in range(c.start, c.stop)]


def usual_column(header: Header) -> int | None:
    """What is swept as long as nobody chose: of the narrowest factor what tells most, where that is known."""
    columns, names, kl = swept_columns(header.space), header.space.column_names, kl_by_name(header)
    if not columns:
        return None
    narrowest = next(c for _, c in header.space.blocks() if c.start <= columns[0] < c.stop)
    return max(range(narrowest.start, narrowest.stop), key=lambda column: kl.get(names[column], 0.0))


@dataclass(frozen=True)
class Swept:
    """One number goes over a span; the others are those of `code`. Make it with `swept_grid`."""

    column: int
    span: Span
    code: tuple[float, ...]

    @property
    def n(self) -> int:
        return self.span.n

    def kind(self) -> tuple[object, ...]:
        """What its columns are, whatever is held."""
        return self.column, self.span

    def codes(self, space: LatentSpace) -> Floats:
        return sweep(np.asarray(self.code, np.float32), self.column, self.span.values(space, self.column))

    def titles(self, space: LatentSpace) -> tuple[str, ...]:
        if self.span.reach == "quantiles":
            return self.span.titles()
        return tuple(value_text(float(value)) for value in self.span.values(space, self.column))

    def values(self, space: LatentSpace) -> tuple[str, ...]:
        name = space.column_names[self.column]
        return tuple(f"{name} = {value_text(float(value))}" for value in self.span.values(space, self.column))


@dataclass(frozen=True)
class Drawn:
    """Each column is a draw from the prior; more of them leave the first as they are. held: as in `Draw`."""

    n: int
    seed: int
    temperature: float = 1.0
    held: tuple[tuple[int, float], ...] = ()

    def kind(self) -> tuple[object, ...]:
        """What its columns are, whatever is held and however far the draws go."""
        return self.n, self.seed

    def codes(self, space: LatentSpace) -> Floats:
        return drawn(space, Draw(MOST_COLUMNS, self.seed, self.temperature, self.held))[: self.n]

    def titles(self, space: LatentSpace) -> tuple[str, ...]:
        return tuple(str(number) for number in range(1, self.n + 1))

    def values(self, space: LatentSpace) -> tuple[str, ...]:
        return tuple(f"draw {number}" for number in range(1, self.n + 1))


@dataclass(frozen=True)
class CodeGrid:
    """What is shown, whole: equal grids of equal weights have equal pictures."""

    group: CategoryGroup
    across: Swept | Drawn

    def codes(self, space: LatentSpace, value: int) -> Floats:
        """(n, dim): the row of a value."""
        codes, (start, stop) = self.across.codes(space), self.group.columns
        codes[:, start:stop] = np.eye(stop - start, dtype=np.float32)[value]
        return codes

    def place_of(self, space: LatentSpace, code: Sequence[float]) -> tuple[int, int] | None:
        """Value and column of the picture nearest to a code; of draws only one that is that very code, else None."""
        whole, (start, stop) = np.asarray(code, np.float32), self.group.columns
        value = int(whole[start:stop].argmax())
        codes = self.codes(space, value)
        if isinstance(self.across, Swept):
            return value, int(np.abs(codes[:, self.across.column] - whole[self.across.column]).argmin())
        same = np.flatnonzero((codes == whole).all(axis=1))
        return (value, int(same[0])) if len(same) else None

    def is_like(self, other: CodeGrid) -> bool:
        """Whether both differ in nothing but numbers that are held: one follows the other while a hand drags."""
        return self.group == other.group and self.across.kind() == other.across.kind()


def swept_grid(group: CategoryGroup, code: Sequence[float], column: int, span: Span) -> CodeGrid:
    """A number swept across, the rest held at `code`; what the grid sets itself counts for nothing there."""
    start, stop = group.columns
    held = (0.0 if k == column or start <= k < stop else float(value) for k, value in enumerate(code))
    return CodeGrid(group, Swept(column, span, tuple(held)))


def drawn_grid(group: CategoryGroup, across: Drawn) -> CodeGrid:
    """Draws across; a held value of the category itself counts for nothing."""
    start, stop = group.columns
    held = tuple(pair for pair in across.held if not start <= pair[0] < stop)
    return CodeGrid(group, Drawn(across.n, across.seed, across.temperature, held))


# --- requests


@dataclass(frozen=True, eq=False)
class RoughRow:
    """A first impression of a row: a few of its pictures, each also in the places around it."""

    name: str
    values: tuple[str, ...]
    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True)
class CodeRows(ModelRequest):
    """The rows of these values, named by their numbers, each delivered when it is whole.

    is_rough: nothing is shown of them yet, so a first impression of all comes before. There is none of draws: no
    picture stands for those beside it.
    """

    grid: CodeGrid
    values: tuple[int, ...]
    is_rough: bool = False
    slot: str = "codes"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[RoughRow | TraversalRow | None]:
        rows = _planned(opened.header.space, self.grid, self.values)
        if self.is_rough and isinstance(self.grid.across, Swept) and self.grid.across.n > 2 * N_ROUGH:
            yield from _rough(opened, rows, self.grid.across.n)
        yield from rows_in_pieces(opened, rows)


@dataclass(frozen=True, kw_only=True)
class ReferenceGrid(ModelRequest):
    """Rows that are to be kept, under these names: Progress per picture, at the end SheetPictures."""

    grid: CodeGrid
    values: tuple[int, ...]
    names: tuple[str, ...]
    slot: str = "codes to keep"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[Progress | SheetPictures]:
        yield from references(opened, _planned(opened.header.space, self.grid, self.values, self.names))


def about_grid(space: LatentSpace, grid: CodeGrid) -> dict[str, object]:
    """What a file of a grid tells of it, as plain data."""
    across = grid.across
    told: dict[str, object] = {"category": grid.group.name, "columns": list(across.titles(space))}
    if isinstance(across, Swept):
        return {**told, "across": space.column_names[across.column], "range": across.span.reach}
    return {**told, "across": NOISE, "seed": across.seed, "temperature": across.temperature}


def _planned(space: LatentSpace, grid: CodeGrid, values: Sequence[int], names: Sequence[str] = ()) -> list[PlannedRow]:
    words = grid.across.values(space)
    called = names or [str(value) for value in values]
    return [PlannedRow(name, words, grid.codes(space, v)) for name, v in zip(called, values, strict=True)]


def _rough(opened: OpenModel, rows: Sequence[PlannedRow], n: int) -> Iterator[RoughRow | None]:
    """The middle pictures of equal parts of each row of n."""
    places = [(2 * k + 1) * n // (2 * N_ROUGH) for k in range(N_ROUGH)]
    pictures: list[Pixels] = []
    n_done = 0
    for _, chunk in decode_in_pieces(opened, np.concatenate([row.codes[places] for row in rows])):
        pictures += chunk
        if len(pictures) < N_ROUGH:
            yield None
        while len(pictures) >= N_ROUGH:
            row = rows[n_done]
            yield RoughRow(row.name, row.values, tuple(pictures[k * N_ROUGH // n] for k in range(n)))
            pictures, n_done = pictures[N_ROUGH:], n_done + 1
