"""The line at the bottom: on what the machine computes, how fast, what it is doing, and whether all is saved."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.paint import fill_round
from latent_studio.app.widgets.progress import ProgressLine

HEIGHT = 28
_ICON = 14


@dataclass(frozen=True)
class JobLine:
    """What is running: `training`, `mnist-vae-16`, 0.61, `61 % · 2 min left`."""

    verb: str
    name: str
    progress: float
    note: str
    paused: bool = False


class _Icon(QWidget):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name: str = name
        self._role: Role = "muted"
        self.setFixedSize(_ICON, _ICON)

    def set_icon(self, name: str, role: Role) -> None:
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        paint_icon(QPainter(self), self._name, self.rect(), colour(self._role))


class _Small(Button):
    """A button that fits a line of 28 px with air around it."""

    def sizeHint(self) -> QSize:
        return QSize(22, 22)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        hot = self.underMouse() or self._focus.visible
        if hot:
            fill_round(painter, self.rect(), colour("raised"), None, 4)
        box = self.rect().adjusted(4, 4, -4, -4)
        paint_icon(painter, self._icon, box, colour("text" if hot else "muted"))


class _Job(QWidget):
    """Name and progress of the running job; a click shows it."""

    clicked = Signal()
    pause_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._pause = _Small("", "pause", "quiet", tooltip="Pause")
        self._verb, self._note = caption().keep_whole(), caption(tabular=True).keep_whole()
        self._name = ElidedLabel("", "caption")
        self._name.setMaximumWidth(220)
        self._line = ProgressLine()
        self._line.setFixedWidth(160)
        self._pause.clicked.connect(self.pause_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._pause)
        layout.addWidget(self._verb)
        layout.addWidget(self._name)
        layout.addSpacing(4)
        layout.addWidget(self._line)
        layout.addSpacing(4)
        layout.addWidget(self._note)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def show_job(self, job: JobLine) -> None:
        self._verb.setText(job.verb)
        self._name.setText(job.name)
        self._note.setText(job.note)
        self._line.set_progress(job.progress, is_paused=job.paused)
        self._pause.set_icon("play" if job.paused else "pause")
        self._pause.setToolTip("Go on" if job.paused else "Pause")
        self.setAccessibleName(f"{job.verb} {job.name}, {job.note}")
        for label in (self._verb, self._name, self._note):
            label.updateGeometry()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


class StatusBar(QWidget):
    """The 28 px under everything.

    Signals:
        job_clicked(): show the running job.
        job_pause_requested(): pause it, or let it go on.
    """

    job_clicked = Signal()
    job_pause_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._device, self._picture = caption(), caption(tabular=True).keep_whole()
        self._saved = caption(tabular=True).keep_whole()
        self._saved_icon = _Icon("check")
        self._job = _Job()
        self._job.clicked.connect(self.job_clicked)
        self._job.pause_requested.connect(self.job_pause_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(13, 1, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(_Icon("cpu"))
        layout.addWidget(self._device)
        layout.addSpacing(8)
        layout.addWidget(self._picture)
        layout.addStretch(1)
        layout.addWidget(self._job)
        layout.addStretch(1)
        layout.addWidget(self._saved_icon)
        layout.addWidget(self._saved)
        self.setFixedHeight(HEIGHT)
        self.set_job(None)
        self.set_saved("")

    def set_device(self, text: str) -> None:
        """On what the pictures are computed, e.g. `cpu · 2 threads`."""
        self._device.setText(text)
        self._device.updateGeometry()

    def set_picture_ms(self, time_ms: float | None) -> None:
        """How long the newest picture took to compute."""
        self._picture.setText("" if time_ms is None else f"picture {time_ms:.1f} ms")
        self._picture.updateGeometry()

    def set_job(self, job: JobLine | None) -> None:
        """What runs in the background; None: nothing."""
        if job is not None:
            self._job.show_job(job)
        self._job.setVisible(job is not None)

    def set_saved(self, text: str, *, is_trouble: bool = False) -> None:
        """Whether all is saved, e.g. `Saved 12 s ago`."""
        self._saved.setText(text)
        self._saved.set_role("warn" if is_trouble else "muted")
        self._saved_icon.set_icon("warning" if is_trouble else "check", "warn" if is_trouble else "muted")
        self._saved_icon.setVisible(bool(text))
        self._saved.updateGeometry()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("window"))
        painter.fillRect(QRect(0, 0, self.width(), 1), colour("line"))
