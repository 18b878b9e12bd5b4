"""The row over the Library's cards: which, in what order, and the two ways to more."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from latent_studio.app.icons import icon
from latent_studio.app.panel import controls_row
from latent_studio.app.shelving.cards import Choices, Order, Shown
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.segmented import SegmentedControl

_SHOWN = (Option("all", "All"), Option("ready-made", "Ready-made"), Option("runs", "Runs"), Option("trash", "Trash"))
_ORDERS = (Option("newest", "newest first"), Option("name", "by name"), Option("loss", "lowest loss first"))
_TYPED_MS = 120
"""The cards follow the typing when it rests so long."""


class LibraryControls(QWidget):
    """What is shown and in what order.

    Signals:
        changed(): `choices` are others now.
        open_requested(), train_requested(), empty_requested(): the buttons.
    """

    changed = Signal()
    open_requested = Signal()
    train_requested = Signal()
    empty_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        row, line = controls_row()
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(row)
        self.shown = SegmentedControl(_SHOWN, "all")
        self.words = QLineEdit(placeholderText="name, family or data", clearButtonEnabled=True)
        self.words.addAction(icon("funnel-simple", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.words.setFixedWidth(240)
        self.order = Choice(_ORDERS, "newest", kind="quiet", tooltip="The order of the cards")
        self._open = Button("Open file", "folder-open", tooltip="Open a checkpoint from anywhere on this machine")
        self._train = Button("Train a new one", "plus", "primary")
        self._empty = Button("Empty the trash", "trash")
        line.addWidget(self.shown)
        line.addSpacing(8)
        line.addWidget(self.words)
        line.addSpacing(8)
        line.addWidget(self.order)
        line.addStretch()
        for button in (self._empty, self._open, self._train):
            line.addWidget(button)
        self._empty.hide()
        self._typing = QTimer(self, singleShot=True, interval=_TYPED_MS)
        self._typing.timeout.connect(self.changed)
        self.words.textChanged.connect(self._typing.start)
        self.shown.chosen.connect(self._on_shown)
        self.order.chosen.connect(self.changed)
        self._open.clicked.connect(self.open_requested)
        self._train.clicked.connect(self.train_requested)
        self._empty.clicked.connect(self.empty_requested)

    def choices(self) -> Choices:
        """What is asked for."""
        order = cast(Order, self.order.current())
        return Choices(cast(Shown, self.shown.current()), self.words.text().strip(), order)

    def show_all(self) -> None:
        """Ask for everything."""
        self.words.clear()
        self.shown.set_current("all")
        self._on_shown()

    def set_can_empty(self, can_empty: bool) -> None:
        """Whether something lies in the trash."""
        self._empty.setEnabled(can_empty)

    @Slot()
    def _on_shown(self) -> None:
        self._empty.setVisible(self.shown.current() == "trash")
        self.changed.emit()
