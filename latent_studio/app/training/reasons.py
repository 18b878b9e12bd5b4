"""Why a recipe was proposed, over the form that it filled in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from latent_studio.app.theme import theme
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.link import Link


class Reasons(QWidget):
    """Hidden while nothing was proposed.

    Signals:
        refused(): the person wants the form back as it was.
    """

    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text = QLabel(wordWrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setFont(theme().font("caption"))
        self._text.setProperty("role", "muted")
        self.undo = Link("Take it back", font="caption", tooltip="The form as it was before the proposal")
        self.undo.clicked.connect(self.refused)
        line = QHBoxLayout()
        line.addWidget(self.undo)
        line.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(20, 0, 0, 8)
        column.setSpacing(6)
        column.addWidget(self._text)
        column.addLayout(line)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(Fold("Proposed", inside, caption="why these settings"))
        self.hide()

    def set_reasons(self, reasons: Sequence[str]) -> None:
        """Say them, or go away."""
        self._text.setText("\n\n".join(reasons))
        self.setVisible(bool(reasons))

    def text(self) -> str:
        """What stands there; empty while hidden."""
        return "" if self.isHidden() else self._text.text()
