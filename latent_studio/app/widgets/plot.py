"""What the plots share: their frame, ticks at round numbers, and curves thinned to what the screen can show."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint

Floats = NDArray[np.float64]
HEADING = 32  # px over a plot: its title, caption and legend
_BELOW, _LEFT = 24, 40  # px for the tick labels


def round_step(span: float, n_wanted: int) -> float:
    """The step of 1, 2, 2.5 or 5 times a power of ten that gives about `n_wanted` steps."""
    rough = span / max(n_wanted, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return min((1.0, 2.0, 2.5, 5.0, 10.0), key=lambda m: abs(m * power - rough)) * power


def ticks(low: float, high: float, n_wanted: int) -> list[float]:
    """Round numbers in [low, high]."""
    if not high > low:
        return [low]
    step = round_step(high - low, n_wanted)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def whole_ticks(low: float, high: float, n_wanted: int) -> list[float]:
    """Ticks at whole numbers, if possible so that the last one is at the end (12 epochs: 0, 3, 6, 9, 12)."""
    span = high - low
    if span < n_wanted - 1:
        return ticks(low, high, n_wanted)
    power = 10.0 ** max(0, math.floor(math.log10(span / n_wanted)))
    steps = [m * power for m in (1, 2, 3, 4, 5, 6, 8, 10, 20) if 2 <= span / (m * power) <= n_wanted + 1]
    step = min(steps, key=lambda s: (abs(high / s - round(high / s)) > 1e-9, abs(span / s - n_wanted + 0.9)))
    return [i * step for i in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def rounded_out(low: float, high: float, n_wanted: int) -> tuple[float, float]:
    """The range widened to round numbers; a range of nothing gets some height."""
    if not high > low:
        half = max(abs(low) * 0.05, 0.5)
        low, high = low - half, high + half
    step = round_step(high - low, n_wanted)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def tick_text(value: float, step: float) -> str:
    """A tick's label with as many decimals as the step needs; `1e-5` for the very small."""
    if value and abs(value) < 1e-4:
        return f"{value:.0e}".replace("e-0", "e-")
    decimals = 0
    while decimals < 6 and abs(round(step, decimals) - step) > 1e-9 * step:
        decimals += 1
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def thinned(x: Floats, y: Floats, n_columns: int) -> tuple[Floats, Floats]:
    """At most two points per column of pixels, its least and its greatest: what is drawn looks the same.

    Args: x, y: (n,), x rising.
    """
    if len(x) <= 2 * n_columns:
        return x, y
    edges = np.linspace(0, len(x), n_columns + 1).astype(np.intp)[:-1]
    lows, highs = np.minimum.reduceat(y, edges), np.maximum.reduceat(y, edges)
    return np.repeat(x[edges], 2), np.stack((lows, highs), axis=1).ravel()


def trailing_mean(y: Floats, window: int) -> Floats:
    """The mean of the last `window` values at each place (of fewer at the beginning).

    Args: y: (n,). Returns: (n,).
    """
    if window <= 1 or len(y) == 0:
        return y
    total = np.concatenate(([0.0], np.cumsum(y)))
    ends = np.arange(1, len(y) + 1)
    starts = np.maximum(ends - window, 0)
    return np.asarray((total[ends] - total[starts]) / (ends - starts))


def quantile(y: Floats, share: float) -> float:
    """The value that `share` of the values do not exceed. np.quantile imports numpy.ma when first called: 50 ms.

    Args: y: (n,), n > 0.
    """
    at = min(int(share * len(y)), len(y) - 1)
    return float(np.partition(y, at)[at])


