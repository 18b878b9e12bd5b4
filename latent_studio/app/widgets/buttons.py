"""Buttons of 28 px: primary, plain and quiet; with an icon, a word, a key, or any of them."""

from __future__ import annotations

from typing import Literal

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, TextRole, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.key_hint import hint_width, paint_hint

Kind = Literal["primary", "plain", "quiet"]
HEIGHT = 28
_PAD, _GAP, _ICON, _CHEVRON = 11, 8, 16, 12


class Button(QAbstractButton):
    """One thing that can be done. Without a word it is a square with its icon; say then in the tooltip what it does."""

    def __init__(
        self,
        text: str = "",
        icon: str = "",
        kind: Kind = "plain",
        *,
        key_hint: str = "",
        tooltip: str = "",
        chevron: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """A button; `icon` is a Phosphor name, `chevron` says that it opens a list."""
        super().__init__(parent)
        self._icon, self._kind, self._key_hint, self._chevron = icon, kind, key_hint, chevron
        self._focus = FocusMark(self)
        self.setText(text)
        self.setToolTip(tooltip)
        self.setAccessibleName(text or tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str) -> None:
        """Show another icon (say `heart-fill` for `heart`)."""
        self._icon = icon
        self.update()

    def set_text(self, text: str) -> None:
        """Say something else; the width follows."""
        self.setText(text)
        self.setAccessibleName(text or self.toolTip())
        self.updateGeometry()

    def _font(self) -> TextRole:
        return "strong" if self._kind == "primary" else "body"

    def sizeHint(self) -> QSize:
        parts = [_ICON] if self._icon else []
        parts += [round(paint.text_width(self.text(), self._font())) + 1] if self.text() else []
        parts += [round(hint_width(self._key_hint))] if self._key_hint else []
        parts += [_CHEVRON] if self._chevron else []
        if len(parts) == 1 and self._icon:
            return QSize(HEIGHT, HEIGHT)
        return QSize(sum(parts) + _GAP * (len(parts) - 1) + 2 * _PAD, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), 2 * HEIGHT), HEIGHT)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        area, role = QRectF(self.rect()), self._ink()
        fill, border = self._ground()
        paint.fill_round(painter, area, fill, border)
        if self._focus.visible:
            paint.focus_ring(painter, area)
        if self._icon and not (self.text() or self._chevron):
            side = _ICON + 2
            square = QRectF(0, 0, side, side)
            square.moveCenter(area.center())
            paint_icon(painter, self._icon, square, colour(role))
        else:
            self._paint_line(painter, area, role)

    def _paint_line(self, painter: QPainter, area: QRectF, role: Role) -> None:
        """Icon, word and key from the left, the chevron at the right; centred where there is room to spare."""
        spare = max(0.0, area.width() - self.sizeHint().width())
        left, right = area.left() + _PAD, area.right() - _PAD
        left += 0 if self._chevron else spare / 2
        middle = area.center().y()
        if self._chevron:
            chevron = QRectF(right - _CHEVRON, middle - _CHEVRON / 2, _CHEVRON, _CHEVRON)
            paint_icon(painter, "caret-down", chevron, colour("faint" if role == "faint" else "muted"))
            right = chevron.left() - _GAP
        if self._icon:
            paint_icon(painter, self._icon, QRectF(left, middle - _ICON / 2, _ICON, _ICON), colour(role))
            left += _ICON + _GAP
        if self._key_hint:
            width = hint_width(self._key_hint)
            end = right if self._chevron else right - spare / 2
            paint_hint(painter, end - width, middle, self._key_hint)
            right = end - width - _GAP
        paint.draw_text(painter, QRectF(left, 0, right - left + 1, area.height()), self.text(), role, self._font())

    def _ink(self) -> Role:
        if not self.isEnabled():
            return "faint"
        if self._kind == "primary":
            return "on_accent"
        return "accent" if self.isChecked() else "text"

    def _ground(self) -> tuple[QColor | None, QColor | None]:
        """Fill and border for the state."""
        hot = self.isEnabled() and (self.underMouse() or self.isDown() or self.isChecked())
        if self._kind == "primary":
            if not self.isEnabled():
                return colour("raised"), None
            accent = colour("accent")
            return (accent.darker(108) if self.isDown() else accent.lighter(106) if hot else accent), None
        fill = colour("line" if self.isDown() else "raised") if hot else None
        return fill, None if self._kind == "quiet" else colour("line")

    # --- the keyboard

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def icon_button(icon: str, tooltip: str, *, framed: bool = False) -> Button:
    """A square button that is only an icon."""
    return Button("", icon, "plain" if framed else "quiet", tooltip=tooltip)
