"""The card over the map that says which colour is what, hides classes, and lists the groups."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from latent_studio.app.scatter.legend_rows import PAD, ROW, Contents, Item, items_of, paint_item
from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.slider import wheel_steps

_MIN_WIDTH, _MAX_WIDTH = 140, 240  # px


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
        self._items: list[Item] = []
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
        width = min(_MAX_WIDTH, max(_MIN_WIDTH, round(max(names)) + 2 * PAD + 40))
        return QSize(_MAX_WIDTH if said.note and not said.classes else width, round(self._height()))

    def _height(self) -> float:
        return self._items[-1].top + self._items[-1].height + 6 if self._items else 0.0

    def _lay_out(self) -> None:
        self._items = items_of(self._contents, self._note_height())
        self._fit()

    def _note_height(self) -> float:
        metrics = QtGui.QFontMetricsF(theme().font("caption"))
        width = self.sizeHint().width() if self._contents.classes else _MAX_WIDTH
        box = metrics.boundingRect(QRectF(0, 0, width - 2 * PAD, 1000), Qt.TextFlag.TextWordWrap, self._contents.note)
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
            if not (self._is_edited(item) and self._editor.isVisible()):
                paint_item(painter, self._contents, item, row)
            if self._focus.visible and place == self._current:
                paint.focus_ring(painter, row.adjusted(4, 1, -4, -1), 4)
        self._paint_more(painter)

    def _is_edited(self, item: Item) -> bool:
        return item.kind == "group" and item.number == self._is_editing

    def _area(self, item: Item) -> QRectF:
        return QRectF(0, item.top - self._offset, self.width(), item.height)

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
        self._scroll_to(self._offset - wheel_steps(event) * 2 * ROW)
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

    def _key_on(self, item: Item, event: QtGui.QKeyEvent, place: int) -> bool:
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
            area = self._area(item).adjusted(PAD + 16, 0, -PAD, 0)
            self._editor.open_at(area, self._contents.groups[place].name)
            self.update()

    def _on_renamed(self, name: str) -> None:
        if self._is_editing is not None and name.strip() and self._is_editing < len(self._contents.groups):
            self.group_renamed.emit(self._contents.groups[self._is_editing].number, name.strip())
        self._is_editing = None
