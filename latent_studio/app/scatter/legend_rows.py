"""What the legend says, row by row, and how a row is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour, theme
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.numbers import shown

PAD, ROW = 12, 24  # px
_HEAD, _LINE, _DOT = 36, 18, 5.0  # px
HINTS = ("click hides", "Alt-click isolates")


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


Kind = Literal["head", "class", "ramp", "hint", "line", "group", "note", "action", "progress"]


@dataclass(frozen=True)
class Item:
    """A row: where it lies, px from the top of the card, and the number of what it shows among its kind."""

    kind: Kind
    top: float
    height: float
    number: int = 0


def items_of(said: Contents, note_height: float) -> list[Item]:
    """The rows, from the top."""
    items: list[Item] = []
    top = 0.0

    def add(kind: Kind, height: float, number: int = 0) -> None:
        nonlocal top
        items.append(Item(kind, top, height, number))
        top += height

    if said.title:
        add("head", _HEAD)
    for place in range(len(said.classes)):
        add("class", ROW, place)
    if said.ramp is not None:
        add("ramp", 40)
    if len(said.classes) > 1:
        add("line", 13)
        for place in range(len(HINTS)):
            add("hint", _LINE, place)
    if said.groups:
        add("line", 13)
        for place in range(len(said.groups)):
            add("group", ROW, place)
    if said.note:
        if items:
            add("line", 13)
        else:
            top = 8.0
        add("note", note_height)
    if said.share is not None:
        add("progress", 10)
    if said.action:
        add("action", ROW)
    return items


def paint_item(painter: QPainter, said: Contents, item: Item, row: QRectF) -> None:
    """One row of the card, over the whole width of it."""
    inner = row.adjusted(PAD, 0, -PAD, 0)
    match item.kind:
        case "head":
            inner.translate(0, 2)
            paint.draw_text(painter, inner, said.title, "text", "strong")
            if len(said.classes) > 1:
                n_shown = sum(not one.is_hidden for one in said.classes)
                text = f"{n_shown} of {len(said.classes)}"
                paint.draw_text(painter, inner, text, "muted", "number_caption", paint.RIGHT)
        case "class":
            _paint_class(painter, said.classes[item.number], inner)
        case "ramp":
            _paint_ramp(painter, said.ramp, inner)
        case "line":
            painter.fillRect(QRectF(row.left(), round(row.center().y()), row.width(), 1), colour("line"))
        case "hint":
            paint.draw_text(painter, inner, HINTS[item.number], "muted", "caption")
        case "group":
            _paint_group(painter, said.groups[item.number], inner)
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


def _paint_class(painter: QPainter, row: ClassRow, inner: QRectF) -> None:
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
    _paint_counted(painter, inner.adjusted(20, 0, 0, 0), row.name, row.n, ink)


def _paint_group(painter: QPainter, row: GroupRow, inner: QRectF) -> None:
    icon = QRectF(inner.left() - 2, inner.center().y() - 7, 14, 14)
    paint_icon(painter, "polygon", icon, colour("accent" if row.is_shown else "muted"))
    _paint_counted(painter, inner.adjusted(20, 0, 0, 0), row.name, row.n, "text")


def _paint_counted(painter: QPainter, area: QRectF, name: str, n: int, ink: Literal["faint", "text"]) -> None:
    count = f"{n:,}"
    width = paint.text_width(count, "number_caption")
    paint.draw_text(painter, area.adjusted(0, 0, -width - 8, 0), name, ink)
    paint.draw_text(painter, area, count, "faint" if ink == "faint" else "muted", "number_caption", paint.RIGHT)


def _paint_ramp(painter: QPainter, ramp: Ramp | None, inner: QRectF) -> None:
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
