"""How far something is: a thin accent bar."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets.paint import fill_round

_THICK = 4  # px


def paint_progress(painter: QPainter, area: QRectF, progress: float, role: Role = "accent") -> None:
    """A bar over the whole of `area`, filled to `progress` in [0, 1]."""
    radius = area.height() / 2
    fill_round(painter, area, colour("line"), None, radius)
    share = min(max(progress, 0.0), 1.0)
    if share > 0:
        done = QRectF(area.topLeft(), area.size())
        done.setWidth(max(area.width() * share, area.height()))
        fill_round(painter, done, colour(role), None, radius)


class ProgressLine(QWidget):
    """A bar of 4 px, as wide as it may be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress, self._role = 0.0, "accent"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_progress(self, progress: float, *, is_paused: bool = False) -> None:
        """Show how far it is, in [0, 1]; what is paused loses its colour."""
        self._progress, self._role = progress, "muted" if is_paused else "accent"
        self.setAccessibleDescription(f"{progress:.0%}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _THICK + 4)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        area = QRectF(0, (self.height() - _THICK) / 2, self.width(), _THICK)
        paint_progress(QPainter(self), area, self._progress, "muted" if self._role == "muted" else "accent")
