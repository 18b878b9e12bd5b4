"""Text in the look's roles: labels that shorten in the middle and show whole on hover, and hairlines."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from latent_studio.app.theme import Role, TextRole, colour, theme
from latent_studio.app.widgets.paint import elided, show_tip, text_width

_SHORTEST = 24  # px; what a label that gives way asks for at least


class ElidedLabel(QLabel):
    """One line of text that gives way when the room is narrow; what is cut shows in a tooltip."""

    def __init__(self, text: str = "", font: TextRole = "body", role: Role = "text", parent: QWidget | None = None):
        super().__init__(text, parent)
        self._font, self._role = font, role
        self.setFont(theme().font(font))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_role(self, role: Role) -> None:
        """Say it in another colour."""
        self._role = role
        self.update()

    def keep_whole(self) -> ElidedLabel:
        """Never shorten this one: it is short already, and others can give way."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return self

    def is_cut(self) -> bool:
        """Whether the text does not fit."""
        return text_width(self.text(), self._font) > self.width() + 0.5

    def sizeHint(self) -> QSize:
        return QSize(int(text_width(self.text(), self._font)) + 1, self.fontMetrics().height() + 2)

    def minimumSizeHint(self) -> QSize:
        is_fixed = self.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Fixed
        hint = self.sizeHint()
        return hint if is_fixed else QSize(min(hint.width(), _SHORTEST), hint.height())

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(colour(self._role))
        painter.drawText(self.rect(), self.alignment(), elided(self.text(), self._font, self.width()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent) and self.is_cut():
            show_tip(self, event.globalPos(), self.text(), self.toolTip())
            return True
        return super().event(event)


def title(text: str = "") -> ElidedLabel:
    """A panel's title: 20 px, semi-bold."""
    return ElidedLabel(text, "title").keep_whole()


def heading(text: str = "") -> ElidedLabel:
    """What a group is called: 13 px, semi-bold."""
    return ElidedLabel(text, "strong")


def caption(text: str = "", *, tabular: bool = False) -> ElidedLabel:
    """A quiet line beside or under something: 11 px, muted; `tabular` where its figures change in place."""
    return ElidedLabel(text, "number_caption" if tabular else "caption", "muted")


class Hairline(QFrame):
    """One pixel between two groups."""

    def __init__(self, *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(fixed if vertical else free, free if vertical else fixed)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), colour("line"))
