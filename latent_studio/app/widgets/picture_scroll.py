"""A contact sheet of any length: pictures as large as fit, then in a scroll area."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.picture_grid import GAP, WIDE_GAP, PictureGrid

MARGIN = 24  # px around all pictures
SMALLEST = 28  # px; smaller pictures say nothing
_LARGEST, _WIDE_FROM = 448, 40  # px
_SCROLL_MS, _SCROLL_PX = 16, 12
_BETWEEN = 1.5, 2.5  # times: the steps from one to two and three are too long to leave so much room empty
FIT = 0.0


def sides(picture_px: int, ratio: float) -> list[float]:
    """Sides, logical px, at which a picture of `picture_px` keeps its pixels whole: multiples, then halves and so on
    of large ones; ascending, at least SMALLEST where there is a choice."""
    multiples = [k * picture_px / ratio for k in range(1, 65)]
    parts = [picture_px / ratio / k for k in (4, 3, 2)]
    found = [side for side in (*parts, *multiples) if SMALLEST <= side <= _LARGEST]
    return found or [max(float(SMALLEST), picture_px / ratio)]


class PictureScroll(QScrollArea):
    """Shows a PictureGrid at a whole multiple of its pixels, or FIT: the largest at which all fit, else the smallest.

    Signals:
        moved(): another part of the sheet is in view.
    """

    moved = Signal()

    def __init__(self, grid: PictureGrid) -> None:
        super().__init__()
        self.grid = grid
        self._picture_px, self._scale = 1, FIT
        self._left_off: dict[str, Any] = {}
        self._top: int | None = 0
        grid.setContentsMargins(MARGIN, 20, MARGIN, 20)
        self.setWidget(grid)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusProxy(grid)
        OverlayBar(self)
        self._drift = QTimer(self, interval=_SCROLL_MS)
        self._drift.timeout.connect(self._on_drift)
        self._drift_px = 0
        grid.current_changed.connect(self.show_picture)
        grid.band_moved.connect(self._on_band)
        self.verticalScrollBar().valueChanged.connect(self.moved)

    def set_picture_size(self, picture_px: int) -> None:
        """The longer side of the pictures, in their own pixels."""
        self._picture_px = max(1, picture_px)
        self.arrange()

    def scale(self) -> float:
        """How large the pictures are: FIT, or so many times their own pixels (logical px)."""
        return self._scale

    def set_scale(self, scale: float) -> None:
        """Make them larger or smaller; FIT chooses by the room and the number."""
        self._scale = scale
        self.arrange()

    def scales(self) -> list[float]:
        """The sizes there are to choose from, beside FIT."""
        return [side / self._picture_px for side in sides(self._picture_px, self.devicePixelRatioF())]

    def arrange(self) -> None:
        """Choose side and columns for the room; called when the number of pictures is another one, too."""
        room = self.viewport().size() - QSize(2 * MARGIN, 40)
        side = round(self._fitting(room) if self._scale == FIT else self._scale * self._picture_px)
        gap = _gap(side)
        self.grid.set_columns(max(1, (room.width() + gap) // (side + gap)), side, gap)
        page = self.viewport().height()
        self.verticalScrollBar().setSingleStep(side + gap if side < page // 2 else page // 4)
        if self._left_off and self.grid.n_pictures():
            self._take_up()

    def _fitting(self, room: QSize) -> float:
        """The largest side at which all pictures can be seen at once, else the smallest."""
        n, whole = self.grid.n_pictures(), sides(self._picture_px, self.devicePixelRatioF())
        between = [times * self._picture_px / self.devicePixelRatioF() for times in _BETWEEN]
        choices = sorted({*whole, *(side for side in between if SMALLEST <= side <= _LARGEST)})
        for side in reversed(choices):
            gap = _gap(side)
            n_across, n_down = ((length + gap) // (side + gap) for length in (room.width(), room.height()))
            if n_across * n_down >= n:
                return side
        return choices[0]

    def in_view(self) -> tuple[int, int]:
        """The first picture that can be seen, and the one after the last."""
        top = self.verticalScrollBar().value()
        seen = self.grid.places_in(QRectF(0, top, self.grid.width(), self.viewport().height()))
        return (seen[0], seen[-1] + 1) if seen else (0, 0)

    def show_picture(self, index: int) -> None:
        """Scroll as little as it takes to see that picture whole."""
        cell = self.grid.cell(index)
        at, half = cell.center().toPoint(), round(cell.height() / 2) + 2 * WIDE_GAP
        self.ensureVisible(at.x(), at.y(), 0, half)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()
        super().resizeEvent(event)
        self.moved.emit()

    def _on_band(self, at: QPoint) -> None:
        """Go on scrolling while a rubber band is held beyond an edge."""
        y = at.y() - self.verticalScrollBar().value()
        self._drift_px = -_SCROLL_PX if y < 0 else _SCROLL_PX if y > self.viewport().height() else 0
        if self._drift_px and not self._drift.isActive():
            self._drift.start()

    def _on_drift(self) -> None:
        bar = self.verticalScrollBar()
        before = bar.value()
        if self._drift_px and self.grid.is_banding():
            bar.setValue(before + self._drift_px)
            self.grid.extend_band(bar.value() - before)
        if bar.value() == before:
            self._drift.stop()

    # --- where a person left off

    def workspace(self) -> dict[str, Any]:
        """Size, place and selection, as plain JSON data."""
        waiting = self._left_off  # there were no pictures yet
        return {
            "scale": self._scale,
            "scroll": waiting.get("scroll", self.verticalScrollBar().value()),
            "selection": waiting.get("selection", self.grid.selection()),
        }

    def restore(self, values: dict[str, Any]) -> None:
        """Take up what `workspace` said, once there are pictures; what cannot be counts for nothing."""
        self._left_off = values
        scale = values.get("scale", FIT)
        if scale in (FIT, *self.scales()):
            self._scale = scale
        self.arrange()

    def _take_up(self) -> None:
        values, self._left_off = self._left_off, {}
        chosen, self._top = values.get("selection"), values.get("scroll")
        if isinstance(chosen, list):
            self.grid.set_selection(place for place in chosen if isinstance(place, int))
        if isinstance(self._top, int):
            QTimer.singleShot(0, self._scroll_back)  # once it is laid out

    @Slot()
    def _scroll_back(self) -> None:
        self.verticalScrollBar().setValue(self._top or 0)


def _gap(side: float) -> int:
    return WIDE_GAP if side >= _WIDE_FROM else GAP
