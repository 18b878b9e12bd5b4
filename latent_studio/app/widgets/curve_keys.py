"""What each curve of a plot is, as words that can be switched off and on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

_HEIGHT, _DASH = 20, 15  # px


@dataclass(frozen=True)
class CurveKey:
    """A curve's key, its name, its colour among the ten, its newest value, and whether it is seen at first."""

    key: str
    label: str
    category: int
    value: str = ""
    is_on: bool = True


class _Key(QAbstractButton):
    def __init__(self, told: CurveKey) -> None:
        super().__init__()
        self.told = told
        self._focus = FocusMark(self)
        self.setCheckable(True)
        self.setChecked(told.is_on)
        self.setText(told.label)
        self.setAccessibleName(told.label)
        self.setToolTip(f"Show or hide {told.label}")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def tell(self, told: CurveKey) -> None:
        if told != self.told:
            has_other_width = len(told.value) != len(self.told.value)
            self.told = told
            self.setAccessibleDescription(told.value)
            if has_other_width:
                self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        value = paint.text_width(self.told.value, "number_caption") + 5 if self.told.value else 0
        return QSize(round(_DASH + paint.text_width(self.told.label, "caption") + value) + 2, _HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        is_on, name_width = self.isChecked(), paint.text_width(self.told.label, "caption")
        ink = theme().category(self.told.category) if is_on else colour("faint")
        painter.fillRect(QRectF(0, _HEIGHT / 2 - 1, 10, 2), ink)
        box = QRectF(_DASH, 0, self.width() - _DASH, _HEIGHT)
        paint.draw_text(painter, box, self.told.label, "muted" if is_on or self.underMouse() else "faint", "caption")
        value = box.adjusted(name_width + 5, 0, 0, 0)
        if paint.text_width(self.told.value, "number_caption") <= value.width() + 1:  # half a number would be another
            paint.draw_text(painter, value, self.told.value, "text" if is_on else "faint", "number_caption")
        if self._focus.visible:
            paint.focus_ring(painter, self.rect(), 3)


class CurveKeys(QWidget):
    """Signals:
    toggled(str, bool): the person wants that curve shown, or hidden.
    """

    toggled = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, _Key] = {}
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(12)
        self._line.addStretch(1)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_keys(self, keys: Sequence[CurveKey]) -> None:
        """Show these; what was switched off stays so."""
        if [key.key for key in keys] == list(self._keys):
            for told in keys:
                self._keys[told.key].tell(told)
            return
        before = {key: button.isChecked() for key, button in self._keys.items()}
        for button in self._keys.values():
            self._line.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._keys = {}
        for i, told in enumerate(keys):
            button = self._keys[told.key] = _Key(told)
            button.setChecked(before.get(told.key, told.is_on))
            button.toggled.connect(lambda is_on, key=told.key: self.toggled.emit(key, is_on))
            self._line.insertWidget(i, button)

    def key(self, key: str) -> QAbstractButton:
        """The word of that curve."""
        return self._keys[key]

    def is_on(self, key: str) -> bool:
        """Whether the curve is to be seen."""
        return key not in self._keys or self._keys[key].isChecked()
