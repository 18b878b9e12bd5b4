"""How distributions move: translucent bands between quantiles over time, and at the right how they lie now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint, plot
from latent_studio.app.widgets.plot import Axes, Floats
from latent_studio.studio.captions import figures

_N_Y_TICKS, _N_X_TICKS = 4, 4
_NOW, _GAP = 56, 8  # px: of the distributions at the right, and before them
_BANDS = ((0, 0.10), (2, 0.16), (4, 0.22))  # the quantiles left out at either end, and the band's opacity
_N_LEVELS = 72  # places at which a density is known
_RARE = 0.02


class Bands(QWidget):
    """A few distributions that are to be compared, each by its quantiles at many moments. Hovering reads the
    medians off."""

    def __init__(self, title: str, caption: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._caption = title, caption
        self._data: dict[str, tuple[int, Floats, Floats]] = {}  # name → category, epochs (n,), quantiles (n, k)
        self._densities: dict[str, Floats] = {}
        self._range = (0.0, 1.0)
        self._x_end: float | None = None
        self._now: float | None = None
        self._hover_x: float | None = None
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # --- what it shows

    def set_bands(self, bands: Sequence[tuple[str, int, Floats, Floats]]) -> None:
        """Show others: (name, category of its colour, epochs (n,) that rise, quantiles (n, k) from least to most)."""
        self._data = {name: (category, x, q) for name, category, x, q in bands if len(x)}
        self._range = range_of([q for _, _, q in self._data.values()])
        self._densities = {name: density(q[-1], self._range) for name, (_, _, q) in self._data.items()}
        said = (f"{name} {figures(_median(q[-1]))}" for name, (_, _, q) in self._data.items())
        self.setAccessibleDescription("medians: " + ", ".join(said))
        self.update()

    def set_caption(self, caption: str) -> None:
        """What the axes count."""
        self._caption = caption

    def set_x_end(self, x: float | None) -> None:
        """Where the run will end (epochs planned); None: where the data end."""
        self._x_end = x
        self.update()

    def set_now(self, x: float | None) -> None:
        """A dotted line at the present moment."""
        self._now = x
        self.update()

    def names(self) -> tuple[str, ...]:
        """What is shown."""
        return tuple(self._data)

    def sizeHint(self) -> QSize:
        return QSize(340, 220)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

    def _axes(self) -> Axes:
        ends = [float(x[-1]) for _, x, _ in self._data.values()]
        end = max([*ends, self._x_end or 0.0], default=1.0) or 1.0
        area = plot.plot_area(self.width() - _NOW - _GAP, self.height())
        return Axes(area, (0.0, end), self._range)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axes = self._axes()
        plot.paint_heading(painter, self._paint_legend(painter), self._title, self._caption)
        plot.paint_y_axis(painter, axes, _N_Y_TICKS)
        plot.paint_epochs(painter, axes, _N_X_TICKS)
        plot.paint_now(painter, axes, self._now)
        for category, x, quantiles in self._data.values():
            self._paint_bands(painter, axes, theme().category(category), x, quantiles)
        self._paint_present(painter, axes)
        if self._hover_x is not None:
            self._paint_readout(painter, axes, self._hover_x)

    def _paint_bands(self, painter: QPainter, axes: Axes, ink: QColor, x: Floats, quantiles: Floats) -> None:
        x, quantiles = averaged(x, quantiles, max(int(axes.area.width()) // 3, 2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)  # edges so faint need none, and it takes a while
        for left_out, opacity in _BANDS:
            ink.setAlphaF(opacity)
            painter.setBrush(ink)
            above, below = quantiles[:, quantiles.shape[1] - 1 - left_out], quantiles[:, left_out]
            around = np.concatenate([x, x[::-1]]), np.concatenate([above, below[::-1]])
            painter.drawPolygon(axes.polygon(*around))
        ink.setAlphaF(1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(axes.polygon(x, quantiles[:, quantiles.shape[1] // 2]))

    def _paint_present(self, painter: QPainter, axes: Axes) -> None:
        """The newest distributions, lying on their side: each as high as the widest of them."""
        left = axes.area.right() + 8 + _GAP
        painter.fillRect(QRectF(left, axes.area.top(), 1, axes.area.height() + 1), colour("line", 0.6))
        highest = max((float(values.max()) for values in self._densities.values()), default=1.0) or 1.0
        ups = np.linspace(axes.area.bottom(), axes.area.top(), _N_LEVELS)
        for name, values in self._densities.items():
            ink = theme().category(self._data[name][0])
            across = left + 1 + values / highest * (_NOW - 4)
            outline = [QPointF(a, b) for a, b in zip(across.tolist(), ups.tolist(), strict=True)]
            painter.setPen(QPen(ink, 1.25))
            fill = QColor(ink)
            fill.setAlphaF(0.3)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(outline))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            ends = [QPointF(left + 1, float(ups[-1])), QPointF(left + 1, float(ups[0]))]
            painter.drawPolygon(QPolygonF([*outline, *ends]))
        plot.paint_x_label(painter, Axes(QRectF(left, axes.area.top(), _NOW, axes.area.height()), (0, 1), (0, 1)),
                           left + _NOW / 2, "now")  # fmt: skip

    def _paint_legend(self, painter: QPainter) -> float:
        right = float(self.width())
        for name, (category, _, quantiles) in reversed(self._data.items()):
            value = figures(_median(quantiles[-1]))
            value_width, name_width = paint.text_width(value, "number_caption"), paint.text_width(name, "caption")
            start = right - value_width - name_width - 26
            if start < plot.heading_width(self._title):
                break
            painter.fillRect(QRectF(start, 9, 10, 6), theme().category(category))
            box = QRectF(start + 15, 1, name_width + 1, plot.HEADING - 8)
            paint.draw_text(painter, box, name, "muted", "caption")
            figure = QRectF(right - value_width - 1, 1, value_width + 2, plot.HEADING - 8)
            paint.draw_text(painter, figure, value, "text", "number_caption")
            right = start - 12
        return right

    def _paint_readout(self, painter: QPainter, axes: Axes, hover_x: float) -> None:
        if not self._data or not axes.area.left() <= hover_x <= axes.area.right():
            return
        low, high = axes.x_range
        wanted = low + (hover_x - axes.area.left()) / axes.area.width() * (high - low)
        painter.fillRect(QRectF(round(hover_x), axes.area.top(), 1, axes.area.height()), colour("faint"))
        lines, at = [], wanted
        for name, (_, x, quantiles) in self._data.items():
            i = int(np.abs(x - wanted).argmin())
            at = float(x[i])
            lines.append((name, figures(_median(quantiles[i]))))
        plot.paint_readout(painter, axes, hover_x, [("at", f"{at:.2f}"), *lines])

    # --- the hand

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hover_x = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover_x = None
        self.update()


def averaged(x: Floats, rows: Floats, n_columns: int) -> tuple[Floats, Floats]:
    """At most one row per column of pixels, the mean of those that fall there.

    Args: x: (n,).  rows: (n, k).  Returns: (m,), (m, k).
    """
    if len(x) <= n_columns:
        return x, rows
    edges = np.linspace(0, len(x), n_columns + 1).astype(np.intp)
    counts = np.diff(edges)
    starts = edges[:-1]
    return np.add.reduceat(x, starts) / counts, np.add.reduceat(rows, starts, axis=0) / counts[:, None]


def density(quantiles: Floats, span: tuple[float, float]) -> Floats:
    """A smooth density with these quantiles, at even places over the span; its height means nothing.

    Args: quantiles: (k,), evenly spaced in probability.  Returns: (72,).
    """
    shares = np.linspace(0, 1, 8 * (len(quantiles) - 1) + 1)
    points = np.interp(shares, np.linspace(0, 1, len(quantiles)), quantiles)
    places = np.linspace(*span, _N_LEVELS)
    width = max(float(quantiles[-2] - quantiles[1]) / 8, (span[1] - span[0]) / _N_LEVELS)
    return np.asarray(np.exp(-0.5 * ((places[:, None] - points) / width) ** 2).sum(axis=1) / width)


def range_of(quantiles: Sequence[Floats]) -> tuple[float, float]:
    """Round numbers around all but the rarest values; (0, 1) where there is nothing yet."""
    if not quantiles:
        return 0.0, 1.0
    low = min(min(plot.quantile(q[:, 1], _RARE), float(q[-1, 0])) for q in quantiles)
    high = max(max(plot.quantile(q[:, -2], 1 - _RARE), float(q[-1, -1])) for q in quantiles)
    return plot.rounded_out(low, high, _N_Y_TICKS)


def _median(quantiles: Floats) -> float:
    return float(quantiles[len(quantiles) // 2])
