"""What a run measured, drawn: its losses beside those of other runs, and what each latent dimension carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QStackedWidget

from latent_studio.app.widgets.bars import Bars
from latent_studio.app.widgets.curves import Curves
from latent_studio.app.widgets.plot import trailing_mean
from latent_studio.studio.histories import LOSS, NORM, STEPS, TEST, TRAIN, History, Numbers

KL = "kl_per_dim"

N_TERMS = 4
"""Further curves would not be told apart."""

FIRST_OF_OTHERS = 2
"""The category of the first run that is compared; the two before it are the shown run's train and test."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Another run on the same axes."""

    key: str
    name: str
    category: int
    history: History


class LossPlot(Curves):
    """Loss by epoch: every step, measured on train and test, and the test loss of compared runs.

    The same of another measure where one is named. `best_by` names the measure whose least value is the best moment.
    """

    def __init__(self, title: str = "Loss") -> None:
        super().__init__(title, "by epoch")
        self.measure, self.best_by = LOSS, LOSS
        self._laid_out: object = None

    def show_history(self, history: History, others: Sequence[Compared], n_epochs: int, now: float | None) -> None:
        """Draw what is known now. n_epochs: where the run will end, 0 unknown; now: its epoch while it trains."""
        compared = tuple((other.key, other.name, other.category) for other in others)
        if (compared, self.measure, self.best_by) != self._laid_out:
            self._lay_out(compared)
        self.set_data(STEPS, *(history.step_loss() if self.measure == LOSS else history.curve(STEPS, self.measure)))
        self.set_data(TRAIN, *history.curve(TRAIN, self.measure))
        for other in others:
            self.set_data(other.key, *self._compared(other.history))
        self.set_data(TEST, *history.curve(TEST, self.measure))
        self.set_x_end(n_epochs or None)
        self.set_now(now)

    def _lay_out(self, compared: tuple[tuple[str, str, int], ...]) -> None:
        self.clear()
        self._laid_out = compared, self.measure, self.best_by
        for key, name, category in compared:
            self.set_series(key, name, category, "test")
        self.set_series(STEPS, "steps", 0, "steps")
        self.set_series(TRAIN, "train", 0, "train")
        self.set_series(TEST, "test", 1, "test", marks_best=self.measure == self.best_by)

    def _compared(self, history: History) -> tuple[Numbers, Numbers]:
        """What is drawn of another run: its measurements; where the steps alone tell the measure, these, averaged."""
        x, y = history.curve(TEST, self.measure)
        if len(x) or self.measure == LOSS:
            return x, y
        x, y = history.curve(STEPS, self.measure)
        return x, trailing_mean(y, len(y) // 50)


class TermsPlot(Curves):
    """The terms that training minimises, one curve each: what there is to see of a run without a KL per dimension.

    A single term is the loss once more; then the norm of the gradient is shown, which tells how calmly it falls.
    """

    def __init__(self) -> None:
        super().__init__("Terms", "by epoch")
        self._terms: tuple[str, ...] = ()

    def show_history(self, history: History, n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        terms = history.terms("")[:N_TERMS]
        if len(terms) < 2:
            terms = tuple(name for name in history.names(STEPS) if name == NORM)
        if terms != self._terms:
            self.clear()
            self._terms = terms
            for category, name in enumerate(terms):
                self.set_series(name, name.replace("_", " "), category, "steps")
        for name in terms:
            self.set_data(name, *history.curve(STEPS, name))
        self.set_x_end(n_epochs or None)
        self.set_now(now)


class DimensionPlot(QStackedWidget):
    """KL per latent dimension where a run measures it, else its terms."""

    def __init__(self) -> None:
        super().__init__()
        self.bars, self.terms = Bars("KL per dimension", "nats, test"), TermsPlot()
        self.addWidget(self.bars)
        self.addWidget(self.terms)
        self._kl: tuple[float, ...] | None = None

    def show_history(self, history: History, n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        kl = history.vectors.get(KL)
        if kl is not None and kl is not self._kl:
            self._kl = kl
            self.bars.set_values(kl)
        elif kl is None:
            self.terms.show_history(history, n_epochs, now)
        self.setCurrentWidget(self.terms if kl is None else self.bars)
