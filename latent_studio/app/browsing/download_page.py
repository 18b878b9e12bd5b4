"""What is shown of a set that is not here: what it is, how large, and the button that fetches it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.browsing.downloads import Downloads, Fetching
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
    """One of the downloads; `name` is which, "" while none is looked at.

    Signals:
        came(str, str): the set that is looked at is here: its source and path.
        told(str, str): a level and a sentence about another one.
    """

    came = Signal(str, str)
    told = Signal(str, str)

    def __init__(self, downloads: Downloads) -> None:
        super().__init__()
        self.name = ""
        self._downloads = downloads
        self._problems: dict[str, str] = {}
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
        self.start.clicked.connect(self._on_start)
        self.pause.clicked.connect(self._on_pause)
        self.stop.clicked.connect(self._on_stop)
        downloads.changed.connect(self._show)
        downloads.came.connect(self._on_came)
        downloads.failed.connect(self._on_failed)
        for part in (self._bar, self._line, self._file):
            part.setFixedWidth(_WIDTH)

    def look_at(self, name: str) -> None:
        """Show a set, or with "" none."""
        self.name = name
        self._show()

    @Slot()
    def _on_start(self) -> None:
        self._problems.pop(self.name, None)
        self._downloads.start(self.name)

    @Slot()
    def _on_pause(self) -> None:
        now = self._downloads.under_way.get(self.name)
        self._downloads.hold(self.name, now is not None and not now.is_held)

    @Slot()
    def _on_stop(self) -> None:
        self._downloads.stop(self.name)

    @Slot(str, str, str)
    def _on_came(self, name: str, source: str, path: str) -> None:
        if name == self.name and self.isVisible():
            self.came.emit(source, path)
        else:
            self.told.emit("good", f"{self._downloads.states[name].download.title} is here: see Data.")

    @Slot(str, str)
    def _on_failed(self, name: str, text: str) -> None:
        self._problems[name] = text
        if not (name == self.name and self.isVisible()):
            self.told.emit("bad", text)

    @Slot()
    def _show(self) -> None:
        state = self._downloads.states.get(self.name)
        if state is not None:
            self._show_state(state, self._downloads.under_way.get(self.name), self._problems.get(self.name, ""))

    def _show_state(self, state: DownloadState, now: Fetching | None, problem: str) -> None:
        """`now` while it is being fetched, `problem` where that failed."""
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
            left = "" if now.seconds_left is None else duration_text(now.seconds_left)
            self._bar.set_progress(now.n_done / max(1, now.n_total), is_paused=now.is_held)
            self._line.setText(fetching_line(now.n_done, now.n_total, left, now.is_held))
            self._file.setText(now.text)
            self.pause.set_text("Go on" if now.is_held else "Pause")
            self.pause.set_icon("play" if now.is_held else "pause")

    def problem(self) -> str:
        """What went wrong, in words; empty where nothing did."""
        return self._problem.text()

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