class Axes:
    """A plot's area in px and its ranges; turns data into points."""

    def __init__(self, area: QRectF, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        self.area, self.x_range, self.y_range = area, x_range, y_range

    def x_px(self, x: float) -> float:
        """Where a value lies across."""
        low, high = self.x_range
        return self.area.left() + (x - low) / ((high - low) or 1.0) * self.area.width()

    def y_px(self, y: float) -> float:
        """Where a value lies upwards; what is beyond the range lies on its edge."""
        low, high = self.y_range
        share = (y - low) / ((high - low) or 1.0)
        return self.area.bottom() - min(max(share, 0.0), 1.0) * self.area.height()

    def polygon(self, x: Floats, y: Floats) -> QPolygonF:
        """The points of a curve."""
        (x_low, x_high), (y_low, y_high) = self.x_range, self.y_range
        across = self.area.left() + (x - x_low) / ((x_high - x_low) or 1.0) * self.area.width()
        share = np.clip((y - y_low) / ((y_high - y_low) or 1.0), 0.0, 1.0)
        up = self.area.bottom() - share * self.area.height()
        return QPolygonF([QPointF(a, b) for a, b in zip(across.tolist(), up.tolist(), strict=True)])


def plot_area(width: float, height: float, heading: float = HEADING) -> QRectF:
    """Where the curves go, between heading and tick labels."""
    top = heading + 4
    return QRectF(_LEFT, top, max(width - _LEFT - 8, 1.0), max(height - top - _BELOW, 1.0))


def paint_heading(painter: QPainter, right: float, title: str, caption: str) -> None:
    """Title and caption at the left; the caption only where it ends before `right`."""
    line = QRectF(0, 0, right, HEADING - 8)
    paint.draw_text(painter, line, title, "text", "strong")
    left = heading_width(title)
    if left + paint.text_width(caption, "caption") <= right:
        paint.draw_text(painter, line.adjusted(left, 1, 0, 0), caption, "muted", "caption")


def heading_width(title: str) -> float:
    """Where the caption begins."""
    return paint.text_width(title, "strong") + 12


def paint_y_axis(painter: QPainter, axes: Axes, n_wanted: int) -> None:
    """Hairlines across the plot with their labels at the left."""
    marks = ticks(*axes.y_range, n_wanted)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for mark in marks:
        y = round(axes.y_px(mark))
        painter.fillRect(QRectF(axes.area.left(), y, axes.area.width(), 1), colour("line", 0.6))
        box = QRectF(0, y - 8, axes.area.left() - 8, 16)
        paint.draw_text(painter, box, tick_text(mark, step), "muted", "number_caption", paint.RIGHT)


def paint_epochs(painter: QPainter, axes: Axes, n_wanted: int) -> None:
    """Labels at whole numbers under the plot."""
    marks = whole_ticks(*axes.x_range, n_wanted)
    step = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for mark in marks:
        paint_x_label(painter, axes, axes.x_px(mark), tick_text(mark, step))


def paint_now(painter: QPainter, axes: Axes, x: float | None) -> None:
    """A dotted line at the present moment, where there is one."""
    if x is not None:
        painter.setPen(QPen(colour("muted"), 1, Qt.PenStyle.DotLine))
        at = round(axes.x_px(x)) + 0.5
        painter.drawLine(QLineF(at, axes.area.top(), at, axes.area.bottom()))


def paint_x_label(painter: QPainter, axes: Axes, x_px: float, text: str) -> None:
    """A label under the plot, centred on `x_px` and kept inside."""
    half = paint.text_width(text, "number_caption") / 2 + 1
    middle = min(max(x_px, half), axes.area.right() + 8 - half)
    box = QRectF(middle - half, axes.area.bottom() + 6, 2 * half, 16)
    painter.setFont(theme().font("number_caption"))
    painter.setPen(colour("muted"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_readout(painter: QPainter, axes: Axes, x_px: float, lines: list[tuple[str, str]]) -> None:
    """A small card beside the pointer: names at the left, figures at the right."""
    names = min(max((paint.text_width(name, "caption") for name, _ in lines), default=0.0), 120.0)
    figures = max((paint.text_width(figure, "number_caption") for _, figure in lines), default=0.0)
    width, height = names + figures + 32, 18 * len(lines) + 8
    left = x_px + 10 if x_px + 10 + width < axes.area.right() else max(x_px - 10 - width, 0.0)
    box = QRectF(left, axes.area.top() + 4, width, height)
    paint.fill_round(painter, box, colour("raised"), colour("line"))
    for i, (name, figure) in enumerate(lines):
        line = QRectF(box.left() + 10, box.top() + 4 + 18 * i, width - 20, 18)
        paint.draw_text(painter, line.adjusted(0, 0, -figures - 10, 0), name, "muted", "caption")
        paint.draw_text(painter, line, figure, "text", "number_caption", paint.RIGHT)
