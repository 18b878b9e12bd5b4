"""What a run measured, as curves: arrays that grow at the end, from the run's log or from its live events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.controls import Controls
from latent_studio.core.events import QUANTILES, Metrics
from latent_studio.core.runs import read_controls, read_metrics

Numbers = NDArray[np.float64]

STEPS, TRAIN, TEST = "steps", "train", "test"
"""The splits: one noisy row per some steps of training, and the measurements on either part of the data."""

LOSS, NORM, ACCURACY = "loss", "gradient_norm", "accuracy"
"""What a step tells besides a player's terms: their weighted sum, how steep it is, and how often its judge is right."""


@dataclass(frozen=True)
class Table:
    """The rows of one split in the order of their steps. steps, epochs and every column of `values`: (n,).

    A number that a row lacks is NaN (a term may be due only every so many steps).
    spreads: of the single steps, by the name of what is spread: its quantiles from least to largest, (n, k).
    """

    steps: Numbers
    epochs: Numbers
    values: Mapping[str, Numbers]
    spreads: Mapping[str, Numbers] = field(default_factory=dict)

    def joined(self, newer: Table) -> Table:
        """Both; from the first step of `newer` on, only `newer` counts, for a run may have gone back."""
        n = int(np.searchsorted(self.steps, newer.steps[0])) if len(newer.steps) else len(self.steps)
        return Table(
            np.concatenate([self.steps[:n], newer.steps]),
            np.concatenate([self.epochs[:n], newer.epochs]),
            _columns_joined(self.values, newer.values, n, len(newer.steps)),
            _columns_joined(self.spreads, newer.spreads, n, len(newer.steps)),
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

    def spread(self, name: str) -> tuple[Numbers, Numbers]:
        """(epochs (n,), quantiles (n, k)) of what single steps told the spread of; empty where they did not."""
        table = self.tables.get(STEPS)
        if table is None or name not in table.spreads:
            return np.empty(0), np.empty((0, 0))
        known = np.isfinite(table.spreads[name]).all(axis=1)
        return table.epochs[known], table.spreads[name][known]

    def players(self) -> tuple[str, ...]:
        """Who plays against whom, in the order of their turns; empty for a game of one."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self.names(STEPS) if "." in name))

    def terms(self, player: str) -> tuple[str, ...]:
        """The names of what a player minimises, without weights; of a game of one the player is ""."""
        begin, told = f"{player}." if player else "", self.notes()
        own = (name for name in self.names(STEPS) if name.startswith(begin) and ("." in name) == bool(player))
        return tuple(name for name in own if name.removeprefix(begin) not in (LOSS, NORM) and name not in told)

    def notes(self) -> tuple[str, ...]:
        """The names of what is told beside the terms, with its spread: how a judge scores real pictures and fakes."""
        table = self.tables.get(STEPS)
        return tuple(table.spreads) if table is not None else ()

    def step_loss(self) -> tuple[Numbers, Numbers]:
        """(epochs, losses) of the single steps, as the sum of those terms that are measured too, without weights.

        What training minimises has weights (β) and is no measure; so summed, steps and measurements are one scale.
        """
        terms = list(self.terms(""))
        measured = self.names(TEST)
        terms = [name for name in terms if name in measured] or terms
        if len(terms) < 2:
            return self.curve(STEPS, terms[0] if terms else LOSS)
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
    """A run's log as far as it was read: up to the byte `offset`.  changes: what a person changed, by step."""

    history: History = History()
    offset: int = 0
    changes: tuple[tuple[int, Controls], ...] = ()

    def read_on(self, run: Path) -> Log:
        """Read what is new; where the run has gone back to an earlier step, everything. For the disk lane."""
        rows, offset = read_metrics(run, self.offset)
        if offset < self.offset:
            return Log().read_on(run)
        return Log(self.history.extended(rows), offset, tuple(read_controls(run)))


def _table(rows: Sequence[Metrics]) -> Table:
    names = dict.fromkeys(name for row in rows for name, value in row.values.items() if not isinstance(value, tuple))
    spread = dict.fromkeys(name for row in rows for name in row.values if name.endswith(QUANTILES))
    return Table(
        np.array([row.step for row in rows], np.float64),
        np.array([row.epoch for row in rows], np.float64),
        {name: np.array([_number(row, name) for row in rows], np.float64) for name in names},
        {name.removesuffix(QUANTILES): _spread(rows, name) for name in spread},
    )


def _spread(rows: Sequence[Metrics], name: str) -> Numbers:
    """(n, k), NaN where a row lacks the quantiles."""
    told = [row.values.get(name) for row in rows]
    width = max(len(value) for value in told if isinstance(value, tuple))
    unknown = (np.nan,) * width
    return np.array([value if isinstance(value, tuple) and len(value) == width else unknown for value in told])


def _number(row: Metrics, name: str) -> float:
    value = row.values.get(name, np.nan)
    return np.nan if isinstance(value, tuple) else float(value)


def _columns_joined(
    older: Mapping[str, Numbers], newer: Mapping[str, Numbers], n_older: int, n_newer: int
) -> dict[str, Numbers]:
    """The first rows of the older columns with the newer ones below; NaN where one has no such column."""
    joined = {}
    for name in dict.fromkeys((*older, *newer)):
        shape = (newer if name in newer else older)[name].shape[1:]
        upper = older[name][:n_older] if name in older else np.full((n_older, *shape), np.nan)
        lower = newer[name] if name in newer else np.full((n_newer, *shape), np.nan)
        joined[name] = np.concatenate([upper, lower])
    return joined
