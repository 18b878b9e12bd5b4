"""The head of the run that is shown: its name, how it goes, and the buttons that steer it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.training.rules_line import RulesLine
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.elide import ElidedLabel, heading
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.progress import ProgressLine
from latent_studio.app.widgets.value_link import ValueLink
from latent_studio.core.controls import Controls
from latent_studio.studio.library import Entry
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import SMALLER_STEPS, Standing, duration_text, head_parts, rate_text

MORE_EPOCHS = 10
SMALLER_BY = 0.3
"""What "a smaller learning rate" means: less than a third, a step that people try by hand too."""

_HEIGHT = 28


class PartsLine(QWidget):
    """Quiet words with dots between; of those that find no room, the last are left out first."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: tuple[str, ...]) -> None:
        """Say something else, the most telling first."""
        if parts != self._parts:
            self._parts = parts
            self.setToolTip(" · ".join(parts))
            self.setAccessibleName(" · ".join(parts))
            self.update()

    def text(self) -> str:
        """All of it."""
        return " · ".join(self._parts)

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        parts = list(self._parts)
        while len(parts) > 1 and paint.text_width(" · ".join(parts), "number_caption") > self.width():
            parts.pop()
        text = " · ".join(parts)
        paint.draw_text(QPainter(self), QRectF(self.rect()), text, "muted", "number_caption")


