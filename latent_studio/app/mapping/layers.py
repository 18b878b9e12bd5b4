"""What may lie over the map's pictures, and what may take the hand from it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QPointF, Qt
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


@runtime_checkable
class PictureLayer(MapLayer, Protocol):
    """A layer of things that have pictures of their own: these are carried away and have the usual menu, too."""

    def carry(self, px: QPointF, viewport: Viewport) -> bool:
        """The button is held down here; True where the layer begins to carry its picture."""

    def open_menu(self, px: QPointF, viewport: Viewport, at: QPoint) -> bool:
        """The menu is wanted, at a point of the screen; True where the layer opened it."""


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
