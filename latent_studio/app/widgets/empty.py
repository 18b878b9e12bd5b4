"""What a panel shows while it has nothing to show: one sentence and the button for it."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets.buttons import Button

_ICON, _TEXT_WIDTH = 32, 320  # px


class EmptyState(QWidget):
    """An icon, a sentence, and a button where something can be done about it.

    Signals:
        action_requested(): the button was pressed.
    """

    action_requested = Signal()

    def __init__(self, icon: str, sentence: str, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._label = QLabel(sentence)
        self._label.setWordWrap(True)
        self._label.setProperty("role", "muted")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setFixedWidth(_TEXT_WIDTH)
        self._button = Button(action, kind="primary")
        self._button.clicked.connect(self.action_requested)
        layout = QVBoxLayout(self)
        layout.setSpacing(16)
        layout.addStretch(5)
        layout.addSpacing(_ICON)
        layout.addWidget(self._label, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(6)
        self._button.setVisible(bool(action))  # only now: without a parent it would be a window of its own
        self._fit()

    def set_message(self, sentence: str, action: str = "") -> None:
        """Say something else, or offer another way out."""
        self._label.setText(sentence)
        self._button.set_text(action)
        self._button.setVisible(bool(action))
        self._fit()

    def sentence(self) -> str:
        """What stands there."""
        return self._label.text()

    def _fit(self) -> None:
        """Room for all lines: a layout that centres a label asks for its width only."""
        self._label.setFixedHeight(max(0, self._label.heightForWidth(_TEXT_WIDTH)))

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        x = (self.width() - _ICON) // 2
        box = QRect(x, self._label.geometry().top() - _ICON - 12, _ICON, _ICON)
        paint_icon(QPainter(self), self._icon, box, colour("faint"))
