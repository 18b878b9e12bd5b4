"""What a run shows: samples at fixed codes at any moment that was measured, and what comes back of test pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.widgets.elide import ElidedLabel, caption, heading
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.app.widgets.slider import Slider
from latent_studio.core.events import Pixels
from latent_studio.studio.run_pictures import N_COLUMNS, RunPictures, side_by_side

SIDE, _HEAD = 72, 20  # px: of a picture, at most; of the line over them
NEWEST = -1


class Aside(ElidedLabel):
    """A quiet word that is left out where there is no room for it."""

    def __init__(self, text: str) -> None:
        super().__init__(text, "caption", "muted")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        if not self.is_cut():
            super().paintEvent(event)


class Sheet(QWidget):
    """Pictures under a heading; `line` takes what stands at its right."""

    def __init__(self, title: str, note: str) -> None:
        super().__init__()
        self.grid = PictureGrid(N_COLUMNS, side_px=SIDE)
        head = QWidget()
        head.setFixedHeight(_HEAD)
        self.line = QHBoxLayout(head)
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(12)
        self.line.addWidget(heading(title).keep_whole())
        self.line.addWidget(Aside(note), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(self.grid)
        column.addStretch(1)


class RunSamples(QWidget):
    """Two contact sheets side by side, and a slider through the moments of the run. The second one holds what comes
    back of test pictures; of a game of several players, newest samples.

    Signals:
        moment_wanted(int): the pictures of that step; -1: the newest from now on.
    """

    moment_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.samples = Sheet("Samples", "at fixed codes")
        self.reconstructions = Sheet("Reconstructions", "original above")
        self.newest = Sheet("Newest samples", "drawn anew each time")
        self.moment = Slider(0.0, 1.0, 1.0)
        self.moment.setFixedWidth(88)
        self.moment.setAccessibleName("Moment of the run")
        self._where = caption("newest", tabular=True)
        self._where.setFixedWidth(60)
        self._note = ElidedLabel("", "number_caption", "muted").keep_whole()
        for part in (self.moment, self._where):
            self.samples.line.addWidget(part)
        self.reconstructions.line.addWidget(self._note)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(20)
        for sheet in (self.samples, self.newest, self.reconstructions):
            sheet.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            line.addWidget(sheet, 1)
        self._steps: tuple[int, ...] = ()
        self._at = NEWEST
        self._is_game = False
        self.moment.value_dragged.connect(self._on_moment)
        self.moment.value_committed.connect(self._on_moment)
        self.newest.hide()
        self.set_pictures(RunPictures())

    def set_pictures(self, pictures: RunPictures) -> None:
        """Show a moment."""
        self.samples.grid.set_pictures(pictures.samples)
        both = side_by_side(pictures.originals, pictures.reconstructions)
        self.reconstructions.grid.set_pictures(both)
        self.reconstructions.setVisible(bool(both) and not self._is_game)
        self.set_steps(pictures.steps)

    def set_newest(self, pictures: Sequence[Pixels]) -> None:
        """Show samples at codes that were drawn just now."""
        self.newest.grid.set_pictures(pictures)
        self.newest.setVisible(self._is_game and bool(pictures))

    def set_game(self, is_game: bool) -> None:
        """Whether several players train: their outcome is judged by samples, not by reconstructions."""
        if is_game != self._is_game:
            self._is_game = is_game
            self.newest.hide()
            if is_game:
                self.reconstructions.hide()

    def set_steps(self, steps: tuple[int, ...]) -> None:
        """The moments that there are."""
        self._steps = steps
        for part in (self.moment, self._where):
            part.setVisible(len(steps) > 1)
        if self._at not in steps:
            self._at = NEWEST
        if len(steps) > 1:
            self.moment.set_range(0.0, float(len(steps) - 1))
            self.moment.set_value(float(steps.index(self._at) if self._at != NEWEST else len(steps) - 1))
        self._show_where()

    def set_note(self, text: str) -> None:
        """What is said of the reconstructions: `test 79.8 nats`."""
        self._note.setText(text)
        self._note.updateGeometry()

    def wanted(self) -> int:
        """The step that the person chose; -1: the newest, whatever it is."""
        return self._at

    def follow(self) -> None:
        """Back to the newest moment."""
        self._at = NEWEST
        self.set_steps(self._steps)

    def _show_where(self) -> None:
        self._where.setText("newest" if self._at == NEWEST else f"step {self._at:,}")

    @Slot(float)
    def _on_moment(self, value: float) -> None:
        index = round(value)
        wanted = NEWEST if index >= len(self._steps) - 1 else self._steps[index]
        if wanted != self._at:
            self._at = wanted
            self._show_where()
            self.moment_wanted.emit(wanted)
