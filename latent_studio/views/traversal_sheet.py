"""A traversal sheet: one row of pictures per number of the code, one per categorical factor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.events import Pixels, Progress
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, Floats, LatentSpace, Normal
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import decode_in_pieces, reference
from latent_studio.views.traversal import sweep

if TYPE_CHECKING:
    from torch import Tensor

Order = Literal["importance", "index"]
Reach = Literal["sigma", "quantiles", "data"]

ENDS = (0.01, 0.99)
"""The quantiles at which a row begins and ends where it goes by quantiles, of the prior or of the data."""


@dataclass(frozen=True)
class Span:
    """How far the rows go, in how many pictures; categorical factors always go through their values.

    reach: "sigma" takes normal columns over ± `sigma` standard deviations of the prior, "quantiles" from 1 % to 99 %
    of the prior in steps of equal probability, "data" evenly over `data`, (low, high) per column. Bounded columns go
    from end to end unless the data say otherwise.
    """

    reach: Reach = "sigma"
    n: int = 9
    sigma: float = 3.0
    data: tuple[tuple[float, float], ...] = ()

    def values(self, space: LatentSpace, column: int) -> Floats:
        """(n,) what a column is set to, ascending."""
        factor, columns = next((f, c) for f, c in space.blocks() if c.start <= column < c.stop)
        if self.reach == "quantiles":
            quantiles = np.repeat(np.linspace(*ENDS, self.n)[:, None], factor.width, axis=1)
            return factor.from_quantiles(quantiles)[:, column - columns.start]
        if self.reach == "data" and column < len(self.data):
            low, high = self.data[column]
        else:
            low, high = (-self.sigma, self.sigma) if isinstance(factor, Normal) else factor.bounds
        return np.linspace(low, high, self.n, dtype=np.float32)

    def titles(self) -> tuple[str, ...]:
        """What stands over the pictures: "−3 σ", "25 %"; nothing where every row has values of its own."""
        if self.reach == "data":
            return ()
        if self.reach == "quantiles":
            return tuple(f"{100 * quantile:.0f} %" for quantile in np.linspace(*ENDS, self.n))
        return tuple(
            f"{value_text(step)} σ" if round(step, 2) else "0" for step in np.linspace(-self.sigma, self.sigma, self.n)
        )


@dataclass(frozen=True, eq=False)
class PlannedRow:
    """A row that is still to be decoded; its fields are those of the TraversalRow that it becomes."""

    name: str
    values: tuple[str, ...]
    codes: Floats
    kl: float | None = None


@dataclass(frozen=True)
class TraversalRow:
    """values: what was set for each picture, in words.  kl: nats on the test part, None where it is not known.

    codes: (n, dim), what each picture was made of.
    """

    name: str
    kl: float | None
    values: tuple[str, ...]
    pictures: tuple[Pixels, ...]
    codes: Floats = field(compare=False, repr=False)

    @property
    def title(self) -> str:
        return self.name if self.kl is None else f"{self.name}  {self.kl:.2f} nat"


@dataclass(frozen=True, kw_only=True)
class SheetRows(ModelRequest):
    """Some rows of a sheet, those that can be seen; each is delivered when it is whole."""

    code: tuple[float, ...]
    names: tuple[str, ...]
    span: Span
    slot: str = "traversals"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[TraversalRow | None]:
        code = np.asarray(self.code, np.float32)
        yield from rows_in_pieces(opened, planned(opened, code, self.names, self.span))


@dataclass(frozen=True, eq=False)
class SheetPictures:
    """All rows of a sheet, every picture decoded alone in float32, by `weights`, which nobody changes any more."""

    header: Header
    rows: tuple[TraversalRow, ...]
    weights: Mapping[str, Tensor] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ReferenceRows(ModelRequest):
    """The rows of a sheet that is to be kept: Progress per picture, at the end `SheetPictures`."""

    code: tuple[float, ...]
    names: tuple[str, ...]
    span: Span
    slot: str = "traversals to keep"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[Progress | SheetPictures]:
        yield from references(opened, planned(opened, np.asarray(self.code, np.float32), self.names, self.span))


def row_names(space: LatentSpace) -> list[str]:
    """What can be swept: every column, but a categorical factor as a whole."""
    return [
        name
        for factor in space.factors
        for name in ((factor.name,) if isinstance(factor, Categorical) else factor.column_names())
    ]


def row_columns(space: LatentSpace, name: str) -> tuple[int, int]:
    """The columns of the code that a row sweeps: the first, and one behind the last."""
    found = _columns_of_rows(space).get(name)
    if found is None:
        raise StudioError(f'No dimension is named "{name}": {did_you_mean(name, row_names(space))}')
    return found


@lru_cache(maxsize=8)
def _columns_of_rows(space: LatentSpace) -> dict[str, tuple[int, int]]:
    """Looked up for every row in view at every step of a drag: a code may have hundreds of columns."""
    found: dict[str, tuple[int, int]] = {}
    for factor, columns in space.blocks():
        if isinstance(factor, Categorical):
            found.setdefault(factor.name, (columns.start, columns.stop))
        else:
            for column, name in enumerate(factor.column_names(), columns.start):
                found.setdefault(name, (column, column + 1))
    return found


def chosen_rows(header: Header, text: str, order: Order) -> list[str]:
    """The rows that a text such as "z0, z3" or "0,3" names, in its order; all of them where it is empty.

    By importance, those with the largest KL come first; where no KL is known the order of the code is kept.
    """
    names = row_names(header.space)
    if not names:
        raise StudioError(f"{header.name} has no latent code to sweep: draw pictures with `sample`.")
    if not text.strip():
        kl = kl_by_name(header) if order == "importance" else {}
        return sorted(names, key=lambda name: -kl.get(name, 0.0))
    return [_row_name(word.strip(), names) for word in text.split(",")]


def traversal_rows(opened: OpenModel, code: Floats, names: Sequence[str], span: Span) -> tuple[TraversalRow, ...]:
    """Each named row swept through `code` (dim,), the other numbers held."""
    return tuple(row for row in rows_in_pieces(opened, planned(opened, code, names, span)) if row is not None)


def planned(opened: OpenModel, code: Floats, names: Sequence[str], span: Span) -> list[PlannedRow]:
    """The named rows, each swept through `code` (dim,)."""
    kl, space = kl_by_name(opened.header), opened.header.space
    return [PlannedRow(name, *row_codes(space, code, name, span), kl.get(name)) for name in names]


def row_codes(space: LatentSpace, code: Floats, name: str, span: Span) -> tuple[tuple[str, ...], Floats]:
    """What a row sets, in words, and its codes (n, dim); a categorical factor goes through its values."""
    start, stop = row_columns(space, name)
    factor = next(f for f, columns in space.blocks() if columns.start <= start < columns.stop)
    if isinstance(factor, Categorical):
        values = np.repeat(np.arange(factor.n_values)[:, None], factor.n_groups, axis=1)
        codes = np.repeat(np.asarray(code, np.float32)[None], factor.n_values, axis=0)
        codes[:, start:stop] = factor.one_hot(values)
        return factor.labels or tuple(str(value) for value in range(factor.n_values)), codes
    steps = span.values(space, start)
    return tuple(value_text(float(step)) for step in steps), sweep(code, start, steps)


def value_text(value: float) -> str:
    """A number with its sign, at most two decimals: "+1.5", "−2", "0"."""
    rounded = round(value, 2)
    return f"{rounded:+g}".replace("-", "−") if rounded else "0"


def kl_by_name(header: Header) -> dict[str, float]:
    """Nats per column on the test part, by name; empty where the model has none."""
    values = header.statistics.get("kl", ())
    names = header.space.column_names
    return dict(zip(names, values, strict=True)) if len(values) == len(names) else {}


def rows_in_pieces(opened: OpenModel, rows: Sequence[PlannedRow]) -> Iterator[TraversalRow | None]:
    """Row after row; None where a piece of work has not finished one. The pieces go over the ends of rows."""
    if not rows:
        return
    pictures: list[Pixels] = []
    n_done = 0
    for _, chunk in decode_in_pieces(opened, np.concatenate([row.codes for row in rows])):
        pictures += chunk
        if len(pictures) < len(rows[n_done].codes):
            yield None
        while n_done < len(rows) and len(pictures) >= len(rows[n_done].codes):
            row, n = rows[n_done], len(rows[n_done].codes)
            yield TraversalRow(row.name, row.kl, row.values, tuple(pictures[:n]), row.codes)
            pictures, n_done = pictures[n:], n_done + 1


def references(opened: OpenModel, rows: Sequence[PlannedRow]) -> Iterator[Progress | SheetPictures]:
    """Rows that are to be kept, by the reference path: Progress per picture, at the end SheetPictures."""
    made, total, n_done = [], sum(len(row.codes) for row in rows), 0
    for row in rows:
        pictures: list[Pixels] = []
        for code in row.codes:
            pictures.append(reference(opened, code))
            n_done += 1
            yield Progress(n_done, total, "pictures")
        made.append(TraversalRow(row.name, row.kl, row.values, tuple(pictures), row.codes))
    yield SheetPictures(opened.header, tuple(made), opened.model.state_dict())


def _row_name(word: str, names: list[str]) -> str:
    if word in names:
        return word
    if word.isdecimal() and int(word) < len(names):
        return names[int(word)]
    if word.isdecimal():
        raise StudioError(f"There is no dimension {word}: this model has {len(names)}, counted from 0.")
    raise StudioError(f'No dimension is named "{word}": {did_you_mean(word, names)}')
