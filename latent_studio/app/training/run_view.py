"""The middle of the Train panel: one run, live or as it ended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from latent_studio.app.training.game_plots import GamePlots
from latent_studio.app.training.health_part import HealthPart
from latent_studio.app.training.run_head import RunHead
from latent_studio.app.training.run_plots import Compared, DimensionPlot, LossPlot
from latent_studio.app.training.run_samples import RunSamples
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.studio.captions import figures
from latent_studio.studio.health import Finding, SampleChecks
from latent_studio.studio.histories import TEST, History
from latent_studio.studio.library import Entry
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.run_pictures import RunPictures

_LEAST, _MOST = 190, 400  # px, height of the plots


class RunView(QWidget):
    """Head, plots and pictures of a run. It shows what it is given and asks for nothing itself."""

    def __init__(self) -> None:
        super().__init__()
        self.head = RunHead()
        self.loss, self.dimensions, self.pictures = LossPlot(), DimensionPlot(), RunSamples()
        self.game, self.health = GamePlots(), HealthPart()
        plots = self._plots = QWidget()
        line = QHBoxLayout(plots)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(20)
        line.addWidget(self.loss, 1)
        line.addWidget(self.dimensions, 1)
        plots.setMinimumHeight(_LEAST)
        plots.setMaximumHeight(_MOST)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(20)
        column.addWidget(self.health.below)
        column.addWidget(plots, 1)
        column.addWidget(self.game.upper)
        column.addWidget(self.pictures)
        column.addWidget(self.game.lower)
        column.addStretch(0)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(area.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        OverlayBar(area)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(self.head)
        around.addWidget(self.health.line)
        around.addWidget(Hairline())
        around.addWidget(area, 1)

    def show_history(
        self, history: History, others: Sequence[Compared], entry: Entry | None, live: LiveRun | None
    ) -> None:
        """The plots."""
        status = entry.status if entry is not None else None
        n_epochs = live.plan.n_epochs if live is not None else status.n_epochs if status is not None else 0
        now = live.epoch if live is not None else None
        is_game = bool(history.players())
        self._plots.setVisible(not is_game)
        self.game.lower.setVisible(is_game)
        self.pictures.set_game(is_game)
        if is_game:
            self.game.show_history(history, others, n_epochs, now)
            return
        self.game.upper.hide()
        in_nats = "kl" in history.names(TEST)
        self.loss.set_caption("nats, by epoch" if in_nats else "by epoch")
        self.loss.show_history(history, others, n_epochs, now)
        self.dimensions.show_history(history, n_epochs, now)
        reconstruction = history.last(TEST, "reconstruction")
        unit = " nats" if in_nats else ""
        self.pictures.set_note("" if reconstruction is None else f"test {figures(reconstruction)}{unit}")

    def show_health(
        self, findings: Sequence[Finding], samples: SampleChecks | None, best_by: str, history: History
    ) -> None:
        """What was found, what was measured on samples, and by which measure the best moment goes."""
        self.health.show_findings(findings, history)
        self.health.check.show_samples(samples)
        self.loss.best_by = self.game.measure.best_by = best_by

    def show_pictures(self, pictures: RunPictures) -> None:
        """The contact sheets."""
        self.pictures.set_pictures(pictures)
