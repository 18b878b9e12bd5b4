"""What a run measured, as curves: arrays that grow at the end, from the run's log or from its live events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Metrics
from latent_studio.core.runs import read_metrics

Numbers = NDArray[np.float64]

STEPS, TRAIN, TEST = "steps", "train", "test"
"""The splits: one noisy row per some steps of training, and the measurements on either part of the data."""

_NO_TERMS = ("loss", "gradient_norm")


@dataclass(frozen=True)
class Table:
    """The rows of one split in the order of their steps. steps, epochs and every column of `values`: (n,).

    A number that a row lacks is NaN (a term may be due only every so many steps).
    """

    steps: Numbers
    epochs: Numbers
    values: Mapping[str, Numbers]

    def joined(self, newer: Table) -> Table:
        """Both; from the first step of `newer` on, only `newer` counts, for a run may have gone back."""
        n = int(np.searchsorted(self.steps, newer.steps[0])) if len(newer.steps) else len(self.steps)
        names = [*self.values, *(name for name in newer.values if name not in self.values)]
        return Table(
            np.concatenate([self.steps[:n], newer.steps]),
            np.concatenate([self.epochs[:n], newer.epochs]),
            {name: np.concatenate([_column(self, name)[:n], _column(newer, name)]) for name in names},
        )


@dataclass(frozen=True)
class History:
    """All curves of a run. vectors: the newest of each, measured on the test part (KL per dimension)."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    vectors: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def joined(self, newer: History) -> History:
        """Both; see `Table.joined`."""
        tables = dict(self.tables)
        for split, table in newer.tables.items():
            tables[split] = tables[split].joined(table) if split in tables else table
        return History(tables, {**self.vectors, **newer.vectors})

    def extended(self, rows: Sequence[Metrics]) -> History:
        """The history with newer rows behind it."""
        return self.joined(history_of(rows)) if rows else self

    def curve(self, split: str, name: str = "loss") -> tuple[Numbers, Numbers]:
        """(epochs, values) of one quantity without its gaps; empty where it was not measured."""
        table = self.tables.get(split)
        if table is None or name not in table.values:
            return np.empty(0), np.empty(0)
        known = np.isfinite(table.values[name])
        return table.epochs[known], table.values[name][known]

    def names(self, split: str) -> tuple[str, ...]:
        """What was measured there."""
        table = self.tables.get(split)
        return tuple(table.values) if table is not None else ()

    def step_loss(self) -> tuple[Numbers, Numbers]:
        """(epochs, losses) of the single steps, as the sum of those terms that are measured too, without weights.

        What training minimises has weights (β) and is no measure; so summed, steps and measurements are one scale.
        """
        terms = [name for name in self.names(STEPS) if name not in _NO_TERMS and "." not in name]
        measured = self.names(TEST)
        terms = [name for name in terms if name in measured] or terms
        if len(terms) < 2:
            return self.curve(STEPS, terms[0] if terms else "loss")
        table = self.tables[STEPS]
        total = np.sum([table.values[name] for name in terms], axis=0)
        known = np.isfinite(total)
        return table.epochs[known], total[known]

    def last(self, split: str, name: str = "loss") -> float | None:
        """The newest value of a quantity."""
        _, values = self.curve(split, name)
        return float(values[-1]) if len(values) else None


def history_of(rows: Sequence[Metrics]) -> History:
    """Rows as curves."""
    splits = dict.fromkeys(row.split for row in rows)
    vectors: dict[str, tuple[float, ...]] = {}
    for row in rows:
        if row.split == TEST:
            vectors |= {name: value for name, value in row.values.items() if isinstance(value, tuple)}
    return History({split: _table([row for row in rows if row.split == split]) for split in splits}, vectors)


@dataclass(frozen=True)
class Log:
    """A run's log as far as it was read: up to the byte `offset`."""

    history: History = History()
    offset: int = 0

    def read_on(self, run: Path) -> Log:
        """Read what is new; where the run has gone back to an earlier step, everything. For the disk lane."""
        rows, offset = read_metrics(run, self.offset)
        if offset < self.offset:
            return Log().read_on(run)
        return Log(self.history.extended(rows), offset)


def _table(rows: Sequence[Metrics]) -> Table:
    names = dict.fromkeys(name for row in rows for name, value in row.values.items() if not isinstance(value, tuple))
    return Table(
        np.array([row.step for row in rows], np.float64),
        np.array([row.epoch for row in rows], np.float64),
        {name: np.array([_number(row, name) for row in rows], np.float64) for name in names},
    )


def _number(row: Metrics, name: str) -> float:
    value = row.values.get(name, np.nan)
    return np.nan if isinstance(value, tuple) else float(value)


def _column(table: Table, name: str) -> Numbers:
    return table.values.get(name, np.full(len(table.steps), np.nan))
