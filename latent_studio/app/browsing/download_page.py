"""What is shown of a set that is not here: what it is, how large, and the button that fetches it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.browsing.downloads import Fetching
from latent_studio.app.theme import theme
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import caption, title
from latent_studio.app.widgets.progress import ProgressLine
from latent_studio.data.downloads import DownloadState
from latent_studio.studio.data_list import fetching_line, remote_line
from latent_studio.studio.library import size_text
from latent_studio.studio.training import duration_text

_WIDTH = 420  # px


class DownloadPage(QWidget):
    """Signals:
    start_requested(), hold_requested(bool), stop_requested().
    """

    start_requested = Signal()
    hold_requested = Signal(bool)
    stop_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._is_held = False
        self._title = title()
        self._about, self._problem = _paragraph("muted"), _paragraph("warn")
        self._line, self._file = caption(tabular=True), caption(tabular=True)
        self._bar = ProgressLine()
        self.start = Button("Download", "download-simple", "primary")
        self.pause, self.stop = Button("Pause", "pause"), Button("Cancel", "x")
        self.stop.setToolTip("What has come is kept; the next download goes on from there")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.start, self.pause, self.stop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addStretch(2)
        for part in (self._title, self._about, self._bar, self._line, self._file, self._problem):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addStretch(3)
        around = QHBoxLayout(self)
        around.addStretch(1)
        around.addLayout(column)
        around.addStretch(1)
        self.start.clicked.connect(self.start_requested)
        self.pause.clicked.connect(lambda: self.hold_requested.emit(not self._is_held))
        self.stop.clicked.connect(self.stop_requested)
        for part in (self._bar, self._line, self._file):
            part.setFixedWidth(_WIDTH)

    def show_state(self, state: DownloadState, now: Fetching | None, problem: str) -> None:
        """Show a set; `now` while it is being fetched, `problem` where that failed."""
        entry = state.download
        self._title.setText(entry.title)
        about = [remote_line(entry.n_bytes, state.n_here), f"Licence: {entry.licence}", entry.citation]
        self._about.setText("\n\n".join(part for part in about if part))
        self._problem.setText(now.warning if now is not None else problem)
        self._problem.setVisible(bool(self._problem.text()))
        self.start.set_text("Go on downloading" if state.n_here else f"Download {size_text(entry.n_bytes)}")
        self.start.setVisible(now is None)
        for part in (self._bar, self._line, self._file, self.pause, self.stop):
            part.setVisible(now is not None)
        if now is not None:
            self._is_held = now.is_held
            left = "" if now.seconds_left is None else duration_text(now.seconds_left)
            self._bar.set_progress(now.n_done / max(1, now.n_total), is_paused=now.is_held)
            self._line.setText(fetching_line(now.n_done, now.n_total, left, now.is_held))
            self._file.setText(now.text)
            self.pause.set_text("Go on" if now.is_held else "Pause")
            self.pause.set_icon("play" if now.is_held else "pause")

    def line(self) -> str:
        """How far it is, in words."""
        return self._line.text()


def _paragraph(role: str) -> QLabel:
    label = QLabel(wordWrap=True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme().font("body"))
    label.setProperty("role", role)
    label.setFixedWidth(_WIDTH)
    label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    return label
