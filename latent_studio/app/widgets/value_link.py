"""A number in a line of text, that turns into a field when it is clicked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.numbers import parsed, shortest

_LEAST = 48  # px, of the field


class ValueLink(QWidget):
    """Shows `say(value)`. What is typed and does not lie in low < value ≤ high, or is not whole where it must be,
    counts for nothing.

    Signals:
        entered(float): the person typed another.
    """

    entered = Signal(float)

    def __init__(
        self, say: Callable[[float], str], tooltip: str, *, low: float, high: float, is_whole: bool = False
    ) -> None:
        super().__init__()
        self._say, self._low, self._high, self._is_whole = say, low, high, is_whole
        self.link = Link("", font="number_caption", tooltip=tooltip)
        self._edit = InlineEdit(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.link)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._value = 0.0
        self.link.clicked.connect(self.edit)
        self._edit.entered.connect(self._on_entered)

    def set_value(self, value: float) -> None:
        """Show another."""
        self._value, text = value, self._say(value)
        if text != self.link.text():
            self.link.setText(text)
            self.link.setAccessibleName(text)
            self.link.updateGeometry()

    def text(self) -> str:
        """What is shown."""
        return self.link.text()

    @Slot()
    def edit(self) -> None:
        """Open the field."""
        area = QRectF(self.rect()).adjusted(0, 2, max(0, _LEAST - self.width()), -2)
        self._edit.open_at(area, shortest(int(self._value) if self._is_whole else float(f"{self._value:.3g}")))

    @Slot(str)
    def _on_entered(self, text: str) -> None:
        value = parsed(text)
        if value is None or not self._low < value <= self._high or (self._is_whole and value != int(value)):
            return
        self.entered.emit(float(value))
