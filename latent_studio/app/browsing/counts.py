"""How often each label or word occurs: a bar per row, and a click shows only those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark

_ROW, _BAR, _NUMBER = 26, 4, 52  # px
N_FOLDED = 12
"""So many rows are shown of a longer list until a person asks for all."""


@dataclass(frozen=True)
class CountRow:
    """One value: what `only` calls it, how many pictures have it, and the category whose colour it has (-1: none)."""

    name: str
    n: int
    category: int = -1


class Counts(QWidget):
    """Rows of name, bar and number. Click: only these pictures; Ctrl-click: these too; again: all pictures.

    Signals:
        chosen(list[str]): the names that are wanted, none for all.
    """

    chosen = Signal(list)

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[CountRow, ...] = ()
        self._wanted: list[str] = []
        self._is_whole = False
        self._hovered = self._current = -1
        self._focus = FocusMark(self)
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_rows(self, rows: Sequence[CountRow]) -> None:
        """Show other counts."""
        self._rows = tuple(rows)
        self._current = -1
        self.updateGeometry()
        self.update()

    def rows(self) -> tuple[CountRow, ...]:
        """All rows, also those that are folded away."""
        return self._rows

    def set_wanted(self, names: Sequence[str]) -> None:
        """Which pictures are shown, without a signal; none: all of them."""
        self._wanted = list(names)
        if any(row.name in self._wanted for row in self._rows[N_FOLDED:]):
            self._is_whole = True
            self.updateGeometry()
        self.setAccessibleDescription(", ".join(self._wanted) or "all")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, _ROW * (self._n_shown() + self._has_rest()))

    def row_rect(self, index: int) -> QRectF:
        """Where a row lies; the one after the last says how many more there are."""
        return QRectF(0, index * _ROW, self.width(), _ROW)

    def _has_rest(self) -> bool:
        return len(self._rows) > N_FOLDED + 1

    def _n_shown(self) -> int:
        return len(self._rows) if self._is_whole or not self._has_rest() else N_FOLDED

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        most = max((row.n for row in self._rows), default=0) or 1
        for i in range(self._n_shown()):
            area = self.row_rect(i)
            if area.toAlignedRect().intersects(event.rect()):
                self._paint_row(painter, i, self._rows[i], area, most)
        if self._has_rest():
            area = self.row_rect(self._n_shown())
            text = "Show fewer" if self._is_whole else f"Show all {len(self._rows)}"
            paint.draw_text(painter, area, text, "accent", "caption")

    def _paint_row(self, painter: QPainter, index: int, row: CountRow, area: QRectF, most: int) -> None:
        is_quiet = bool(self._wanted) and row.name not in self._wanted
        if row.name in self._wanted or index == self._hovered:
            alpha = 1.0 if row.name in self._wanted else 0.6
            paint.fill_round(painter, area.adjusted(-6, 0, 6, 0) & QRectF(self.rect()), colour("raised", alpha))
        if self._focus.visible and index == self._current:
            paint.focus_ring(painter, area)
        words = area.adjusted(2, 0, -2, -_BAR - 3)
        paint.draw_text(
            painter, words.adjusted(0, 0, -_NUMBER, 0), row.name or "without", "muted" if is_quiet else "text"
        )
        paint.draw_text(painter, words, f"{row.n:,}", "muted", "number_caption", paint.RIGHT)
        bar = QRectF(words.left(), area.bottom() - _BAR - 1, words.width(), _BAR - 1)
        paint.fill_round(painter, bar, colour("line", 0.5), None, 1.5)
        tint = theme().category(row.category) if row.category >= 0 else colour("accent")
        if is_quiet:
            tint.setAlphaF(0.4)
        if row.n:
            bar.setWidth(max(2.0, bar.width() * row.n / most))
            paint.fill_round(painter, bar, tint, None, 1.5)

    # --- the hand

    def _index_at(self, at: QPointF) -> int:
        index = int(at.y() // _ROW)
        return index if 0 <= index < self._n_shown() + self._has_rest() else -1

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._click(self._index_at(event.position()), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def _click(self, index: int, several: bool) -> None:
        if index < 0:
            return
        if index == self._n_shown():
            self._is_whole = not self._is_whole
            self.updateGeometry()
            self.update()
            return
        name, wanted = self._rows[index].name, self._wanted
        if several:
            wanted = [w for w in wanted if w != name] if name in wanted else [*wanted, name]
        else:
            wanted = [] if wanted == [name] else [name]
        self._current = index
        self.set_wanted(wanted)
        self.chosen.emit(list(wanted))

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._hovered = self._index_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if self._hovered >= 0 else Qt.CursorShape.ArrowCursor)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self._rows:
            last = self._n_shown() + self._has_rest() - 1
            self._current = max(0, min(last, self._current + steps[Qt.Key(event.key())]))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._click(self._current, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            index = self._index_at(QPointF(event.pos()))
            if 0 <= index < self._n_shown():
                row = self._rows[index]
                total = sum(other.n for other in self._rows) or 1
                paint.show_tip(self, event.globalPos(), row.name, f"{row.n:,} pictures, {row.n / total:.1%}")
            return True
        return super().event(event)
