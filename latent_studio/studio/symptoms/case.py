"""A run as the rules look at it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from latent_studio.studio.findings import SampleChecks
from latent_studio.studio.histories import STEPS, TEST, TRAIN, History, Numbers
from latent_studio.studio.remedies import Plain, Remedies

MIN_ROWS, MIN_MEASURED = 60, 5
"""Rows of single steps, and measurements, before anything is said: at its beginning any run looks sick."""


@dataclass(frozen=True)
class Case:
    """model: the [model] section of the recipe, empty where it is not known."""

    history: History
    remedies: Remedies
    model: Plain
    samples: SampleChecks | None

    @property
    def split(self) -> str:
        """The part of the data that was measured."""
        return TEST if TEST in self.history.tables else TRAIN

    def steps(self, name: str) -> Numbers:
        """What single steps showed, without gaps."""
        return self.history.curve(STEPS, name)[1]

    def measured(self, name: str) -> Numbers:
        """What was measured on that part of the data, without gaps."""
        return self.history.curve(self.split, name)[1]

    @property
    def is_game(self) -> bool:
        """Whether a generator plays against a discriminator."""
        return len(self.steps("discriminator.loss")) > 0 and len(self.steps("generator.loss")) > 0

    @property
    def is_old_enough(self) -> bool:
        table = self.history.tables.get(STEPS)
        return table is not None and len(table.steps) >= MIN_ROWS and len(self.measured("loss")) >= MIN_MEASURED


def lately(values: Numbers) -> Numbers:
    """The last third of a run is what it is like now; at least three values."""
    return values[-max(3, len(values) // 3) :]


def smoothed(values: Numbers, n_blocks: int) -> Numbers:
    """Means of as many blocks, or the values themselves where there are fewer."""
    return np.array([block.mean() for block in np.array_split(values, min(n_blocks, len(values)))])


def percent(share: float, n_digits: int = 0) -> str:
    """`61 %`."""
    return f"{100 * share:.{n_digits}f} %"
