"""A group that folds away under its heading."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

_CARET, _GAP = 12, 8


class _Heading(QAbstractButton):
    """The line that folds: caret, title, caption."""

    def __init__(self, title: str, caption: str, inset: int) -> None:
        super().__init__()
        self.caption, self._inset = caption, inset
        self.setText(title)
        self.setAccessibleName(title)
        self.setCheckable(True)
        self._focus = FocusMark(self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._inset + _CARET + _GAP + round(paint.text_width(self.text(), "strong")) + 1, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 28)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        tint = colour("text" if self.underMouse() else "muted")
        caret = QRectF(self._inset, (self.height() - _CARET) / 2, _CARET, _CARET)
        paint_icon(painter, "caret-down" if self.isChecked() else "caret-right", caret, tint)
        left = self._inset + _CARET + _GAP
        paint.draw_text(painter, QRectF(left, 0, self.width() - left, self.height()), self.text(), "text", "strong")
        left += round(paint.text_width(self.text(), "strong")) + 10
        paint.draw_text(painter, QRectF(left, 1, self.width() - left, self.height()), self.caption, "muted", "caption")
        if self._focus.visible:
            paint.focus_ring(painter, self.rect())


class Fold(QWidget):
    """A heading and, while it is open, what it stands for.

    Signals:
        toggled(bool): open now?
    """

    toggled = Signal(bool)

    def __init__(
        self,
        title: str,
        content: QWidget,
        *,
        caption: str = "",
        is_open: bool = True,
        inset: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        """inset: px to the left of the heading, where the content brings its own margin."""
        super().__init__(parent)
        self._heading, self._content = _Heading(title, caption, inset), content
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._heading)
        layout.addWidget(content)
        self._heading.toggled.connect(self._on_toggled)
        self._heading.setChecked(is_open)
        content.setVisible(is_open)

    def is_open(self) -> bool:
        """Whether the content shows."""
        return self._heading.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Open or fold it."""
        self._heading.setChecked(is_open)

    def set_caption(self, caption: str) -> None:
        """The quiet words after the title."""
        self._heading.caption = caption
        self._heading.update()

    def _on_toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.toggled.emit(is_open)
