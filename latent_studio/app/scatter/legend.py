"""The card over the map that says which colour is what, hides classes, and lists the groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen
from PySide6.QtWidgets import QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.slider import wheel_steps

_PAD, _ROW, _HEAD, _LINE, _DOT = 12, 24, 36, 18, 5.0  # px
_MIN_WIDTH, _MAX_WIDTH = 140, 240
HINTS = ("click hides", "Alt-click isolates")

Kind = Literal["head", "class", "ramp", "hint", "line", "group", "note", "action", "progress"]


@dataclass(frozen=True)
class ClassRow:
    """A class: its row of the palette, and how many pictures it has."""

    row: int
    name: str
    n: int
    colour: QColor
    is_hidden: bool


@dataclass(frozen=True)
class GroupRow:
    """A group: its number in the document, and whether its pictures stand out now."""

    number: int
    name: str
    n: int
    is_shown: bool


@dataclass(frozen=True)
class Ramp:
    """Colours of a number from low to high."""

    colours: tuple[QColor, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Contents:
    """What the card says. note: a sentence in place of, or below, the rest; action: a link under it.

    share: how much is encoded, None where nothing goes on.
    """

    title: str = ""
    classes: tuple[ClassRow, ...] = ()
    ramp: Ramp | None = None
    groups: tuple[GroupRow, ...] = ()
    note: str = ""
    action: str = ""
    share: float | None = None


@dataclass(frozen=True)
class _Item:
    kind: Kind
    top: float
    height: float
    number: int = 0


class Legend(QWidget):
    """Click a class to hide or show it, Alt-click to show it alone; click a group to make it stand out, F2 or a double
    click renames it, Delete removes it. The arrows go through the rows, Space clicks, the wheel scrolls.

    Signals:
        class_clicked(int, bool): a row of the palette; whether it shall be alone.
        group_clicked(int), group_renamed(int, str), group_removed(int): by number in the document.
        action_clicked(): the link.
    """

    class_clicked = Signal(int, bool)
    group_clicked = Signal(int)
    group_renamed = Signal(int, str)
    group_removed = Signal(int)
    action_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contents = Contents()
        self._items: list[_Item] = []
        self._max_height = 10_000
        self._offset = 0.0
        self._hovered: int | None = None
        self._current: int | None = None
        self._is_editing: int | None = None
        self._focus = FocusMark(self)
        self._editor = InlineEdit(self)
        self._editor.entered.connect(self._on_renamed)
        self._editor.left.connect(lambda _: self.setFocus(Qt.FocusReason.OtherFocusReason))
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Legend")

    # --- what it shows

    @property
    def contents(self) -> Contents:
        return self._contents

    def set_contents(self, contents: Contents) -> None:
        """Say this; the card takes the size that it needs."""
        if contents != self._contents:
            self._contents = contents
            self._lay_out()

    def set_max_height(self, height: int) -> None:
        """What is cut off is scrolled to."""
        self._max_height = height
        self._fit()

    def sizeHint(self) -> QSize:
        said = self._contents
        names = [paint.text_width(row.name) + paint.text_width(f"{row.n:,}", "number_caption") for row in said.classes]
        names += [paint.text_width(row.name) + paint.text_width(f"{row.n:,}", "number_caption") for row in said.groups]
        names += [paint.text_width(said.title, "strong") + 60, paint.text_width(said.action)]
        width = min(_MAX_WIDTH, max(_MIN_WIDTH, round(max(names)) + 2 * _PAD + 40))
        return QSize(_MAX_WIDTH if said.note and not said.classes else width, round(self._height()))

    def _height(self) -> float:
        return self._items[-1].top + self._items[-1].height + 6 if self._items else 0.0

    def _lay_out(self) -> None:
        """Where each row lies, from the top."""
        said, items, top = self._contents, [], 0.0

        def add(kind: Kind, height: float, number: int = 0) -> None:
            nonlocal top
            items.append(_Item(kind, top, height, number))
            top += height

        if said.title:
            add("head", _HEAD)
        for place in range(len(said.classes)):
            add("class", _ROW, place)
        if said.ramp is not None:
            add("ramp", 40)
        if len(said.classes) > 1:
            add("line", 13)
            for place in range(len(HINTS)):
                add("hint", _LINE, place)
        if said.groups:
            add("line", 13)
            for place in range(len(said.groups)):
                add("group", _ROW, place)
        if said.note:
            if items:
                add("line", 13)
            else:
                top = 8.0
            add("note", self._note_height())
        if said.share is not None:
            add("progress", 10)
        if said.action:
            add("action", _ROW)
        self._items = items
        self._fit()

    def _note_height(self) -> float:
        metrics = QtGui.QFontMetricsF(theme().font("caption"))
        width = self.sizeHint().width() if self._contents.classes else _MAX_WIDTH
        box = metrics.boundingRect(QRectF(0, 0, width - 2 * _PAD, 1000), Qt.TextFlag.TextWordWrap, self._contents.note)
        return box.height() + 6

    def _fit(self) -> None:
        hint = self.sizeHint()
        right = self.x() + self.width()
        self.resize(hint.width(), min(hint.height(), self._max_height))
        self.move(right - self.width(), self.y())
        self._scroll_to(self._offset)
        self.setVisible(bool(self._items))
        self.update()

    def _scroll_to(self, offset: float) -> None:
        self._offset = max(0.0, min(offset, self._height() - self.height()))
        self.update()

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.fill_round(painter, self.rect(), colour("raised", 0.96), colour("line"))
        painter.setClipRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        for place, item in enumerate(self._items):
            row = self._area(item)
            if row.bottom() < 0 or row.top() > self.height():
                continue
            if item.kind in ("class", "group") and place == self._hovered:
                painter.fillRect(row, colour("text", 0.06))
            self._paint_item(painter, item, row)
            if self._focus.visible and place == self._current:
                paint.focus_ring(painter, row.adjusted(4, 1, -4, -1), 4)
        self._paint_more(painter)

    def _area(self, item: _Item) -> QRectF:
        return QRectF(0, item.top - self._offset, self.width(), item.height)

    def _paint_item(self, painter: QPainter, item: _Item, row: QRectF) -> None:
        said, inner = self._contents, row.adjusted(_PAD, 0, -_PAD, 0)
        match item.kind:
            case "head":
                inner.translate(0, 2)
                paint.draw_text(painter, inner, said.title, "text", "strong")
                if len(said.classes) > 1:
                    n_shown = sum(not one.is_hidden for one in said.classes)
                    text = f"{n_shown} of {len(said.classes)}"
                    paint.draw_text(painter, inner, text, "muted", "number_caption", paint.RIGHT)
            case "class":
                self._paint_class(painter, said.classes[item.number], inner)
            case "ramp":
                self._paint_ramp(painter, inner)
            case "line":
                painter.fillRect(QRectF(0, round(row.center().y()), self.width(), 1), colour("line"))
            case "hint":
                paint.draw_text(painter, inner, HINTS[item.number], "muted", "caption")
            case "group":
                self._paint_group(painter, said.groups[item.number], inner, item.number)
            case "note":
                painter.setFont(theme().font("caption"))
                painter.setPen(colour("muted"))
                painter.drawText(inner, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter, said.note)
            case "progress":
                bar = QRectF(inner.left(), row.center().y() - 1, inner.width(), 2)
                painter.fillRect(bar, colour("line"))
                painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * (said.share or 0.0), 2), colour("accent"))
            case "action":
                paint.draw_text(painter, inner, said.action, "accent")

    def _paint_class(self, painter: QPainter, row: ClassRow, inner: QRectF) -> None:
        middle = QPointF(inner.left() + _DOT, inner.center().y())
        if row.is_hidden:
            rim = QColor(row.colour)
            rim.setAlphaF(0.45)
            painter.setPen(QPen(rim, 1.25))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, _DOT - 0.6, _DOT - 0.6)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(row.colour)
            painter.drawEllipse(middle, _DOT, _DOT)
        ink: Literal["faint", "text"] = "faint" if row.is_hidden else "text"
        self._paint_counted(painter, inner.adjusted(20, 0, 0, 0), row.name, row.n, ink)

    def _paint_group(self, painter: QPainter, row: GroupRow, inner: QRectF, number: int) -> None:
        icon = QRectF(inner.left() - 2, inner.center().y() - 7, 14, 14)
        paint_icon(painter, "polygon", icon, colour("accent" if row.is_shown else "muted"))
        if self._is_editing != number:
            self._paint_counted(painter, inner.adjusted(20, 0, 0, 0), row.name, row.n, "text")

    def _paint_counted(self, painter: QPainter, area: QRectF, name: str, n: int, ink: Literal["faint", "text"]) -> None:
        count = f"{n:,}"
        width = paint.text_width(count, "number_caption")
        paint.draw_text(painter, area.adjusted(0, 0, -width - 8, 0), name, ink)
        paint.draw_text(painter, area, count, "faint" if ink == "faint" else "muted", "number_caption", paint.RIGHT)

    def _paint_ramp(self, painter: QPainter, inner: QRectF) -> None:
        ramp = self._contents.ramp
        assert ramp is not None
        bar = QRectF(inner.left(), inner.top() + 2, inner.width(), 10)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for place, stop in enumerate(ramp.colours):
            gradient.setColorAt(place / (len(ramp.colours) - 1), stop)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 3, 3)
        ends = QRectF(inner.left(), bar.bottom() + 4, inner.width(), 16)
        paint.draw_text(painter, ends, shown(ramp.low), "muted", "number_caption")
        paint.draw_text(painter, ends, shown(ramp.high), "muted", "number_caption", paint.RIGHT)

    def _paint_more(self, painter: QPainter) -> None:
        """A thin bar where there is more than fits."""
        whole = self._height()
        if whole > self.height() + 1:
            span = self.height() - 8
            top, length = 4 + span * self._offset / whole, span * self.height() / whole
            paint.fill_round(painter, QRectF(self.width() - 5, top, 3, length), colour("faint"), None, 1.5)

    # --- the hand

    def _place_at(self, at: QPointF) -> int | None:
        return next((k for k, item in enumerate(self._items) if self._area(item).contains(at)), None)

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place != self._hovered:
            self._hovered = place
            is_link = place is not None and self._items[place].kind == "action"
            self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        event.accept()  # the map below does not pan

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._click(place, alone=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place is not None and self._items[place].kind == "group":
            self.rename(self._items[place].number)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        place = self._place_at(QPointF(event.pos()))
        if place is None:
            return
        item, entries = self._items[place], menu(self)
        if item.kind == "class":
            row = self._contents.classes[item.number]
            entries.addAction("Show" if row.is_hidden else "Hide", lambda: self.class_clicked.emit(row.row, False))
            entries.addAction("Show alone", lambda: self.class_clicked.emit(row.row, True))
        elif item.kind == "group":
            group = self._contents.groups[item.number]
            text = "Show all points again" if group.is_shown else "Show on the map"
            entries.addAction(text, lambda: self.group_clicked.emit(group.number))
            entries.addAction("Rename\tF2", lambda: self.rename(item.number))
            entries.addAction("Delete\tDel", lambda: self.group_removed.emit(group.number))
        entries.aboutToHide.connect(entries.deleteLater)
        if entries.actions():
            entries.popup(event.globalPos())

    def wheelEvent(self, event: QtGui.QWheelEvent) -> None:
        self._scroll_to(self._offset - wheel_steps(event) * 2 * _ROW)
        event.accept()  # the map below does not zoom

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        chosen = [k for k, item in enumerate(self._items) if item.kind in ("class", "group", "action")]
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        at = chosen.index(self._current) if self._current in chosen else -1
        if event.key() in steps and chosen:
            self._current = chosen[max(0, min(len(chosen) - 1, at + steps[Qt.Key(event.key())]))]
            item = self._items[self._current]
            if not 0 <= item.top - self._offset <= self.height() - item.height:
                self._scroll_to(item.top - self.height() / 2)
            self.update()
        elif at < 0 or not self._key_on(self._items[chosen[at]], event, chosen[at]):
            event.ignore()

    def _key_on(self, item: _Item, event: QtGui.QKeyEvent, place: int) -> bool:
        """What a key does to the row that has it; False where nothing."""
        is_group = item.kind == "group"
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._click(place, alone=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        elif is_group and event.key() == Qt.Key.Key_F2:
            self.rename(item.number)
        elif is_group and event.key() == Qt.Key.Key_Delete:
            self.group_removed.emit(self._contents.groups[item.number].number)
        else:
            return False
        return True

    def _click(self, place: int, *, alone: bool) -> None:
        item, self._current = self._items[place], place
        if item.kind == "class":
            self.class_clicked.emit(self._contents.classes[item.number].row, alone)
        elif item.kind == "group":
            self.group_clicked.emit(self._contents.groups[item.number].number)
        elif item.kind == "action":
            self.action_clicked.emit()

    def rename(self, place: int) -> None:
        """Edit the name of a group in its row."""
        item = next((item for item in self._items if item.kind == "group" and item.number == place), None)
        if item is not None:
            self._is_editing = place
            self._scroll_to(min(self._offset, item.top))
            area = self._area(item).adjusted(_PAD + 16, 0, -_PAD, 0)
            self._editor.open_at(area, self._contents.groups[place].name)
            self.update()

    def _on_renamed(self, name: str) -> None:
        if self._is_editing is not None and name.strip() and self._is_editing < len(self._contents.groups):
            self.group_renamed.emit(self._contents.groups[self._is_editing].number, name.strip())
        self._is_editing = None
