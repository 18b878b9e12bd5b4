"""Learning curves: what a run measures while it trains, beside what it measured on the test part, and other runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint, plot
from latent_studio.app.widgets.plot import Axes, Floats
from latent_studio.studio.captions import figures

Kind = Literal["steps", "train", "test"]
"""What every step gave, which is noise around a curve; and what was measured on the two parts of the data."""

_SPIKE = 0.08  # the first part of the steps that does not decide the range
_N_Y_TICKS, _N_X_TICKS = 4, 5


class Series:
    """One curve that grows. Values that are not finite are left out. marks_best: its least value wears a ring."""

    def __init__(self, label: str, category: int, kind: Kind, marks_best: bool = False) -> None:
        self.label, self.category, self.kind, self.marks_best = label, category, kind, marks_best
        self._xy: Floats = np.empty((2, 256))
        self._n = 0
        self._smooth: Floats | None = None

    @property
    def x(self) -> Floats:
        """(n,)"""
        return self._xy[0, : self._n]

    @property
    def y(self) -> Floats:
        """(n,)"""
        return self._xy[1, : self._n]

    def extend(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> None:
        """Go on with more points; the room doubles when it is full."""
        points = np.array((x, y), dtype=np.float64)
        points = points[:, np.isfinite(points).all(axis=0)]
        n = self._n + points.shape[1]
        if n > self._xy.shape[1]:
            larger = np.empty((2, max(n, 2 * self._xy.shape[1])))
            larger[:, : self._n] = self._xy[:, : self._n]
            self._xy = larger
        self._xy[:, self._n : n] = points
        self._n, self._smooth = n, None

    def clear(self) -> None:
        """Forget all points."""
        self._n, self._smooth = 0, None

    def smooth(self) -> Floats:
        """The curve that is drawn strongly: steps averaged over their last fiftieth, measurements as they are."""
        if self.kind != "steps":
            return self.y
        if self._smooth is None:
            self._smooth = plot.trailing_mean(self.y, self._n // 50)
        return self._smooth


def sensible_range(series: Sequence[Series]) -> tuple[float, float]:
    """The y-range that shows what matters: all that was measured, and the steps without their first fall.

    Returns: round numbers; (0, 1) where there is nothing yet.
    """
    lows: list[float] = []
    highs: list[float] = []
    for one in series:
        y = one.smooth()
        if len(y) == 0:
            continue
        lows.append(float(y.min()))
        highs.append(plot.quantile(y, 1 - _SPIKE) if one.kind == "steps" else float(y.max()))
    if not lows:
        return 0.0, 1.0
    return plot.rounded_out(min(lows), max(max(highs), min(lows)), _N_Y_TICKS)


class Curves(QWidget):
    """Curves on one pair of axes, painted within a few milliseconds however many points they have.

    Steps are drawn faintly, and a little less so smoothed; where nothing else is there to see, strongly. A test curve
    has dots. Hovering reads the values off.
    """

    def __init__(
        self,
        title: str,
        caption: str = "",
        *,
        heading: float = plot.HEADING,
        label_px: float = 110.0,
        parent: QWidget | None = None,
    ) -> None:
        """heading: px for title and legend; 0 where somebody else says what the curves are.  label_px: the width of a
        curve's name in the legend, at most."""
        super().__init__(parent)
        self._label_px = label_px
        self._title, self._caption, self._heading = title, caption, heading
        self._series: dict[str, Series] = {}
        self._x_end: float | None = None
        self._now: float | None = None
        self._hover_x: float | None = None
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- what it shows

    def set_caption(self, caption: str) -> None:
        """What the axes count."""
        self._caption = caption
        self.update()

    def set_series(self, key: str, label: str, category: int, kind: Kind, *, marks_best: bool = False) -> None:
        """Begin a curve, or rename and recolour one; `category` is its colour among the ten."""
        former = self._series.get(key)
        self._series[key] = Series(label, category, kind, marks_best)
        if former is not None:
            self._series[key].extend(former.x, former.y)
        self.update()

    def append(self, key: str, x: float, y: float) -> None:
        """Go on with one point."""
        self._series[key].extend((x,), (y,))
        self._on_data(key)

    def set_data(self, key: str, x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> None:
        """Replace a curve's points; x rises."""
        self._series[key].clear()
        self._series[key].extend(x, y)
        self._on_data(key)

    def remove(self, key: str) -> None:
        """Take a curve away."""
        self._series.pop(key, None)
        self.update()

    def clear(self) -> None:
        """Take all curves away."""
        self._series.clear()
        self._now = self._x_end = None
        self.update()

    def keys(self) -> tuple[str, ...]:
        """The curves there are, in the order in which they are drawn."""
        return tuple(self._series)

    def set_x_end(self, x: float | None) -> None:
        """Where the run will end (epochs planned); None: where the data end."""
        self._x_end = x
        self.update()

    def set_now(self, x: float | None) -> None:
        """A dotted line at the present moment."""
        self._now = x
        self.update()

    def y_range(self) -> tuple[float, float]:
        """The range that is shown."""
        return sensible_range(list(self._series.values()))

    def sizeHint(self) -> QSize:
        return QSize(340, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

    def _on_data(self, key: str) -> None:
        one = self._series[key]
        if len(one.y):
            last = (f"{s.label} {self._figure(float(s.y[-1]))}" for s in self._series.values() if len(s.y))
            self.setAccessibleDescription(", ".join(last))
        self.update()

    def _axes(self) -> Axes:
        ends = [float(s.x[-1]) for s in self._series.values() if len(s.x)]
        starts = [float(s.x[0]) for s in self._series.values() if len(s.x)]
        end = max([*ends, self._x_end or 0.0], default=1.0) or 1.0
        start = min([0.0, *starts])
        area = plot.plot_area(self.width(), self.height(), self._heading)
        return Axes(area, (start, end), self.y_range())

    def _ink(self, one: Series) -> QColor:
        return theme().category(one.category)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axes = self._axes()
        if self._heading:
            plot.paint_heading(painter, self._paint_legend(painter), self._title, self._caption)
        self._paint_y_axis(painter, axes)
        plot.paint_epochs(painter, axes, _N_X_TICKS)
        plot.paint_now(painter, axes, self._now)
        for one in self._series.values():
            if len(one.x):
                self._paint_curve(painter, axes, one)
        if self._hover_x is not None:
            self._paint_readout(painter, axes, self._hover_x)

    def _paint_y_axis(self, painter: QPainter, axes: Axes) -> None:
        plot.paint_y_axis(painter, axes, _N_Y_TICKS)

    def _figure(self, y: float) -> str:
        """A value as it is said."""
        return figures(y)

    def _legend_from(self) -> float:
        """Where the legend may begin, px."""
        return plot.heading_width(self._title)

    def _paint_curve(self, painter: QPainter, axes: Axes, one: Series) -> None:
        ink, n_columns = self._ink(one), max(int(axes.area.width()), 2)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if one.kind == "steps":
            faint = QColor(ink)
            faint.setAlphaF(0.25)
            ink.setAlphaF(0.5 if self._is_measured() else 1.0)
            painter.setPen(QPen(faint, 1))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # it is noise, and many short strokes
            painter.drawPolyline(axes.polygon(*plot.thinned(one.x, one.y, n_columns)))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.5))
        painter.drawPolyline(axes.polygon(*plot.thinned(one.x, one.smooth(), n_columns // 2)))
        if one.kind == "test" and len(one.x) <= 60:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            for x, y in zip(one.x.tolist(), one.y.tolist(), strict=True):
                painter.drawEllipse(QPointF(axes.x_px(x), axes.y_px(y)), 2.75, 2.75)
        if one.marks_best and len(one.x) > 1:
            at = int(one.y.argmin())
            painter.setPen(QPen(ink, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(axes.x_px(one.x[at]), axes.y_px(one.y[at])), 5.5, 5.5)

    def _is_measured(self) -> bool:
        return any(one.kind == "train" and len(one.x) > 1 for one in self._series.values())

    def _paint_legend(self, painter: QPainter) -> float:
        """From the right: a dash in the curve's colour, its name, its newest value; what finds no room is left out.

        Returns: where it begins, px.
        """
        right, is_measured = float(self.width()), self._is_measured()
        left = self._legend_from()
        for one in reversed([s for s in self._series.values() if len(s.y)]):
            value = self._figure(float(one.smooth()[-1]))
            value_width = paint.text_width(value, "number_caption")
            name_width = min(paint.text_width(one.label, "caption"), self._label_px)
            start = right - value_width - name_width - 26
            if start < left or (one.kind == "steps" and is_measured):
                continue
            painter.fillRect(QRectF(start, 11, 10, 2), self._ink(one))
            name = QRectF(start + 15, 1, name_width + 1, plot.HEADING - 8)
            paint.draw_text(painter, name, one.label, "muted", "caption")
            figure = QRectF(right - value_width - 1, 1, value_width + 2, plot.HEADING - 8)
            paint.draw_text(painter, figure, value, "text", "number_caption")
            right = start - 12
        return right

    def _paint_readout(self, painter: QPainter, axes: Axes, hover_x: float) -> None:
        low, high = axes.x_range
        wanted = low + (hover_x - axes.area.left()) / axes.area.width() * (high - low)
        found = [(one, int(np.abs(one.x - wanted).argmin())) for one in self._series.values() if len(one.x)]
        if not found or not axes.area.left() <= hover_x <= axes.area.right():
            return
        painter.fillRect(QRectF(round(hover_x), axes.area.top(), 1, axes.area.height()), colour("faint"))
        painter.setPen(Qt.PenStyle.NoPen)
        for one, i in found:
            painter.setBrush(self._ink(one))
            painter.drawEllipse(QPointF(axes.x_px(one.x[i]), axes.y_px(one.smooth()[i])), 3.5, 3.5)
        at = found[0][0].x[found[0][1]]
        lines = [("at", f"{at:.2f}")] + [(one.label, self._figure(float(one.smooth()[i]))) for one, i in found]
        plot.paint_readout(painter, axes, hover_x, lines)

    # --- the hand

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hover_x = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_x = None
        self.update()
