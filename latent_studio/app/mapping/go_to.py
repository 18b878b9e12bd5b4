"""Go to coordinates: a small popup with two numbers."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import caption, heading
from latent_studio.app.widgets.field import NumberField
from latent_studio.views.plane import Plane

FIELD_PX = 96


class Popup(QWidget):
    """A raised sheet below a button that closes with a click elsewhere or Esc."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def open_below(self, widget: QWidget) -> None:
        """Show it under a widget, its right end within the window."""
        self.adjustSize()
        at = widget.mapToGlobal(QPoint(0, widget.height() + 4))
        window = widget.window().frameGeometry()
        self.move(min(at.x(), window.right() - self.width() - 8), at.y())
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill_round(QPainter(self), self.rect(), colour("raised"), colour("line"))


class GoTo(Popup):
    """Where to go, in the plane's own units.

    Signals:
        wanted(float, float): this point in the middle.  current_wanted(): the current code in the middle.
    """

    wanted = Signal(float, float)
    current_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._across, self._up = NumberField(0.5, decimals=4), NumberField(0.5, decimals=4)
        self._names = (caption(), caption())
        go = Button("Go", kind="primary")
        go.clicked.connect(self._on_go)
        here = Button("Current code", "crosshair")
        here.clicked.connect(self._on_current)
        fields = QHBoxLayout()
        fields.setSpacing(8)
        for name, field in zip(self._names, (self._across, self._up), strict=True):
            field.setFixedWidth(FIELD_PX)
            fields.addWidget(name)
            fields.addWidget(field)
            fields.addSpacing(4)
        fields.addStretch(1)
        foot = QHBoxLayout()
        foot.addWidget(here)
        foot.addStretch(1)
        foot.addWidget(go)
        self._title = heading("Go to")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addLayout(fields)
        column.addLayout(foot)

    def open_for(self, plane: Plane, centre: tuple[float, float], below: QWidget) -> None:
        """Ask for a point of this plane; the fields begin with the middle of the view."""
        unit = "quantiles" if plane.spacing == "quantile" else "z"
        self._title.setText(f"Go to ({unit})")
        for name, axis in zip(self._names, plane.axes, strict=True):
            name.setText(axis.name)
        for field, value in zip((self._across, self._up), centre, strict=True):
            field.set_value(value)
        self.open_below(below)
        self._across.setFocus()
        self._across.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_go()
        else:
            super().keyPressEvent(event)

    def _on_go(self) -> None:
        across, up = self._across.value(), self._up.value()
        self.close()
        if across is not None and up is not None:
            self.wanted.emit(float(across), float(up))

    def _on_current(self) -> None:
        self.close()
        self.current_wanted.emit()
