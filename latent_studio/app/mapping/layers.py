"""What may lie over the map's pictures, and what may take the hand from it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from latent_studio.studio.viewport import Viewport


class MapLayer(Protocol):
    """Something painted over the pictures: a scatter, a cross-hair. All px are logical px of the MapView.

    It is painted at every frame of a drag: what does not change between frames must be kept ready.
    """

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint over the pictures; the painter comes as new and is restored afterwards."""

    def hover(self, px: QPointF, viewport: Viewport) -> bool:
        """The pointer rests here; True where the layer took it (it shows its own card)."""

    def click(self, px: QPointF, viewport: Viewport) -> bool:
        """A click with the left button; True where the layer took it, else it goes to the layer below."""

    def leave(self) -> None:
        """The pointer is elsewhere: hide the card."""


class MapTool(Protocol):
    """Takes the left button from panning while it is set: a lasso, say. Painted above all layers."""

    @property
    def cursor(self) -> Qt.CursorShape:
        """Over the map while the tool is taken up."""

    def press(self, px: QPointF, viewport: Viewport) -> None:
        """The left button went down."""

    def move(self, px: QPointF, viewport: Viewport) -> None:
        """The pointer moved with the button down."""

    def release(self, px: QPointF, viewport: Viewport) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """Esc, or another tool was taken up: forget what was begun."""

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint what was drawn so far."""
