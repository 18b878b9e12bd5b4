"""One sentence across a panel: what happened and what to do; details on a click."""

from __future__ import annotations

from typing import Literal

from PySide6 import QtGui
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour, theme
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.paint import fill_round

Level = Literal["info", "good", "warn", "bad"]
_INK: dict[Level, Role] = {"info": "accent", "good": "good", "warn": "warn", "bad": "bad"}
_ICON: dict[Level, str] = {
    "info": "info",
    "good": "check-circle",
    "warn": "warning",
    "bad": "warning-circle",
}


class Banner(QWidget):
    """Hidden until `show_message`. It says one sentence; the remedy is a link, the details fold out, the cross closes.

    Signals:
        action_requested(): the remedy was clicked.
        closed(): the cross was clicked.
    """

    action_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._level: Level = "info"
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action, self._more = Link(""), Link("Details")
        self._close = icon_button("x", "Close")
        self._details = QPlainTextEdit(readOnly=True)
        self._details.setMaximumHeight(140)
        self._details.setFont(theme().font("caption"))
        self._action.clicked.connect(self.action_requested)
        self._more.clicked.connect(self._toggle_details)
        self._close.clicked.connect(self._on_close)
        line = QHBoxLayout()
        line.setSpacing(12)
        for part in (self._sentence, self._action, self._more, self._close):
            line.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        line.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 5, 6, 5)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(self._details)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.hide()

    def show_message(self, sentence: str, level: Level = "bad", *, action: str = "", details: str = "") -> None:
        """Say a sentence; `action` names the remedy, `details` is what a defect report needs."""
        self._level = level
        self._sentence.setText(sentence)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._action.updateGeometry()
        self._details.setPlainText(details)
        self._more.setVisible(bool(details))
        self._more.setText("Details")
        self._details.hide()
        self.setAccessibleName(sentence)
        self.show()
        self.update()

    def message(self) -> str:
        """The sentence that stands there; empty while the banner is hidden."""
        return "" if self.isHidden() else self._sentence.text()

    def clear(self) -> None:
        """Take the message away."""
        self.hide()

    def _toggle_details(self) -> None:
        self._details.setVisible(self._details.isHidden())
        self._more.setText("Details" if self._details.isHidden() else "Less")

    def _on_close(self) -> None:
        self.hide()
        self.closed.emit()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        fill_round(painter, self.rect(), colour("raised"))
        ink = colour(_INK[self._level])
        painter.fillRect(QRect(0, 6, 2, self.height() - 12), ink)
        paint_icon(painter, _ICON[self._level], QRect(14, self._sentence.geometry().center().y() - 8, 17, 17), ink)
