"""The row above the samples: how many, which seed, how far from the ordinary, and what can be done with all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latent_studio.app.panel import controls_row
from latent_studio.app.sampling.settings import HOTTEST, MOST, MOST_SEEDS, SEED, TEMPERATURE, N
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.numbers import shortest
from latent_studio.app.widgets.picture_scroll import FIT
from latent_studio.views.sampling import Draw

COMMON = (16, 36, 64, 100, 256, 400, 1024, 4096, MOST)
_DICE = 100_000  # seeds that one can read out
COMPACT_BELOW = 800  # px of the row: what can be done otherwise, too, makes room


class SampleControls(QObject):
    """row: the widget.

    Signals:
        changed(str, object): a setting (`n`, `seed`, `temperature`, `keep_locked`) has that value now.
        scale_chosen(float), nearest_toggled(bool), save_requested()
    """

    changed = Signal(str, object)
    scale_chosen = Signal(float)
    nearest_toggled = Signal(bool)
    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row, line = controls_row()
        self.n = NumberField(N, low=1, high=MOST, integer=True, unit="samples")
        self.n.setToolTip("How many: type a number up to 10,000")
        self.n.setFixedWidth(112)
        self.seed = NumberField(SEED, low=0, high=MOST_SEEDS, integer=True)
        self.seed.setToolTip("The same seed draws the same codes, here and in `latent-studio sample`")
        self.seed.setFixedWidth(76)
        self.temperature = NumberField(TEMPERATURE, low=0.0, high=HOTTEST)
        self.temperature.setToolTip("Temperature: below 1 keeps to the ordinary, above 1 goes beyond (truncation)")
        self.temperature.setFixedWidth(52)
        self.locked = Button("", "lock-simple")
        self.locked.setCheckable(True)
        self.size = Choice(tooltip="How large the pictures are, in multiples of their pixels")
        self.nearest = Button("Nearest", "intersect")
        self.nearest.setToolTip("The training pictures nearest to a sample, so that copying shows (N)")
        self.nearest.setCheckable(True)
        self.save = icon_button("floppy-disk", "Save as contact sheet: a PNG with seed, temperature and model inside")
        self._fill(line)
        self._connect()
        self.row.installEventFilter(self)

    def _fill(self, line: QHBoxLayout) -> None:
        common = icon_button("caret-down", "Common numbers")
        common.clicked.connect(partial(self._offer, common))
        self.dice = icon_button("dice-five", "Another seed by chance")
        self.dice.clicked.connect(self.roll)
        back, on = icon_button("caret-left", "The seed before"), icon_button("caret-right", "The next seed")
        back.clicked.connect(partial(self._step, -1))
        on.clicked.connect(partial(self._step, 1))
        self._heat, self._spare = caption("temperature").keep_whole(), (back, on)
        groups: tuple[tuple[QWidget, ...], ...] = (
            (self.n, common),
            (caption("seed").keep_whole(), back, self.seed, on, self.dice),
            (self._heat, self.temperature, self.locked),
        )
        for group in groups:
            for part in group:
                line.addWidget(part)
            line.addSpacing(4)
        line.addStretch(1)
        for part in (self.size, self.nearest, self.save):
            line.addWidget(part)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.row and event.type() == QEvent.Type.Resize:
            self._set_compact(self.row.width() < COMPACT_BELOW)
        return False

    def _set_compact(self, is_compact: bool) -> None:
        """In a narrow window seeds are typed or drawn, and words are short."""
        for part in self._spare:
            part.setVisible(not is_compact)
        self._heat.setText("temp." if is_compact else "temperature")
        self.nearest.set_text("" if is_compact else "Nearest")

    def _connect(self) -> None:
        settings: dict[str, NumberField] = {"n": self.n, "seed": self.seed, "temperature": self.temperature}
        for name, field in settings.items():
            field.value_changed.connect(partial(self.changed.emit, name))
        self.locked.clicked.connect(lambda: self.changed.emit("keep_locked", self.locked.isChecked()))
        self.size.chosen.connect(lambda key: self.scale_chosen.emit(float(key)))
        self.nearest.clicked.connect(lambda: self.nearest_toggled.emit(self.nearest.isChecked()))
        self.save.clicked.connect(self.save_requested)

    def show_draw(self, draw: Draw, *, has_codes: bool, n_locked: int, keeps_locked: bool) -> None:
        """What is drawn; a model without codes has no temperature, and without locks there are none to keep."""
        self.n.set_value(draw.n)
        self.seed.set_value(draw.seed)
        self.temperature.set_value(draw.temperature)
        self.temperature.setEnabled(has_codes)
        self.locked.setEnabled(n_locked > 0)
        self.locked.setChecked(keeps_locked and n_locked > 0)
        which = f"{n_locked} locked dimension{'s' if n_locked != 1 else ''}"
        self.locked.setToolTip(
            f"Keep {which} at the current code" if n_locked else "Lock dimensions in the Code dock to keep them here"
        )

    def show_scales(self, scales: list[float], current: float) -> None:
        """The sizes there are."""
        self.size.set_options([Option(str(FIT), "Fit"), *(Option(str(scale), _times(scale)) for scale in scales)])
        self.size.set_current(str(current))

    def roll(self) -> None:
        """Another seed by chance."""
        self.changed.emit("seed", int(np.random.default_rng().integers(_DICE)))

    def _step(self, step: int) -> None:
        self.changed.emit("seed", min(max(int(self.seed.value() or 0) + step, 0), MOST_SEEDS))

    def _offer(self, below: QWidget) -> None:
        entries = menu(below)
        for n in COMMON:
            choose: Callable[[], None] = partial(self.changed.emit, "n", n)
            entries.addAction(shortest(n), choose)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(below.mapToGlobal(QPoint(0, below.height() + 4)))


def _times(scale: float) -> str:
    """`2 ×`, or `½ ×` of the picture's own pixels."""
    return f"{ {0.5: '½', 0.25: '¼'}.get(scale, shortest(round(scale, 2)).removesuffix('.0')) } ×"
