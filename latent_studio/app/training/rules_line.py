"""By what rules a game is played, player by player, to be changed while it is: learning rate, updates, a step alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.value_link import ValueLink
from latent_studio.core.controls import Controls
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import change_text, rate_text, updates_text

MOST_UPDATES = 100
_N_TOLD = 12  # changes in the tooltip


class PlayerRules(QWidget):
    """One player's.

    Signals:
        changed(object): Controls.  step_requested(str): one step of this player alone.
    """

    changed = Signal(object)
    step_requested = Signal(str)

    def __init__(self, player: str) -> None:
        super().__init__()
        self.player = player
        words = player.replace("_", " ")
        self.rate = ValueLink(
            lambda rate: f"rate {rate_text(rate)}", f"Train {words} on with another learning rate", low=0, high=10
        )
        self.updates = ValueLink(
            lambda n: updates_text(int(n)),
            f"How often {words} moves in each step",
            low=0,
            high=MOST_UPDATES,
            is_whole=True,
        )
        self.step: Button = icon_button("skip-forward", f"One step of {words} alone, while the run is paused")
        name = ElidedLabel(words, "caption")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(name)
        for part in (self.rate, self.updates, self.step):
            line.addWidget(part)
        line.addStretch(1)
        self.rate.entered.connect(lambda rate: self.changed.emit(Controls(learning_rates={player: rate})))
        self.updates.entered.connect(lambda n: self.changed.emit(Controls(n_updates={player: int(n)})))
        self.step.clicked.connect(partial(self.step_requested.emit, player))

    def show_run(self, live: LiveRun) -> None:
        """As they are now."""
        self.rate.set_value(live.rate_now(self.player))
        self.updates.set_value(live.n_updates[self.player])
        self.step.setEnabled(live.stage == "paused")


class RulesLine(QWidget):
    """All players' of a run in training here, and what was changed last. A game of one has its rate in the head.

    Signals:
        changed(object): Controls.  step_requested(str): one step of that player alone.
    """

    changed = Signal(object)
    step_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.players: tuple[PlayerRules, ...] = ()
        self.log = caption(tabular=True)
        self._line = QHBoxLayout()
        self._line.setSpacing(20)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._line)
        column.addWidget(self.log)

    def show_run(self, live: LiveRun | None, changes: Sequence[tuple[int, Controls]]) -> None:
        """Show them; hidden where there is nothing to change and nothing was. changes: those in force by now."""
        names = tuple(live.learning_rates) if live is not None and live.stage != "stopping" else ()
        names = names if len(names) > 1 else ()
        if names != tuple(player.player for player in self.players):
            self._make(names)
        for player in self.players:
            if live is not None:
                player.show_run(live)
        lines = [change_text(step, controls) for step, controls in changes[-_N_TOLD:]]
        lines += [] if live is None else [change_text(None, controls) for controls in live.asked]
        self.log.setText(lines[-1] if lines else "")
        self.log.setToolTip("\n".join(lines[-_N_TOLD:]))
        self.log.setVisible(bool(lines))
        self.setVisible(bool(names or lines))

    def _make(self, names: tuple[str, ...]) -> None:
        for player in self.players:
            self._line.removeWidget(player)
            player.hide()
            player.deleteLater()
        self.players = tuple(PlayerRules(name) for name in names)
        for player in self.players:
            player.changed.connect(self.changed)
            player.step_requested.connect(self.step_requested)
            self._line.addWidget(player, 1)
