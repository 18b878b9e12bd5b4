"""Under the form: how long it will take, and the button that begins."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.training.form import WIDTH
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.elide import Hairline, caption
from latent_studio.app.widgets.link import Link

_ICON = 14


class StartBar(QWidget):
    """Signals:
    start_requested(), time_requested(), menu_requested().
    """

    start_requested = Signal()
    time_requested = Signal()
    menu_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._time = caption(tabular=True)
        self._ask = Link("how long will it take?", font="caption", tooltip="Time a few steps, between those of the run")
        self.start = Button("Start a new run", "play", "primary", tooltip="Train this recipe (Ctrl+Return)")
        self.start.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.more = icon_button("dots-three-vertical", "Recipes", framed=True)
        times, buttons = QHBoxLayout(), QHBoxLayout()
        times.setContentsMargins(_ICON + 8, 0, 0, 0)
        times.addWidget(self._time)
        times.addWidget(self._ask)
        times.addStretch(1)
        buttons.setSpacing(8)
        buttons.addWidget(self.start)
        buttons.addWidget(self.more)
        inside = QVBoxLayout()
        inside.setContentsMargins(20, 12, 20, 16)
        inside.setSpacing(8)
        inside.addLayout(times)
        inside.addLayout(buttons)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addWidget(Hairline())
        around.addLayout(inside)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.start.clicked.connect(self.start_requested)
        self._ask.clicked.connect(self.time_requested)
        self.more.clicked.connect(self.menu_requested)
        self.set_time("", False)

    def set_time(self, text: str, can_ask: bool) -> None:
        """A line about the time; a link where it is measured only on demand."""
        self._time.setText(text)
        self._time.setToolTip(text)
        self._time.setVisible(not can_ask)
        self._ask.setVisible(can_ask)
        self.update()

    def time_text(self) -> str:
        """What stands there."""
        return self._time.text()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        if self._time.text() or self._ask.isVisible():
            line = self._ask if self._ask.isVisible() else self._time
            middle = line.geometry().center().y()
            paint_icon(QPainter(self), "timer", QRect(20, middle - _ICON // 2 + 1, _ICON, _ICON), colour("muted"))
