"""What a run of several players measured: how one scores the other, each one's terms, how steep they are, the outcome.

Nothing here knows a family: what is drawn follows from the names in the history.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.training.run_plots import Compared, LossPlot
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.bands import Bands
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.curve_keys import CurveKey, CurveKeys
from latent_studio.app.widgets.curves import Curves
from latent_studio.app.widgets.elide import heading
from latent_studio.app.widgets.log_curves import LogCurves
from latent_studio.app.widgets.plot import Axes
from latent_studio.studio.captions import figures
from latent_studio.studio.histories import ACCURACY, LOSS, NORM, STEPS, TEST, History

REAL, FAKE = 4, 6
"""Categories of the two that are told apart; the first two categories are the players'."""

_SUM = 8  # the category of a player's whole loss, a grey
_OTHER_TERMS = 2  # of a player's terms the first has the player's own category, the others these
_SCORE_CATEGORIES = (REAL, FAKE, 3, 7)
_ROW = 176  # px
_CHOICE_PAD = 11  # px between a choice's edge and its word
_ONE_AFTER_MS = 12  # between two plots that are drawn anew
GUESSING = 0.5
Piece = Callable[[], None]


def spoken(name: str) -> str:
    """`gradient_norm` as words."""
    return name.replace("_", " ")


def titled(name: str) -> str:
    """The same as a heading."""
    words = spoken(name)
    return words[:1].upper() + words[1:]


