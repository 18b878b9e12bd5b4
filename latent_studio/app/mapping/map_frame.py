"""The map with its axes at the left and below, its scale and its zoom control."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.mapping.ticks import Tick, decimals, nice_step, signed, ticks
from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.views.plane import Plane

LEFT, BOTTOM = 48, 26  # px, of the axes
_TICK, _AIR = 4, 16  # px: length of a tick, air around what lies over the map
_APART_X, _APART_Y = 88, 64  # px, at least, between two ticks
_BAR_PX = 60.0  # at least, of the scale bar
ZOOM_STEP = 2**0.5


class MapFrame(QWidget):
    """Lays axes around a MapView and the two cards over it. Both follow the viewport."""

    def __init__(self, view: MapView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        view.setParent(self)
        self.scale_card = ScaleCard(view)
        self.zoom_card = ZoomCard(view)
        self.zoom_card.zoom_requested.connect(view.zoom_by)
        self.zoom_card.fit_requested.connect(view.fit)
        view.viewport_changed.connect(self._on_viewport)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self.view.setGeometry(LEFT, 0, max(1, self.width() - LEFT), max(1, self.height() - BOTTOM))
        self._place_cards()

    def show_plane(self) -> None:
        """Another plane: its names and figures."""
        self._on_viewport()
        self.update()

    def _on_viewport(self) -> None:
        plane = self.view.plane
        if plane is not None:
            self.scale_card.show_scale(plane, self.view.viewport.scale, self.view.frame.side / self.view.frame.ratio)
            self.zoom_card.show_zoom(self.view.zoom)
            self._place_cards()
        self.update(QRect(0, 0, LEFT, self.height()))
        self.update(QRect(0, self.height() - BOTTOM, self.width(), BOTTOM))

    def _place_cards(self) -> None:
        for card, is_right in ((self.scale_card, False), (self.zoom_card, True)):
            size = card.sizeHint()
            x = self.view.width() - _AIR - size.width() if is_right else _AIR
            card.setGeometry(QRect(x, self.view.height() - _AIR - size.height(), size.width(), size.height()))

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        plane = self.view.plane
        if plane is None:
            return
        line = colour("line")
        painter.fillRect(QRectF(LEFT - 1, 0, 1, self.view.height() + 1), line)
        painter.fillRect(QRectF(LEFT - 1, self.view.height(), self.width() - LEFT + 1, 1), line)
        left, right, bottom, top = self.view.viewport.bounds
        scale = self.view.viewport.scale
        self._paint_across(painter, plane, ticks(plane.across, plane.spacing, (left, right), scale, _APART_X))
        self._paint_up(painter, plane, ticks(plane.up, plane.spacing, (bottom, top), scale, _APART_Y))

    def _paint_across(self, painter: QPainter, plane: Plane, marks: list[Tick]) -> None:
        name = plane.across.name
        taken = self.width() - 12 - paint.text_width(name, "strong")
        y = self.view.height()
        paint.draw_text(painter, QRectF(taken, y + 1, self.width() - taken, BOTTOM - 1), name, "text", "strong")
        centre, scale, width = self.view.viewport.centre[0], self.view.viewport.scale, self.view.width()
        for mark in marks:
            x = LEFT + (mark.at - centre) * scale + width / 2
            main, other = (paint.text_width(text, "number_caption") for text in (mark.main, mark.other))
            start = x - (main + 5 + other) / 2 if mark.other else x - main / 2
            if start < LEFT or start + main + 5 + other > taken - 8:
                continue
            painter.fillRect(QRectF(round(x), y + 1, 1, _TICK), colour("faint"))
            row = QRectF(start, y + _TICK + 2, main + 1, BOTTOM - _TICK - 3)
            paint.draw_text(painter, row, mark.main, "text", "number_caption")
            paint.draw_text(painter, row.translated(main + 5, 0).adjusted(0, 0, other - main, 0), mark.other, "muted",
                            "number_caption")  # fmt: skip

    def _paint_up(self, painter: QPainter, plane: Plane, marks: list[Tick]) -> None:
        name = QRectF(0, 4, LEFT - 8, 18)
        paint.draw_text(painter, name, plane.up.name, "text", "strong", paint.RIGHT)
        centre, scale, height = self.view.viewport.centre[1], self.view.viewport.scale, self.view.height()
        for mark in marks:
            y = height / 2 - (mark.at - centre) * scale
            if y - 14 < name.bottom() or y + 14 > height:
                continue
            painter.fillRect(QRectF(LEFT - 1 - _TICK, round(y), _TICK, 1), colour("faint"))
            row = QRectF(0, y - (14 if mark.other else 7), LEFT - _TICK - 4, 14)
            paint.draw_text(painter, row, mark.main, "text", "number_caption", paint.RIGHT)
            paint.draw_text(painter, row.translated(0, 13), mark.other, "muted", "number_caption", paint.RIGHT)


class Card(QWidget):
    """Raised over the map; clicks on it are not the map's."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        paint.fill_round(QPainter(self), self.rect(), colour("raised"), colour("line"))


