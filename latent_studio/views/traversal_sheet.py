"""The rows of a traversal sheet: one per number of the code, one per categorical factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.events import Pixels
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, Floats, LatentSpace, Normal
from latent_studio.core.request import OpenModel
from latent_studio.views.decoding import decode
from latent_studio.views.traversal import sweep

Order = Literal["importance", "index"]


@dataclass(frozen=True)
class TraversalRow:
    """values: what was set for each picture, in words.  kl: nats on the test part, None where it is not known."""

    name: str
    kl: float | None
    values: tuple[str, ...]
    pictures: tuple[Pixels, ...]

    @property
    def title(self) -> str:
        return self.name if self.kl is None else f"{self.name}  {self.kl:.2f} nat"


def row_names(space: LatentSpace) -> list[str]:
    """What can be swept: every column, but a categorical factor as a whole."""
    return [
        name
        for factor in space.factors
        for name in ((factor.name,) if isinstance(factor, Categorical) else factor.column_names())
    ]


def chosen_rows(header: Header, text: str, order: Order) -> list[str]:
    """The rows that a text such as "z0, z3" or "0,3" names, in its order; all of them where it is empty.

    By importance, those with the largest KL come first; where no KL is known the order of the code is kept.
    """
    names = row_names(header.space)
    if not names:
        raise StudioError(f"{header.name} has no latent code to sweep: draw pictures with `sample`.")
    if not text.strip():
        kl = _kl_by_name(header) if order == "importance" else {}
        return sorted(names, key=lambda name: -kl.get(name, 0.0))
    return [_row_name(word.strip(), names) for word in text.split(",")]


def traversal_rows(
    opened: OpenModel, code: Floats, names: Sequence[str], n: int, reach: float
) -> tuple[TraversalRow, ...]:
    """Each named row swept through `code` (dim,): normal columns over ± `reach`, uniform ones from end to end, in n
    pictures; a categorical factor over its values."""
    header = opened.header
    kl = _kl_by_name(header)
    rows = []
    for name in names:
        values, codes = _swept(header.space, code, name, n, reach)
        rows.append(TraversalRow(name, kl.get(name), values, decode(opened, codes)))
    return tuple(rows)


def _swept(space: LatentSpace, code: Floats, name: str, n: int, reach: float) -> tuple[tuple[str, ...], Floats]:
    for factor, columns in space.blocks():
        if isinstance(factor, Categorical) and factor.name == name:
            values = np.repeat(np.arange(factor.n_values)[:, None], factor.width // factor.n_values, axis=1)
            codes = np.repeat(code[None], factor.n_values, axis=0)
            codes[:, columns] = factor.one_hot(values)
            return factor.labels or tuple(str(value) for value in range(factor.n_values)), codes
        if name in factor.column_names():
            low, high = (-reach, reach) if isinstance(factor, Normal) else factor.bounds
            steps = np.linspace(low, high, n, dtype=np.float32)
            texts = tuple(_value_text(float(step)) for step in steps)
            return texts, sweep(code, columns.start + factor.column_names().index(name), steps)
    raise StudioError(f'No dimension is named "{name}": {did_you_mean(name, row_names(space))}')


def _value_text(value: float) -> str:
    rounded = round(value, 2)
    return f"{rounded:+g}".replace("-", "−") if rounded else "0"


def _kl_by_name(header: Header) -> dict[str, float]:
    values = header.statistics.get("kl", ())
    names = header.space.column_names
    return dict(zip(names, values, strict=True)) if len(values) == len(names) else {}


def _row_name(word: str, names: list[str]) -> str:
    if word in names:
        return word
    if word.isdecimal() and int(word) < len(names):
        return names[int(word)]
    if word.isdecimal():
        raise StudioError(f"There is no dimension {word}: this model has {len(names)}, counted from 0.")
    raise StudioError(f'No dimension is named "{word}": {did_you_mean(word, names)}')
