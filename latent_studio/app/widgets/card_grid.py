"""The Library's cards in sections. They are painted in one widget, and only those that can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.card import FRAME_HEIGHT, HINTS, WIDTH, Card, CardShape, card_height, paint_card, part_at
from latent_studio.app.widgets.card import preview_image as preview_of
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.inline_edit import InlineEdit
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.pixels import Pixels

__all__ = ["Card", "CardGrid", "CardSection"]

_MARGIN, _GAP, _ROW_GAP, _HEADING = 24, 16, 20, 44  # px


@dataclass(frozen=True, eq=False)
class CardSection:
    """Cards under one heading; `note` stands at its right."""

    title: str
    cards: tuple[Card, ...]
    note: str = ""


class CardGrid(QAbstractScrollArea):
    """Cards of 242 px, as many beside each other as there is room. Hovering shows what can be done with one.

    Keys: the arrows go from card to card, Enter opens, F2 renames, Delete moves to the trash.

    Signals:
        opened(str): double-click, Enter or Open.
        action(str, str): `rename`, `duplicate`, `delete` or `remedy`. Renaming opens the editor by itself.
        renamed(str, str): the new title.
        menu_requested(str, QPoint), current_changed(str).
    """

    opened = Signal(str)
    action = Signal(str, str)
    renamed = Signal(str, str)
    menu_requested = Signal(str, QPoint)
    current_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sections: list[CardSection] = []
        self._cards: list[Card] = []
        self._corners: list[QPoint] = []
        self._row_of: list[int] = []
        self._headings: list[tuple[int, CardSection]] = []
        self._images: dict[str, tuple[Pixels, QImage]] = {}
        self._current = ""
        self._hovered: tuple[int, str] | None = None
        self._pressed: tuple[int, str] | None = None
        self._focus = FocusMark(self)
        self._edit = InlineEdit(self.viewport())
        self._edit.entered.connect(self._on_renamed)
        self._edit.left.connect(self._on_editor_left)
        OverlayBar(self)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    # --- what it shows

    def set_sections(self, sections: Sequence[CardSection]) -> None:
        """Show other cards; where the person was stays where it is."""
        self._sections = [section for section in sections if section.cards]
        former = [card.key for card in self._cards]
        self._cards = [card for section in self._sections for card in section.cards]
        keys = {card.key for card in self._cards}
        self._images = {key: image for key, image in self._images.items() if key in keys}
        if self._current not in keys:
            self._current = self._cards[0].key if self._cards else ""
        # newer figures on the same cards must not take the pointer's card away, nor a click that is under way
        self._hovered, self._pressed = (self._kept(hit, former) for hit in (self._hovered, self._pressed))
        self._arrange()

    def _kept(self, hit: tuple[int, str] | None, former: list[str]) -> tuple[int, str] | None:
        """A part of a card that is still where it was, else None."""
        if hit is None or hit[0] >= len(self._cards) or self._cards[hit[0]].key != former[hit[0]]:
            return None
        return hit

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Cards without a heading."""
        self.set_sections([CardSection("", tuple(cards))])

    def current(self) -> str:
        """The key of the card that has the keyboard, empty where there is none."""
        return self._current

    def card_rect(self, key: str) -> QRect:
        """Where a card lies in the viewport (it may lie outside)."""
        i = self._index(key)
        corner = self._corners[i] - QPoint(0, self.verticalScrollBar().value())
        return QRect(corner.x(), corner.y(), WIDTH, card_height(self._cards[i]))

    def begin_rename(self, key: str) -> None:
        """Open the editor over a card's title."""
        self._go_to(self._index(key))
        box = CardShape.title.translated(self.card_rect(key).topLeft()).adjusted(-5, -3, 0, 3)
        self._edit.open_at(box, self._cards[self._index(key)].title)

    # --- layout

    def n_columns(self) -> int:
        """How many cards stand side by side."""
        return max(1, (self.viewport().width() - 2 * _MARGIN + _GAP) // (WIDTH + _GAP))

    def _arrange(self) -> None:
        columns, top, row = self.n_columns(), 0, 0
        self._corners, self._row_of, self._headings = [], [], []
        for section in self._sections:
            self._headings.append((top, section))
            top += _HEADING if section.title else _MARGIN
            for first in range(0, len(section.cards), columns):
                cards = section.cards[first : first + columns]
                for column, _ in enumerate(cards):
                    self._corners.append(QPoint(_MARGIN + column * (WIDTH + _GAP), top))
                    self._row_of.append(row)
                top += max(card_height(card) for card in cards) + _ROW_GAP
                row += 1
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(40)
        bar.setRange(0, max(0, top - self.viewport().height()))
        self.viewport().update()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._edit.close_editor()
        self._arrange()

    def _on_scrolled(self) -> None:
        self._edit.close_editor()
        self.viewport().update()

    def _index(self, key: str) -> int:
        return next(i for i, card in enumerate(self._cards) if card.key == key)

    # --- painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), colour("window"))
        scroll, width = self.verticalScrollBar().value(), self.viewport().width()
        for top, section in self._headings:
            line = QRectF(_MARGIN, top - scroll, width - 2 * _MARGIN, _HEADING)
            paint.draw_text(painter, line, section.title, "text", "strong")
            if section.title:
                left = paint.text_width(section.title, "strong") + 8
                paint.draw_text(painter, line.adjusted(left, 0, 0, 0), str(len(section.cards)), "muted", "caption")
            paint.draw_text(painter, line, section.note, "muted", "caption", paint.RIGHT)
        for i, card in enumerate(self._cards):
            corner = self._corners[i] - QPoint(0, scroll)
            if QRect(corner, QPoint(corner.x() + WIDTH, corner.y() + 280)).intersects(event.rect()):
                self._paint_card(painter, i, card, corner)

    def _paint_card(self, painter: QPainter, index: int, card: Card, corner: QPoint) -> None:
        hovered = self._hovered is not None and self._hovered[0] == index
        hot = self._hovered[1] if self._hovered is not None and hovered else ""
        painter.translate(corner)
        focused = card.key == self._current and self._focus.visible
        paint_card(painter, card, self._image(card), hovered=hovered, focused=focused, hot=hot)
        painter.translate(-corner)

    def _image(self, card: Card) -> QImage | None:
        if card.preview is None:
            return None
        ratio = self.devicePixelRatioF()
        known = self._images.get(card.key)
        if known is None or known[0] is not card.preview or known[1].devicePixelRatio() != ratio:
            known = self._images[card.key] = card.preview, preview_of(card.preview, ratio, card.tiles)
        return known[1]

    # --- the hand

    def _hit(self, at: QPointF) -> tuple[int, str] | None:
        scroll = self.verticalScrollBar().value()
        for i, card in enumerate(self._cards):
            corner = self._corners[i] - QPoint(0, scroll)
            if QRectF(corner.x(), corner.y(), WIDTH, card_height(card)).contains(at):
                inside = at - QPointF(corner)
                return i, part_at(card, inside, hovered=inside.y() < FRAME_HEIGHT)
        return None

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit != self._hovered:
            self._hovered = hit
            pointing = hit is not None and hit[1] not in ("card", "title")
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.viewport().update()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        self._pressed = self._hit(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if self._pressed is not None:
            self._go_to(self._pressed[0])

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """What is pressed acts when it is let go on the same spot, so that a press can be taken back."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or pressed != self._hit(event.position()):
            return
        index, part = pressed
        key = self._cards[index].key
        if part == "open":
            self.opened.emit(key)
        elif part == "rename":
            self.begin_rename(key)
        elif part not in ("card", "title"):
            self.action.emit(key, part)

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        hit = self._hit(event.position())
        if hit is not None and hit[1] == "title" and "rename" in self._cards[hit[0]].actions:
            self.begin_rename(self._cards[hit[0]].key)
        elif hit is not None and hit[1] in ("card", "title"):
            self.opened.emit(self._cards[hit[0]].key)

    def contextMenuEvent(self, event: QtGui.QContextMenuEvent) -> None:
        by_mouse = event.reason() == QtGui.QContextMenuEvent.Reason.Mouse
        hit = self._hit(QPointF(event.pos())) if by_mouse else None
        if hit is not None:
            self._go_to(hit[0])
            self.menu_requested.emit(self._current, event.globalPos())
        elif not by_mouse and self._current:
            self.menu_requested.emit(self._current, self.viewport().mapToGlobal(self.card_rect(self._current).center()))

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if not self._cards:
            event.ignore()
            return
        now, key = self._index(self._current), event.key()
        card = self._cards[now]
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(now + (1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go_to(self._beyond(now, 1 if key == Qt.Key.Key_Down else -1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self._current)
        elif key == Qt.Key.Key_F2 and "rename" in card.actions:
            self.begin_rename(self._current)
        elif key == Qt.Key.Key_Delete and "delete" in card.actions:
            self.action.emit(self._current, "delete")
        else:
            event.ignore()

    def _beyond(self, index: int, step: int) -> int:
        """The card under or over another: the nearest column of the next row, which may be another section's."""
        row = [i for i, r in enumerate(self._row_of) if r == self._row_of[index] + step]
        return min(row, key=lambda i: abs(self._corners[i].x() - self._corners[index].x())) if row else index

    def _go_to(self, index: int) -> None:
        card = self._cards[max(0, min(len(self._cards) - 1, index))]
        if card.key != self._current:
            self._current = card.key
            self.setAccessibleDescription(", ".join((card.title, *card.lines, card.accent_line or "")))
            self.current_changed.emit(card.key)
        box, bar = self.card_rect(card.key), self.verticalScrollBar()
        if box.top() < _HEADING:
            bar.setValue(bar.value() + box.top() - _HEADING)
        elif box.bottom() > self.viewport().height():
            bar.setValue(bar.value() + box.bottom() + _ROW_GAP - self.viewport().height())
        self.viewport().update()

    def _on_renamed(self, text: str) -> None:
        if text.strip():
            self.renamed.emit(self._current, text.strip())

    def _on_editor_left(self, move: int) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QtGui.QHelpEvent):
            hit = self._hit(QPointF(event.pos()))
            text = HINTS.get(hit[1], self._cards[hit[0]].title if hit[1] == "title" else "") if hit else ""
            paint.show_tip(self.viewport(), event.globalPos(), text)
            return True
        return super().viewportEvent(event)