class ScaleCard(Card):
    """A bar of a round length, and how large a picture is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._bar_px, self._length, self._picture = _BAR_PX, "", ""
        self.setAccessibleName("Scale")

    def show_scale(self, plane: Plane, scale: float, side_px: float) -> None:
        """scale: px per plane unit."""
        length = nice_step(_BAR_PX / scale)
        is_quantile = plane.spacing == "quantile"
        self._bar_px = length * scale
        self._length = f"{decimals(length, length)} quantile" if is_quantile else f"{signed(length, length)} in z"
        self._picture = f"picture {side_px:.0f} px"
        self.update()

    def sizeHint(self) -> QSize:
        texts = paint.text_width(self._length, "number") + paint.text_width(self._picture, "number_caption")
        return QSize(round(self._bar_px + texts + 12 + 12 + 10 + 12), 30)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(QPen(colour("text"), 1))
        left, right, y = 12.5, 12.5 + round(self._bar_px), 19.5
        for line in ((left, y, right, y), (left, y - 6, left, y), (right, y - 6, right, y)):
            painter.drawLine(*(QtGui.QVector2D(*line[:2]).toPointF(), QtGui.QVector2D(*line[2:]).toPointF()))
        row = QRectF(right + 12, 0, self.width(), self.height())
        paint.draw_text(painter, row, self._length, "text", "number")
        row.adjust(paint.text_width(self._length, "number") + 10, 0, 0, 0)
        paint.draw_text(painter, row, self._picture, "muted", "number_caption")


class ZoomCard(Card):
    """Smaller, how large, larger; and all of it.

    Signals:
        zoom_requested(float): by that factor.  fit_requested().
    """

    zoom_requested = Signal(float)
    fit_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        smaller, larger = icon_button("minus", "Smaller (−)"), icon_button("plus", "Larger (+)")
        smaller.clicked.connect(lambda: self.zoom_requested.emit(1 / ZOOM_STEP))
        larger.clicked.connect(lambda: self.zoom_requested.emit(ZOOM_STEP))
        self._figure = QLabel("1 ×")
        self._figure.setFont(theme().font("number"))
        self._figure.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._figure.setFixedWidth(48)
        fit = Button("Fit", "corners-out", "quiet", tooltip="Show all of it (0)")
        fit.clicked.connect(self.fit_requested)
        line = QHBoxLayout(self)
        line.setContentsMargins(1, 1, 1, 1)
        line.setSpacing(0)
        for part in (smaller, self._figure, larger, fit):
            line.addWidget(part)
        self._buttons = (smaller, larger, fit)
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys say the same, and the map keeps the keyboard

    def show_zoom(self, zoom: float) -> None:
        """How many times larger than where all can be seen."""
        self._figure.setText(f"{zoom:.2g} ×" if zoom < 10 else f"{zoom:,.0f} ×")

    def sizeHint(self) -> QSize:
        width = sum(part.sizeHint().width() for part in self._buttons) + 48 + 2
        return QSize(width, 30)