class RunHead(QWidget):
    """Name, state, progress and buttons of one run.

    Signals:
        pause_requested(bool), stop_requested(), save_requested(), explore_requested().
        go_on_requested(int, float): so many more epochs, with the learning rate times that.
        changed(object): Controls.  step_requested(str): one step of a paused run, of that player alone or, "", of all.
    """

    pause_requested = Signal(bool)
    stop_requested = Signal()
    save_requested = Signal()
    explore_requested = Signal()
    go_on_requested = Signal(int, float)
    changed = Signal(object)
    step_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.name, self.parts, self.rules = heading(), PartsLine(), RulesLine()
        self.rate = ValueLink(
            lambda rate: f"learning rate {rate_text(rate)}", "Train on with another learning rate", low=0, high=10
        )
        self.explore = Link("Explore", tooltip="Open this run and follow its newest snapshot")
        self.pause = Button("Pause", "pause")
        self.step = icon_button("skip-forward", "One step, while the run is paused", framed=True)
        self.save = icon_button("floppy-disk", "Save now", framed=True)
        self.stop = icon_button("stop", "Save and stop; the run can be continued", framed=True)
        self.more = Button(f"{MORE_EPOCHS} more epochs", "plus", tooltip="Train this run on, from where it ended")
        self.go_on = Button("Continue", "play", tooltip="Go on from the last saved step")
        self.progress = ProgressLine()
        self.percent, self.left = ElidedLabel("", "number"), ElidedLabel("", "number", "muted")
        self.sentence = QLabel(wordWrap=True)
        self.remedy = Link("")
        self._is_held = False
        self._lay_out()
        self.pause.clicked.connect(self._on_pause)
        self.save.clicked.connect(self.save_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.explore.clicked.connect(self.explore_requested)
        self.rate.entered.connect(lambda rate: self.changed.emit(Controls(learning_rate=rate)))
        self.step.clicked.connect(lambda: self.step_requested.emit(""))
        self.rules.changed.connect(self.changed)
        self.rules.step_requested.connect(self.step_requested)
        self.more.clicked.connect(self._on_more)
        self.go_on.clicked.connect(self._on_go_on)
        self.remedy.clicked.connect(self._on_remedy)

    def _lay_out(self) -> None:
        upper = QHBoxLayout()
        upper.setSpacing(8)
        self.name.setMaximumWidth(220)
        upper.addWidget(self.name)
        upper.addSpacing(4)
        upper.addWidget(self.parts, 1)
        for part in (self.rate, self.explore):
            upper.addWidget(part)
            upper.addSpacing(4)
        for button in (self.more, self.go_on, self.pause, self.step, self.save, self.stop):
            upper.addWidget(button)
        self._bar, self._words = QWidget(), QWidget()
        bar, words = QHBoxLayout(self._bar), QHBoxLayout(self._words)
        for line in (bar, words):
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(12)
        bar.addWidget(self.progress, 1)
        bar.addWidget(self.percent)
        bar.addWidget(self.left)
        words.addWidget(self.sentence, 1)
        words.addWidget(self.remedy)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 24, 12)
        column.setSpacing(4)
        column.addLayout(upper)
        column.addWidget(self._bar)
        column.addWidget(self._words)
        column.addWidget(self.rules)

    def show_run(
        self,
        name: str,
        how: Standing,
        entry: Entry | None,
        live: LiveRun | None,
        changes: Sequence[tuple[int, Controls]] = (),
    ) -> None:
        """Show how a run stands; `live` where this window trains it. changes: what a person changed, by step."""
        status = entry.status if entry is not None else None
        self.name.setText(name)
        self.name.updateGeometry()
        self.parts.set_parts(head_parts(live, status))
        rates = () if live is None else tuple(live.learning_rates)
        self.rate.setVisible(len(rates) == 1)
        if live is not None and len(rates) == 1:
            self.rate.set_value(live.rate_now(rates[0]))
        self.rules.show_run(live, changes)
        self._show_buttons(how, entry, live)
        self._show_progress(how, live, status.seconds_left if status is not None else None)
        self._show_words(how, live)

    def _show_buttons(self, how: Standing, entry: Entry | None, live: LiveRun | None) -> None:
        state = entry.status.state if entry is not None and entry.status is not None else ""
        is_ended = live is None and state not in ("running", "paused", "")
        self._is_held = live is not None and live.stage == "paused"
        self.pause.set_text("Go on" if self._is_held else "Pause")
        self.pause.set_icon("play" if self._is_held else "pause")
        is_steered = live is not None and live.stage != "stopping"
        self.pause.setVisible(live is not None)
        self.pause.setEnabled(is_steered)
        for button in (self.step, self.save, self.stop):
            button.setVisible(live is not None)
            button.setEnabled(is_steered)
        self.step.setEnabled(is_steered and self._is_held)
        self.more.setVisible(is_ended and state in ("finished", "stopped"))
        self.go_on.setVisible(is_ended and state in ("stopped", "interrupted", "failed"))
        can_open = entry is not None and entry.can_open
        self.explore.setVisible(can_open or (live is not None and live.n_steps > 0))

    def _show_progress(self, how: Standing, live: LiveRun | None, seconds_left: float | None) -> None:
        self._bar.setVisible(how.share is not None)
        if how.share is None:
            return
        is_held = "paused" in how.text
        seconds = live.seconds_left if live is not None else seconds_left
        self.progress.set_progress(how.share, is_paused=is_held)
        self.percent.setText(f"{int(100 * how.share)} %")
        self.left.setText("paused" if is_held else f"{duration_text(seconds)} left" if seconds is not None else "")
        for label in (self.percent, self.left):
            label.updateGeometry()

    def _show_words(self, how: Standing, live: LiveRun | None) -> None:
        """A sentence where something went wrong or ended early, with the way out."""
        has_words = live is None and how.tone in ("warn", "bad") and how.share is None
        sentence, remedy = (how.text, how.remedy if how.remedy == SMALLER_STEPS else "") if has_words else ("", "")
        if live is not None and live.n_warnings:
            sentence = live.warning + (f" ({live.n_warnings} such)" if live.n_warnings > 1 else "")
        if sentence != self.sentence.text():
            self.sentence.setText(sentence)
            self.sentence.setProperty("role", "bad" if how.tone == "bad" else "warn")
            self.sentence.style().unpolish(self.sentence)
            self.sentence.style().polish(self.sentence)
        self.remedy.setText(remedy)
        self.remedy.updateGeometry()
        self.remedy.setVisible(bool(remedy))
        self._words.setVisible(bool(sentence))

    @Slot()
    def _on_pause(self) -> None:
        self.pause_requested.emit(not self._is_held)

    @Slot()
    def _on_more(self) -> None:
        self.go_on_requested.emit(MORE_EPOCHS, 1.0)

    @Slot()
    def _on_go_on(self) -> None:
        self.go_on_requested.emit(0, 1.0)

    @Slot()
    def _on_remedy(self) -> None:
        self.go_on_requested.emit(0, SMALLER_BY)
