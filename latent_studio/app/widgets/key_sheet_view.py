"""A sheet of keys and gestures in columns, under headings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QScrollArea, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.key_hint import hint_width, paint_hint
from latent_studio.app.widgets.overlay import Overlay

_COLUMN, _GAP, _ROW, _HEADING, _AIR, _MARGIN, _TOP = 304, 32, 26, 30, 14, 28, 60  # px


@dataclass(frozen=True)
class KeyLine:
    """What something is called, and how it is done: the names of keys, or in words."""

    title: str
    keys: tuple[str, ...] = ()
    hand: str = ""


@dataclass(frozen=True)
class KeyGroup:
    """Lines under a heading."""

    title: str
    lines: tuple[KeyLine, ...]

    @property
    def height(self) -> int:
        return _HEADING + len(self.lines) * _ROW + _AIR


class _Sheet(QWidget):
    """All groups, painted; as high as its longest column."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[list[KeyGroup]] = []

    def show_groups(self, groups: Sequence[KeyGroup], n_columns: int) -> None:
        """Spread the groups over columns of about the same height."""
        self._columns = [[] for _ in range(n_columns)]
        left = sum(group.height for group in groups)
        at, filled = 0, 0
        for group in groups:
            room = left / (n_columns - at)
            if self._columns[at] and at < n_columns - 1 and filled + group.height / 2 > room:
                left, at, filled = left - filled, at + 1, 0
            self._columns[at].append(group)
            filled += group.height
        height = max((sum(group.height for group in column) for column in self._columns), default=0)
        self.setFixedSize(n_columns * (_COLUMN + _GAP) - _GAP, height)
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        for number, column in enumerate(self._columns):
            left, top = number * (_COLUMN + _GAP), 0
            for group in column:
                self._paint_group(painter, group, left, top)
                top += group.height

    def _paint_group(self, painter: QPainter, group: KeyGroup, left: int, top: int) -> None:
        paint.draw_text(painter, QRectF(left, top, _COLUMN, _HEADING - 6), group.title, "text", "strong")
        painter.fillRect(QRect(left, top + _HEADING - 5, _COLUMN, 1), colour("line"))
        for row, line in enumerate(group.lines):
            area = QRectF(left, top + _HEADING + row * _ROW, _COLUMN, _ROW)
            right = area.right()
            for key in reversed(line.keys):
                right -= hint_width(key)
                paint_hint(painter, right, area.center().y(), key, "text")
                right -= 4
            if line.hand:
                width = min(paint.text_width(line.hand, "caption"), 0.6 * _COLUMN)
                paint.draw_text(painter, QRectF(right - width, area.top(), width, _ROW), line.hand, "text", "caption")
                right -= width
            paint.draw_text(painter, QRectF(left, area.top(), right - left - 8, _ROW), line.title, "muted")


class KeySheetView(Overlay):
    """The sheet over the window. Esc, ? or a click beside it close it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.groups: tuple[KeyGroup, ...] = ()
        self._sheet = _Sheet()
        self._area = QScrollArea(self)
        self._area.setWidget(self._sheet)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setAutoFillBackground(False)

    def show_groups(self, groups: Sequence[KeyGroup]) -> None:
        """Open with these groups."""
        self.groups = tuple(groups)
        self.open_over()

    def _n_columns(self) -> int:
        return max(1, min(3, (self.width() - 2 * _MARGIN - 48 + _GAP) // (_COLUMN + _GAP)))

    def card_rect(self) -> QRect:
        width = self._n_columns() * (_COLUMN + _GAP) - _GAP + 2 * _MARGIN
        height = min(self._sheet.height() + _TOP + _MARGIN - _AIR, self.height() - 64)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def lay_out(self) -> None:
        self._sheet.show_groups(self.groups, self._n_columns())
        card = self.card_rect()
        self._area.setGeometry(
            card.left() + _MARGIN, card.top() + _TOP, card.width() - _MARGIN - 12, card.height() - _TOP - 12
        )

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        bar = self._area.verticalScrollBar()
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -12, Qt.Key.Key_PageDown: 12}
        if event.key() in steps:
            bar.setValue(bar.value() + steps[Qt.Key(event.key())] * _ROW)
        elif event.text() == "?":
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() // 2)
        event.accept()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        card = self.card_rect()
        line = QRectF(card.left() + _MARGIN, card.top() + 18, card.width() - 2 * _MARGIN, 28)
        painter = QPainter(self)
        paint.draw_text(painter, line, "Keys and gestures", "text", "title")
        width = hint_width("Esc")
        paint_hint(painter, line.right() - width, line.center().y(), "Esc")
