"""A number with its unit inside the field, and the label whose dot says that it differs from its default."""

from __future__ import annotations

import math

from PySide6 import QtGui
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.numbers import clamped, parsed, shortest, shown
from latent_studio.app.widgets.slider import factor_of, wheel_steps

_PAD = 10  # px, inside the field's border
_DOT = 2.5  # px, radius


class NumberField(QLineEdit):
    """A whole or real number. It can be typed, turned with the wheel (focused) and stepped with Up and Down.

    What cannot be taken stays there, framed in red, with the reason as tooltip; the value stays the last good one.

    Signals:
        value_changed(object): int, float or None, once per accepted change.
        problem_changed(str): the sentence that says what is wrong, empty when all is well again.
    """

    value_changed = Signal(object)
    problem_changed = Signal(str)

    def __init__(
        self,
        value: float | None = None,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        integer: bool = False,
        optional: bool = False,
        unit: str = "",
        decimals: int | None = None,
        open_low: bool = False,
        open_high: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """A number in [low, high] (`open_…`: without that end); `optional`: empty means None; `decimals`: fixed."""
        super().__init__(parent)
        self._low, self._high, self._open_low, self._open_high = low, high, open_low, open_high
        self._integer, self._optional, self._decimals = integer, optional, decimals
        self._value: float | None = value
        self._unit, self._problem, self._tip = "", "", ""
        self.setFont(theme().font("number"))
        if optional:
            self.setPlaceholderText("auto")
        self.set_unit(unit)
        self.set_value(value)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editingFinished.connect(self._on_typed)

    # --- value

    def value(self) -> float | None:
        """The last good value: an int for whole numbers; None only where the field is optional."""
        return self._value

    def set_value(self, value: float | None) -> None:
        """Show another value, without a signal."""
        self._value = int(value) if self._integer and value is not None else value
        self.setText(self._written(self._value))
        self.setCursorPosition(0)
        self._set_problem("")

    def problem(self) -> str:
        """What is wrong with what stands there, one sentence; empty where nothing is."""
        return self._problem

    def set_problem(self, sentence: str) -> None:
        """Say that the value, good in itself, does not go with others."""
        self._set_problem(sentence)

    def set_unit(self, unit: str) -> None:
        """What the number counts, shown inside at the right."""
        self._unit = unit
        width = paint.text_width(unit, "caption") + 8 if unit else 0
        self.setTextMargins(0, 0, round(width), 0)
        self.update()

    def setToolTip(self, tip: str) -> None:
        """The tooltip while nothing is wrong."""
        self._tip = tip
        super().setToolTip(self._problem or tip)

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(64, 28)

    def _written(self, value: float | None) -> str:
        if value is None:
            return ""
        if self._decimals is not None:
            return shown(value, self._decimals)
        return shortest(int(value) if self._integer else float(value))

    def _set_problem(self, sentence: str) -> None:
        if sentence == self._problem:
            return
        self._problem = sentence
        self.setProperty("invalid", bool(sentence))
        self.style().unpolish(self)
        self.style().polish(self)
        super().setToolTip(sentence or self._tip)
        self.problem_changed.emit(sentence)

    def _accept(self, value: float | None) -> None:
        changed = value != self._value
        self.set_value(value)
        if changed:
            self.value_changed.emit(self._value)

    def _on_typed(self) -> None:
        text = self.text().strip()
        if text == self._written(self._value):
            self._set_problem("")
        elif not text and self._optional:
            self._accept(None)
        else:
            value = parsed(text)
            problem = self._refusal(value)
            if problem or value is None:
                self._set_problem(problem)
            else:
                self._accept(int(value) if self._integer else value)

    def _refusal(self, value: float | None) -> str:
        """Why a value cannot be taken, with what can."""
        kind = "a whole number" if self._integer else "a number"
        below = value is not None and (value <= self._low if self._open_low else value < self._low)
        above = value is not None and (value >= self._high if self._open_high else value > self._high)
        if value is not None and not below and not above and not (self._integer and value != int(value)):
            return ""
        low, high = math.isfinite(self._low), math.isfinite(self._high)
        least = f"{'above' if self._open_low else 'of at least'} {shortest(self._cast(self._low))}" if low else ""
        most = f"{'below' if self._open_high else 'of at most'} {shortest(self._cast(self._high))}" if high else ""
        bounds = " and ".join(part for part in (least, most) if part)
        return f"Give {kind} {bounds}.".replace(" .", ".")

    def _cast(self, value: float) -> float:
        return int(value) if self._integer else float(value)

    # --- the hand

    def _step(self, steps: float, factor: float) -> None:
        """One step is 1 for whole numbers, else one in the number's second figure (0.001 goes to 0.0011)."""
        now = self._value if self._value is not None else max(0.0, self._low)
        if self._integer:
            value = now + math.copysign(max(1.0, round(abs(steps) * max(factor, 1.0))), steps)
        else:
            unit = 10.0 ** (math.floor(math.log10(abs(now))) - 1) if now else 0.01
            value = float(f"{now + steps * factor * unit:.12g}")
        value = clamped(value, self._low, self._high)
        if not self._refusal(value):
            self._accept(value)
            self.selectAll()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: 1.0, Qt.Key.Key_Down: -1.0}
        if event.key() in steps:
            self._on_typed()
            self._step(steps[Qt.Key(event.key())], factor_of(event.modifiers()))
        elif event.key() == Qt.Key.Key_Escape and self.text() != self._written(self._value):
            self.set_value(self._value)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        if self.hasFocus() and not self.isReadOnly():
            self._step(wheel_steps(event), factor_of(event.modifiers()))
        else:
            event.ignore()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self._unit:
            painter = QPainter(self)
            box = QRectF(self.rect()).adjusted(0, 0, -_PAD, 0)
            paint.draw_text(painter, box, self._unit, "muted", "caption", paint.RIGHT)


class FieldLabel(QWidget):
    """A field's name; an accent dot follows it while the value differs from its default. Double-click resets.

    Signals:
        reset_requested()
    """

    reset_requested = Signal()

    def __init__(self, text: str, *, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text, self._tip = text, tooltip
        self._changed = False
        self.setToolTip(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_changed(self, changed: bool) -> None:
        """Show the dot, or not."""
        self._changed = changed
        self.setToolTip("\n".join(s for s in (self._tip, "Changed; double-click resets" if changed else "") if s))
        self.update()

    def is_changed(self) -> bool:
        """Whether the dot is there."""
        return self._changed

    def sizeHint(self) -> QSize:
        return QSize(round(paint.text_width(self._text)) + 16, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 28)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        room = self.width() - (16 if self._changed else 0)
        paint.draw_text(painter, QRectF(0, 0, room, self.height()), self._text)
        if self._changed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("accent"))
            x = min(paint.text_width(self._text), room) + 8
            painter.drawEllipse(QPointF(x, self.height() / 2 + 1), _DOT, _DOT)

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        if self._changed:
            self.reset_requested.emit()
