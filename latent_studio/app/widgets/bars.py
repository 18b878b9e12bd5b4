"""One bar per latent dimension: how many nats it carries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint, plot
from latent_studio.app.widgets.plot import Axes, Floats

_N_Y_TICKS, _LABEL_EVERY_PX = 4, 56


class Bars(QWidget):
    """Bars from zero; what is under `threshold` carries nothing and is a sliver in the warning colour."""

    def __init__(
        self,
        title: str,
        caption: str = "",
        *,
        unit: str = "nat",
        threshold: float = 0.02,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._title, self._caption, self._unit, self._threshold = title, caption, unit, threshold
        self._note = ""
        self._values: Floats = np.empty(0)
        self._labels: list[str] = []
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_values(self, values: Sequence[float] | Floats, labels: Sequence[str] | None = None) -> None:
        """One value per dimension, (d,); labels are z0, z1, … unless given."""
        self._values = np.nan_to_num(np.asarray(values, dtype=np.float64))
        self._labels = list(labels) if labels is not None else [f"z{i}" for i in range(len(self._values))]
        n_active = int((self._values >= self._threshold).sum())
        self._note = f"{n_active} of {len(self._values)} active · sum {self._values.sum():.1f}" if len(values) else ""
        self.setAccessibleDescription(self._note)
        self.update()

    def note(self) -> str:
        """What stands at the right of the heading: how many dimensions are active, and their sum."""
        return self._note

    def sizeHint(self) -> QSize:
        return QSize(340, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, 140)

    def _axes(self) -> Axes:
        top = float(self._values.max()) if len(self._values) else 1.0
        _, high = plot.rounded_out(0.0, max(top, 4 * self._threshold), _N_Y_TICKS)
        return Axes(plot.plot_area(self.width(), self.height()), (0.0, max(len(self._values), 1)), (0.0, high))

    def bar(self, index: int) -> QRectF:
        """Where a bar stands."""
        return self._bar(self._axes(), index)

    def _bar(self, axes: Axes, index: int) -> QRectF:
        """A gap of a fifth is between two bars, none where they are thin."""
        left, right = axes.x_px(index), axes.x_px(index + 1)
        gap = (right - left) * 0.2 if right - left >= 4 else 0.0
        top = axes.y_px(float(self._values[index]))
        return QRectF(left + gap / 2, top, right - left - gap, axes.area.bottom() - top)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        axes = self._axes()
        note_left = self.width() - paint.text_width(self._note, "number_caption") - 12
        plot.paint_heading(painter, note_left, self._title, self._caption)
        line = QRectF(0, 1, self.width(), plot.HEADING - 8)
        paint.draw_text(painter, line, self._note, "muted", "number_caption", paint.RIGHT)
        plot.paint_y_axis(painter, axes, _N_Y_TICKS)
        ink, idle = theme().category(0), colour("warn")
        for i, value in enumerate(self._values.tolist()):
            bar = self._bar(axes, i)
            if value < self._threshold:
                bar = QRectF(bar.left(), axes.area.bottom() - 1, bar.width(), 2)
            tint = idle if value < self._threshold else ink
            painter.fillRect(bar, tint.lighter(115) if i == self._hovered else tint)
        self._paint_labels(painter, axes)
        if self._hovered is not None:
            text = f"{self._values[self._hovered]:.3f} {self._unit}"
            middle = self._bar(axes, self._hovered).center().x()
            plot.paint_readout(painter, axes, middle, [(self._labels[self._hovered], text)])

    def _paint_labels(self, painter: QPainter, axes: Axes) -> None:
        """The first, the last, and some between at a power of two's distance."""
        n = len(self._labels)
        every = 1
        while n and axes.area.width() / n * every < _LABEL_EVERY_PX:
            every *= 2
        shown = [i for i in range(0, n, every) if n - 1 - i >= every * 0.7] + ([n - 1] if n else [])
        for i in shown:
            plot.paint_x_label(painter, axes, axes.x_px(i + 0.5), self._labels[i])

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        area = self._axes().area
        share = (event.position().x() - area.left()) / area.width()
        inside = 0 <= share < 1 and event.position().y() >= area.top() and len(self._values)
        self._hovered = int(share * len(self._values)) if inside else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()