class AccuracyPlot(Curves):
    """How often the right one of a real picture and a fake is taken for real, by epoch; half is guessing."""

    def __init__(self) -> None:
        super().__init__("Told apart", "share of pairs in the right order")
        self._names: tuple[str, ...] = ()
        self.setToolTip(
            "How often a real picture scores above a fake one: the area under the ROC curve. "
            "0.5 is guessing, 1 is perfectly apart."
        )

    def show_history(self, history: History, n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        names = tuple(name for name in history.names(STEPS) if name.endswith(f".{ACCURACY}"))
        if names != self._names:
            self.clear()
            self._names = names
            for category, name in enumerate(names):
                self.set_series(name, spoken(name.partition(".")[0]), category, "steps")
        for name in names:
            self.set_data(name, *history.curve(STEPS, name))
        self.set_x_end(n_epochs or None)
        self.set_now(now)

    def y_range(self) -> tuple[float, float]:
        return 0.0, 1.0

    def _paint_y_axis(self, painter: QPainter, axes: Axes) -> None:
        super()._paint_y_axis(painter, axes)
        y = round(axes.y_px(GUESSING)) + 0.5
        painter.setPen(QPen(colour("muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(round(axes.area.left()), int(y), round(axes.area.right()), int(y))
        box = QRectF(axes.area.left(), y + 1, axes.area.width() - 4, 16)
        paint.draw_text(painter, box, "guessing", "muted", "caption", paint.RIGHT)


class NormPlot(LogCurves):
    """The norm of each player's gradient."""

    def __init__(self) -> None:
        super().__init__("Gradients", "norm")
        self._players: tuple[str, ...] = ()
        self.setToolTip("How steep each player's loss is where it stands; powers of ten are evenly spaced.")

    def show_history(self, history: History, n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        players = history.players()
        if players != self._players:
            self.clear()
            self._players = players
            for category, player in enumerate(players):
                self.set_series(player, spoken(player), category, "steps")
        for player in players:
            self.set_data(player, *history.curve(STEPS, f"{player}.{NORM}"))
        self.set_x_end(n_epochs or None)
        self.set_now(now)


class PlayerPlot(QWidget):
    """The terms that one player minimises; a click on a name hides it or shows it again."""

    def __init__(self, player: str, category: int) -> None:
        super().__init__()
        self.player, self._category = player, category
        self.keys, self.curves = CurveKeys(), Curves("", heading=0)
        self.curves.setAccessibleName(f"Terms of {spoken(player)}")
        self._title = heading(titled(player))
        self._categories: dict[str, int] = {}
        self._last: tuple[History, int, float | None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._title)
        column.addWidget(self.keys)
        column.addWidget(self.curves, 1)
        self.keys.toggled.connect(self._on_toggled)

    def show_history(self, history: History, n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        self._last = history, n_epochs, now
        terms = history.terms(self.player)
        self._categories = {name: _OTHER_TERMS + i if i else self._category for i, name in enumerate(terms)}
        if len(terms) != 1:  # of a single term the sum is the term itself
            self._categories[f"{self.player}.{LOSS}"] = _SUM
        begin = f"{self.player}."
        last = {name: history.last(STEPS, name) for name in self._categories}
        told = {name: "" if value is None else figures(value) for name, value in last.items()}
        # the sum jumps where a term is due only now and then, and hides what it is made of: who wants it calls it up
        self.keys.set_keys(
            [
                CurveKey(name, spoken(name.removeprefix(begin)), category, told[name], is_on=category != _SUM)
                for name, category in self._categories.items()
            ]
        )
        self._draw(history)
        self.curves.set_x_end(n_epochs or None)
        self.curves.set_now(now)

    def _draw(self, history: History) -> None:
        shown = {name: category for name, category in self._categories.items() if self.keys.is_on(name)}
        if tuple(shown) != self.curves.keys():
            self.curves.clear()
            for name, category in shown.items():
                self.curves.set_series(name, spoken(name.rpartition(".")[2]), category, "steps")
        for name in shown:
            self.curves.set_data(name, *history.curve(STEPS, name))

    @Slot(str, bool)
    def _on_toggled(self, key: str, is_on: bool) -> None:
        if self._last is not None:
            self.show_history(*self._last)


class MeasurePlot(LossPlot):
    """Any number that the shown run measured, on one axis with the same number of the compared runs."""

    def __init__(self) -> None:
        super().__init__("")
        self.set_caption("")
        self.choice = Choice(kind="quiet", tooltip="Which number to draw, of this run and of those it is compared with")
        self.choice.setParent(self)
        self.choice.move(-_CHOICE_PAD, -3)
        self.choice.chosen.connect(self._on_chosen)
        self._last: tuple[History, Sequence[Compared], int, float | None] | None = None

    def show_history(self, history: History, others: Sequence[Compared], n_epochs: int, now: float | None) -> None:
        """Draw what is known now."""
        self._last = history, others, n_epochs, now
        tested = tuple(history.names(TEST)) or (LOSS,)
        steps = tuple(name for name in history.names(STEPS) if name not in tested)
        names = (*tested, *steps)
        if self.measure not in names:
            self.measure = LOSS
        self.choice.set_options([Option(name, titled(name.replace(".", " "))) for name in names])
        self.choice.set_current(self.measure)
        self.choice.resize(self.choice.sizeHint())
        super().show_history(history, others, n_epochs, now)

    def _legend_from(self) -> float:
        return float(self.choice.geometry().right())

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self.measure = name
        if self._last is not None:
            self.show_history(*self._last)


class GamePlots:
    """Small plots, two in a row: how the players judge each other in `upper`, all the rest in `lower`, where there is
    one for each player, however many play."""

    def __init__(self) -> None:
        self.scores, self.accuracy = Bands("Scores", "quantiles by epoch"), AccuracyPlot()
        self.norms, self.measure = NormPlot(), MeasurePlot()
        self.players: tuple[PlayerPlot, ...] = ()
        self.upper, self.lower = QWidget(), QWidget()
        upper, self._grid = _grid(self.upper), _grid(self.lower)
        upper.addWidget(self.scores, 0, 0)
        upper.addWidget(self.accuracy, 0, 1)
        for plot in (self.scores, self.accuracy, self.norms, self.measure):
            plot.setFixedHeight(_ROW)
        self._make_players(())
        self._due: list[Piece] = []
        self._asked: Callable[[], list[Piece]] | None = None
        self._drawing = QTimer(self.upper, interval=_ONE_AFTER_MS)
        self._drawing.timeout.connect(self._draw_one)

    def show_history(self, history: History, others: Sequence[Compared], n_epochs: int, now: float | None) -> None:
        """Draw what is known now, one plot after the other: all at once would hold the window for some frames."""
        if history.players() != tuple(plot.player for plot in self.players):
            self._make_players(history.players())
            self._due = []
        epochs = history.curve(STEPS, f"{self.players[0].player}.{LOSS}")[0]
        end = shown_until(float(epochs[-1]) if len(epochs) else 0.0, n_epochs)
        self._asked = partial(self._pieces, history, others, end, now)
        if not self._drawing.isActive():
            self._draw_one()
            self._drawing.start()

    def _pieces(self, history: History, others: Sequence[Compared], end: int, now: float | None) -> list[Piece]:
        judged = [partial(self._show_scores, history, end, now), partial(self.accuracy.show_history, history, end, now)]
        players = [partial(plot.show_history, history, end, now) for plot in self.players]
        norms = partial(self.norms.show_history, history, end, now)
        return [*judged, *players, norms, partial(self.measure.show_history, history, others, end, now)]

    def _draw_one(self) -> None:
        if not self._due and self._asked is not None:
            self._due, self._asked = self._asked(), None
        if self._due:
            self._due.pop(0)()
        else:
            self._drawing.stop()

    def _show_scores(self, history: History, n_epochs: int, now: float | None) -> None:
        notes = [name for name in history.notes() if not name.endswith(f".{ACCURACY}")][: len(_SCORE_CATEGORIES)]
        self.upper.setVisible(bool(notes))
        bands = zip(notes, _SCORE_CATEGORIES, strict=False)
        self.scores.set_bands([(spoken(n.rpartition(".")[2]), c, *history.spread(n)) for n, c in bands])
        self.scores.set_x_end(n_epochs or None)
        self.scores.set_now(now)
        judge = spoken(notes[0].partition(".")[0]) if notes else ""
        self.scores.setToolTip(f"What the {judge} answers to real pictures and to fakes; larger is more real.")

    def _make_players(self, players: tuple[str, ...]) -> None:
        for plot in (*self.players, self.norms, self.measure):
            self._grid.removeWidget(plot)
        for plot in self.players:
            plot.hide()
            plot.deleteLater()
        self.players = tuple(PlayerPlot(player, category) for category, player in enumerate(players))
        for plot in self.players:
            plot.setFixedHeight(_ROW)
        for i, widget in enumerate((*self.players, self.norms, self.measure)):
            self._grid.addWidget(widget, i // 2, i % 2)


def shown_until(epoch: float, n_epochs: int) -> int:
    """The epoch at which the plots end of a run that came to `epoch`: its last, but they are half full at least."""
    end = n_epochs
    while end > 2 and epoch <= end // 2:
        end //= 2
    return end


def _grid(around: QWidget) -> QGridLayout:
    grid = QGridLayout(around)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(20)
    for column in range(2):
        grid.setColumnStretch(column, 1)
        grid.setColumnMinimumWidth(column, 180)
    return grid
