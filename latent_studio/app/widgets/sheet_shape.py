"""Where the parts of a sheet of rows lie."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF

from latent_studio.app.widgets.sheet_strip import FILLS

MARGIN, NAMES, GAP = 24, 88, 4  # px: around, for the names, between pictures
BETWEEN = 12  # px between two rows
LABEL = 16  # px under the pictures of a category
MIN_SIDE, MAX_SIDE = 48, 112  # px
MIN_GRID_SIDE, MIN_PITCH = 28, 44  # px; of a grid, whose rows need room for what stands beside them


@dataclass(frozen=True)
class SheetRow:
    """One row: what a number of the code does, or one value of a category.

    name: no two rows have the same.  labels: stand under the pictures.  share: how long its bar is, in [0, 1]; None for
    no bar.  note: stands under that, and tells it in words.  title: stands beside the row, by default its name.
    lead: what stands before a picture's value on hover, by default `name = `.
    """

    name: str
    n_pictures: int
    labels: tuple[str, ...] = ()
    note: str = ""
    share: float | None = None
    ends: str = ""
    tooltip: str = ""
    title: str = ""
    lead: str = ""


class SheetShape:
    """The layout of rows in a width: every picture has the same side; long rows go on in further lines.

    wraps: the steps do not fit side by side, so that what each stands for is written under it.
    between: px between two rows.
    """

    def __init__(
        self,
        rows: Sequence[SheetRow],
        width: float,
        n_steps: int,
        image: QSizeF,
        height: float | None = None,
        ratio: float = 1.0,
    ) -> None:
        """image: the size of the model's pictures in device px, `ratio` of which make a px; a whole multiple of it is
        preferred for the pictures.  height: of a grid, whose rows stand as close as its columns and are all seen at
        once where that can be."""
        self.left = MARGIN + NAMES
        room = max(1.0, width - self.left - MARGIN + GAP)
        aspect = max(image.width(), 1.0) / max(image.height(), 1.0)
        is_grid = height is not None
        least = (MIN_GRID_SIDE if is_grid else MIN_SIDE) * max(1.0, aspect)
        n_most = max(1, int(room // (least + GAP)))
        n_lines = -(-max(n_steps, 1) // n_most)
        self.wraps = n_lines > 1
        across = min(MAX_SIDE * max(1.0, aspect), room / -(-max(n_steps, 1) // n_lines) - GAP)
        pitch = 0.0 if height is None or self.wraps else (height - BETWEEN) / max(len(rows), 1)
        if pitch >= MIN_PITCH:  # else the rows are scrolled anyway, and pictures may be large
            across = min(across, (pitch - GAP) * aspect)
        across = max(least, across)
        own = max(image.width(), 1.0) / ratio
        multiple = int(across // own) * own
        self.picture_width = multiple if multiple >= FILLS * across else float(int(across))
        self.picture_height = max(8.0, self.picture_width / aspect)
        self.between = max(GAP, MIN_PITCH - self.picture_height) if is_grid else BETWEEN
        self.n_across = max(1, int(room // (self.picture_width + GAP)))
        self._n_pictures = [row.n_pictures for row in rows]
        self._labels = [LABEL if row.labels or self.wraps else 0 for row in rows]
        self._tops, top = [], float(BETWEEN)
        for index in range(len(rows)):
            self._tops.append(top)
            top += self.height(index) + self.between
        self.total = top

    def height(self, index: int) -> float:
        """How high a row is, without what stands between two."""
        n_lines = -(-self._n_pictures[index] // self.n_across)
        return max(1, n_lines) * (self.picture_height + GAP + self._labels[index]) - GAP

    def top(self, index: int) -> float:
        """Where a row begins, from the top of the sheet."""
        return self._tops[index]

    def cell(self, row: int, index: int) -> QRectF:
        """Where a picture lies, from the top left of the sheet."""
        line, column = divmod(index, self.n_across)
        x = self.left + column * (self.picture_width + GAP)
        y = self._tops[row] + line * (self.picture_height + GAP + self._labels[row])
        return QRectF(x, y, self.picture_width, self.picture_height)

    def visible(self, top: float, bottom: float) -> range:
        """The rows that can be seen between two heights."""
        if not self._tops:
            return range(0)
        first = max(0, bisect_right(self._tops, top) - 1)
        return range(first, bisect_right(self._tops, bottom))

    def row_at(self, y: float) -> int | None:
        """The row at a height; what lies between two belongs to the upper one."""
        index = bisect_right(self._tops, y) - 1
        return index if 0 <= index < len(self._tops) and y < self.total else None

    def picture_at(self, at: QPointF) -> tuple[int, int] | None:
        """Row and index of the picture at a point of the sheet."""
        row = self.row_at(at.y())
        if row is None:
            return None
        column = int((at.x() - self.left) // (self.picture_width + GAP))
        line = int((at.y() - self._tops[row]) // (self.picture_height + GAP + self._labels[row]))
        index = line * self.n_across + column
        inside = 0 <= column < self.n_across and 0 <= index < self._n_pictures[row]
        return (row, index) if inside and self.cell(row, index).contains(at) else None
