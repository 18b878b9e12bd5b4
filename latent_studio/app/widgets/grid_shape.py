"""Where the cells of a contact sheet lie, and which of them an area touches: by arithmetic, however many they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF


@dataclass(frozen=True)
class GridShape:
    """`n` squares of `side` px in rows of `n_columns`, `gap` px apart, the first at (left, top)."""

    n: int
    n_columns: int
    side: int
    gap: int
    left: int = 0
    top: int = 0

    @property
    def n_rows(self) -> int:
        return -(-self.n // self.n_columns)

    @property
    def height(self) -> int:
        """Of all rows, without what is around them."""
        return max(self.n_rows * (self.side + self.gap) - self.gap, 0)

    def cell(self, index: int) -> QRectF:
        """Where one lies."""
        row, column = divmod(index, self.n_columns)
        step = self.side + self.gap
        return QRectF(self.left + column * step, self.top + row * step, self.side, self.side)

    def places_in(self, area: QRectF) -> list[int]:
        """The cells that an area touches, in order."""
        rows = self._touched(area.top() - self.top, area.bottom() - self.top, self.n_rows)
        columns = self._touched(area.left() - self.left, area.right() - self.left, self.n_columns)
        places = (np.arange(*rows)[:, None] * self.n_columns + np.arange(*columns)).ravel()
        found: list[int] = places[places < self.n].tolist()
        return found

    def _touched(self, start: float, end: float, n: int) -> tuple[int, int]:
        """Which of n cells along one axis, first and past the last, lie between two coordinates."""
        step = self.side + self.gap
        return max(0, int((start + self.gap) // step)), max(0, min(n, int(end // step) + 1))

    def index_at(self, at: QPointF) -> int | None:
        """The cell at a point; None between them and beside."""
        found = self.places_in(QRectF(at, at))
        return found[0] if found and self.cell(found[0]).contains(at) else None

    def row_rect(self, row: int, width: int) -> QRect:
        """A row over the whole `width`, with the outlines around its cells."""
        top = int(self.cell(row * self.n_columns).top())
        return QRect(0, top - self.gap, width, self.side + 2 * self.gap)
