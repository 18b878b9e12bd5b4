"""The points over the map with their colours: which are seen, which is meant, which lie within a line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QPainterPath

from latent_studio.app.scatter.dots import Dots, Look
from latent_studio.app.scatter.legend_rows import ClassRow, Ramp
from latent_studio.app.scatter.lines import path_of
from latent_studio.app.scatter.settings import Choices
from latent_studio.app.theme import theme
from latent_studio.studio.document import Group
from latent_studio.views.colouring import ramp
from latent_studio.views.density import NOWHERE, Points
from latent_studio.views.embedding import Contours, Placed
from latent_studio.views.scatter import inside

MISSING = "#7a7f87"  # a picture that has no class
CONTOUR_LIGHT = "#f2f4f7"
N_RAMP = 16  # colours of the legend's bar


class Cloud:
    """What `Place` gave, made to be painted."""

    def __init__(self) -> None:
        self.dots = Dots()
        self._placed: Placed | None = None
        self._seen = np.zeros(0, np.bool_)
        self._palette = np.zeros((1, 3), np.uint8)

    @property
    def placed(self) -> Placed | None:
        """None while there is nothing to show."""
        return self._placed

    @property
    def has_contours(self) -> bool:
        return self.dots.has_lines

    def set_placed(self, placed: Placed | None) -> None:
        """Other points; `colour` them before they are painted."""
        self._placed = placed
        self.dots.set_points(np.zeros((0, 2)) if placed is None else placed.points)

    def colour(self, choices: Choices, group: Group | None) -> None:
        """Give every point its colour, leave out what is hidden, and let a group stand out."""
        placed = self._placed
        if placed is None or not choices.is_on:
            self._seen = np.zeros(0, np.bool_)
            self.dots.set_look(None)
            return
        n, colouring = len(placed.points), placed.colouring
        rows = colouring.rows[:n]
        is_hidden = np.zeros(colouring.n_colours, np.bool_)
        is_hidden[[row for row in choices.hidden if row < colouring.n_colours]] = True
        self._seen, self._palette = ~is_hidden[rows], self._colours()
        raised = None
        if group is not None:
            raised = np.zeros(n, np.bool_)
            raised[[index for index in group.indices if 0 <= index < n]] = True
        self.dots.set_look(Look(rows, self._palette, self._seen, choices.opacity, raised))

    def set_contours(self, contours: Contours | None) -> None:
        """Lines of equal density, each class in its colour, or all in one."""
        paths: dict[str, QPainterPath] = {}
        for row, lines in contours.lines.items() if contours is not None else ():
            tint = CONTOUR_LIGHT if row < 0 else self._tint_of(row).lighter(135).name()
            paths.setdefault(tint, QPainterPath()).addPath(path_of(lines))
        self.dots.set_lines(paths, NOWHERE if contours is None else contours.limits)

    # --- which

    def nearest(self, at: tuple[float, float], reach: float) -> int | None:
        """The point that is seen nearest to a place of the plane, at most `reach` away."""
        if self._placed is None or not len(self._seen):
            return None
        return self._placed.index.nearest(*at, reach, self._seen)

    def within(self, line: Points) -> NDArray[np.intp]:
        """The numbers of the points that are seen within a closed line (m, 2), sorted."""
        if self._placed is None or not len(self._seen):
            return np.zeros(0, np.intp)
        return np.flatnonzero(inside(self._placed.points, line) & self._seen)

    def class_of(self, index: int) -> str:
        """The name of its class, or its number; "" without."""
        placed = self._placed
        if placed is None or not placed.colouring.key:
            return ""
        row, colouring = int(placed.colouring.rows[index]), placed.colouring
        if colouring.classes:
            return colouring.classes[row] if row < len(colouring.classes) else ""
        value = float(placed.rows.images.attributes[colouring.key][placed.rows.rows.start + index])
        return "" if np.isnan(value) else f"{colouring.title} {value:.4g}"

    def tint(self, index: int) -> QColor:
        """The colour of a point."""
        assert self._placed is not None
        return self._tint_of(int(self._placed.colouring.rows[index]))

    # --- for the legend

    def class_rows(self, hidden: frozenset[int]) -> tuple[ClassRow, ...]:
        """The classes with their counts; those that no picture here has are left out."""
        if self._placed is None or not self._placed.colouring.classes:
            return ()
        colouring = self._placed.colouring
        counts = colouring.counts()
        return tuple(
            ClassRow(row, name, counts[row], self._tint_of(row), row in hidden)
            for row, name in enumerate([*colouring.classes, "none"])
            if counts[row]
        )

    def ramp(self) -> Ramp | None:
        """The colours of a number."""
        if self._placed is None or self._placed.colouring.classes:
            return None
        colouring = self._placed.colouring
        stops = np.linspace(0, len(self._palette) - 2, N_RAMP).astype(int).tolist()
        return Ramp(tuple(self._tint_of(stop) for stop in stops), colouring.low, colouring.high)

    def _tint_of(self, row: int) -> QColor:
        return QColor(*(int(level) for level in self._palette[min(row, len(self._palette) - 1)]))

    def _colours(self) -> NDArray[np.uint8]:
        """(k, 3): the theme's ten, again and again, for classes; a perceptual map for numbers."""
        assert self._placed is not None
        colouring, missing = self._placed.colouring, QColor(MISSING)
        if not colouring.classes:
            steps = ramp()
        elif not colouring.key:
            steps = _levels([theme().colour("accent")])
        else:
            steps = _levels([theme().category(row) for row in range(len(colouring.classes))])
        return np.concatenate([steps, _levels([missing])])


def _levels(colours: list[QColor]) -> NDArray[np.uint8]:
    return np.array([(one.red(), one.green(), one.blue()) for one in colours], np.uint8).reshape(-1, 3)
