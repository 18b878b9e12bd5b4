"""Curves of quantities that are compared by their ratio, as the norms of gradients: powers of ten are evenly spaced."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint, plot
from latent_studio.app.widgets.curves import Curves
from latent_studio.app.widgets.plot import Axes, Floats
from latent_studio.studio.captions import figures

_THREE = math.log10(3)
_MOST = 5  # labels
_RARE = 0.01  # the share of values at either end that does not decide the range


class LogCurves(Curves):
    """Like Curves. What is not above 0 has no place here and is left out; inside, values are kept as their log₁₀."""

    def set_data(self, key: str, x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> None:
        along, up = np.asarray(x, np.float64), np.asarray(y, np.float64)
        has_log = up > 0
        super().set_data(key, along[has_log], np.log10(up[has_log]))

    def y_range(self) -> tuple[float, float]:
        """log₁₀ of the range that is shown: from a 1 or 3 to a 1 or 3."""
        shown = [one.smooth() for one in self._series.values() if len(one.y)]
        if not shown:
            return 0.0, 1.0
        low = _level_below(min(plot.quantile(y, _RARE) for y in shown))
        high = -_level_below(-max(plot.quantile(y, 1 - _RARE) for y in shown), 1 - _THREE)
        return (low, high) if high > low else (low - _THREE, low + 1 - _THREE)

    def _figure(self, y: float) -> str:
        return figures(10.0**y)

    def _paint_y_axis(self, painter: QPainter, axes: Axes) -> None:
        low, high = axes.y_range
        levels = [k + part for k in range(math.floor(low), math.ceil(high) + 1) for part in (0.0, _THREE)]
        inside = [level for level in levels if low - 1e-9 <= level <= high + 1e-9]
        whole = [level for level in inside if level == round(level)]
        every = max(1, -(-len(whole) // _MOST))
        for level in inside if len(inside) <= _MOST else whole[::every]:
            y = round(axes.y_px(level))
            painter.fillRect(QRectF(axes.area.left(), y, axes.area.width(), 1), colour("line", 0.6))
            box = QRectF(0, y - 8, axes.area.left() - 8, 16)
            value = float(f"{10.0**level:.1g}")
            paint.draw_text(painter, box, plot.tick_text(value, value), "muted", "number_caption", paint.RIGHT)


def _level_below(at: float, part: float = _THREE) -> float:
    """The greatest of … 0, `part`, 1, 1 + `part` … that is not above `at`."""
    whole = math.floor(at + 1e-9)
    return whole + part if at + 1e-9 >= whole + part else float(whole)
