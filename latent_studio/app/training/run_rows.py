"""All runs, those that were just asked for and those on the disk, as rows of the Train panel."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.shelf import Shelf
from latent_studio.app.theme import Role
from latent_studio.app.training.run_logs import RunLogs
from latent_studio.app.training.run_plots import FIRST_OF_OTHERS, Compared
from latent_studio.app.widgets.run_list import RunItem
from latent_studio.core.events import Pixels
from latent_studio.core.runs import RunStatus
from latent_studio.studio.captions import figures, test_loss
from latent_studio.studio.histories import TEST
from latent_studio.studio.library import Entry
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import Standing, standing, standing_of

_INK: dict[str, Role] = {"accent": "accent", "muted": "muted", "warn": "warn", "bad": "bad"}
_N_COLOURS = 8
HERE = socket.gethostname()


@dataclass(frozen=True)
class RunRow:
    """A run: on the disk, in training here, or both."""

    key: str
    name: str
    entry: Entry | None
    live: LiveRun | None

    @property
    def status(self) -> RunStatus | None:
        """What its folder tells."""
        return self.entry.status if self.entry is not None else None

    @property
    def step(self) -> int:
        """The step that it stands at."""
        if self.live is not None and self.live.n_steps:
            return self.live.step
        return self.status.step if self.status is not None else -1

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return standing_of(self.live) if self.live is not None else standing(self.status, HERE)


class RunRows:
    """The rows, the shown one, and those whose curves are drawn beside it."""

    def __init__(self, shelf: Shelf, runs: LiveRuns, logs: RunLogs) -> None:
        self._shelf, self._runs, self._logs = shelf, runs, logs
        self.shown = ""
        self.compared: set[str] = set()
        self._colours: dict[str, int] = {}

    def all(self) -> list[RunRow]:
        """Those just asked for, then those on the disk: under way first, then the newest."""
        entries = self._shelf.runs()
        known = {entry.key for entry in entries}
        new = [RunRow(run.key, run.plan.name, None, run) for run in reversed(self._runs.all()) if run.key not in known]
        return [*new, *(RunRow(entry.key, entry.name, entry, self._runs.get(entry.key)) for entry in entries)]

    def row(self, key: str) -> RunRow | None:
        """The row of that key."""
        return next((row for row in self.all() if row.key == key), None)

    def items(self) -> list[RunItem]:
        """The rows as the list shows them."""
        return [self._item(row) for row in self.all()]

    def others(self) -> list[Compared]:
        """The runs beside the shown one."""
        rows = (row for row in self.all() if row.key in self.compared and row.key != self.shown)
        return [Compared(row.key, row.name, self._colour(row.key), self._logs.history(row.key)) for row in rows]

    def _item(self, row: RunRow) -> RunItem:
        how, is_shown = row.standing, row.key == self.shown
        _, losses = self._logs.history(row.key).curve(TEST)
        loss = float(losses[-1]) if len(losses) else test_loss(row.entry) if row.entry is not None else None
        return RunItem(
            key=row.key,
            title=row.name,
            line=how.brief,
            role=_INK[how.tone],
            picture=_first_tile(row),
            category=0 if is_shown else self._colour(row.key),
            is_plotted=is_shown or row.key in self.compared,
            losses=tuple(losses.tolist()),
            figure="–" if loss is None else figures(loss),
        )

    def _colour(self, key: str) -> int:
        """The colour of a run stays what it was when it was first seen."""
        return self._colours.setdefault(key, FIRST_OF_OTHERS + len(self._colours) % _N_COLOURS)


def _first_tile(row: RunRow) -> Pixels | None:
    """One of the run's samples: the newest, or the first of the preview's four columns."""
    if row.live is not None and row.live.pictures is not None:
        return next(iter(row.live.pictures.pictures.get("samples", ())), None)
    entry = row.entry
    if entry is None or entry.picture is None or entry.header is None:
        return None
    _, height, width = entry.header.data.shown_shape
    side = entry.picture.shape[1] // 4
    return entry.picture[: max(1, round(side * height / width)), :side]
