"""The row over the pictures of the Data panel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latent_studio.app.panel import controls_row
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.data.browsing import DataFacts

SIDES = {"s": 40, "m": 64, "l": 112}  # px
_WORDS = {"s": "Small", "m": "Medium", "l": "Large"}


class DataControls(QWidget):
    """Which part, in which order, how large; and what to do with the set.

    Signals:
        split_chosen(str), sort_chosen(str), side_chosen(str): by the person.
        all_requested(): without the filter.
        open_requested(), train_requested().
    """

    split_chosen = Signal(str)
    sort_chosen = Signal(str)
    side_chosen = Signal(str)
    all_requested = Signal()
    open_requested = Signal()
    train_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        row, line = controls_row()
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(row)
        self.open = Button("Open", "folder-open", chevron=True, tooltip="A folder, zip, .npz or IDX file of yours")
        self.split = SegmentedControl([Option("train", "Train"), Option("test", "Test"), Option("all", "All")], "train")
        self.sort = Choice([Option("", "as they lie")], "", kind="quiet", tooltip="The order of the pictures")
        self._only = ElidedLabel("", "body", "muted")
        self.everything = Link("show all")
        self.side = SegmentedControl([Option(key, key.upper(), tooltip=_WORDS[key]) for key in SIDES], "m")
        self.train = Button(
            "Train on this", "chart-line-up", "primary", tooltip="Take these pictures to the Train panel"
        )
        for part in (self.open, self.split, self.sort):
            line.addWidget(part)
        line.addSpacing(8)
        line.addWidget(self._only)
        line.addWidget(self.everything)
        line.addStretch(1)
        line.addWidget(self.side)
        line.addSpacing(8)
        line.addWidget(self.train)
        self.split.chosen.connect(self.split_chosen)
        self.sort.chosen.connect(self.sort_chosen)
        self.side.chosen.connect(self.side_chosen)
        self.everything.clicked.connect(self.all_requested)
        self.open.clicked.connect(self.open_requested)
        self.train.clicked.connect(self.train_requested)
        self.show_facts(None)
        self.set_only("")

    def show_facts(self, facts: DataFacts | None) -> None:
        """What a set has decides what can be chosen."""
        self.train.setEnabled(facts is not None)
        for part in (self.split, self.sort, self.side):
            part.setVisible(facts is not None)
        if facts is None:
            return
        counts = {"train": facts.n_train, "test": facts.n_test, "all": facts.n_train + facts.n_test}
        words = {"train": "Train", "test": "Test", "all": "All"}
        shown = [key for key, n in counts.items() if n and (key != "all" or facts.n_test)]
        self.split.set_options([Option(key, f"{words[key]} {counts[key]:,}") for key in shown])
        orders = [Option("", "as they lie")]
        for name in [*(["label"] if facts.counts else []), *facts.attributes]:
            orders += [Option(name, f"by {name}"), Option(f"-{name}", f"by {name}, falling")]
        self.sort.set_options(orders)
        self.sort.setVisible(len(orders) > 1)

    def show_choices(self, split: str, sort: str, side: str) -> None:
        """What holds, without signals."""
        self.split.set_current(split)
        self.sort.set_current(sort)
        self.side.set_current(side)

    def set_only(self, text: str) -> None:
        """The filter in words: `Apple, Cherry · 320`; nothing where there is none."""
        self._only.setText(text)
        self._only.setVisible(bool(text))
        self.everything.setVisible(bool(text))
