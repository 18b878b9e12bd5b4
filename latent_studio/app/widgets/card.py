"""What a card of the Library shows, where its parts lie, and how it is painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.pixels import Pixels, resampled, to_qimage
from latent_studio.app.widgets.progress import paint_progress

State = Literal["ready", "running", "broken", "interrupted"]
WIDTH, FRAME_HEIGHT, _PAD = 242, 184, 6
_LINE = 16  # px, height of a line of small text
_INK: dict[State, Role] = {"ready": "accent", "running": "accent", "broken": "bad", "interrupted": "warn"}
_BAR, _BUTTON, _AIR = 42, 28, 2  # px: the bar of actions, a button in it, between two tiles
_ICONS = {"rename": "pencil-simple", "duplicate": "copy-simple", "delete": "trash"}
HINTS = {"rename": "Rename (F2)", "duplicate": "Duplicate", "delete": "Move to the trash"}


@dataclass(frozen=True, eq=False)
class Card:
    """A model or a run. `accent_line` follows `lines` in the colour of the state, `remedy` follows it as a link.

    `preview` is one picture, or a sheet of `tiles` (columns, rows) that are shown with air between them; `progress` in
    [0, 1] draws the bar under it; `tag` is a quiet word at the right of the title (`open`). The bar over a card offers
    `main`, if there is such, and `actions`.
    """

    key: str
    title: str
    lines: tuple[str, ...] = ()
    preview: Pixels | None = None
    state: State = "ready"
    progress: float | None = None
    accent_line: str | None = None
    remedy: str = ""
    tag: str = ""
    selected: bool = False
    actions: tuple[str, ...] = ("rename", "duplicate", "delete")
    tiles: tuple[int, int] = (1, 1)
    main: str = "Open"


class CardShape:
    """Where the parts of a card lie, relative to its top left corner."""

    frame = QRectF(0, 0, WIDTH, FRAME_HEIGHT)
    picture = frame.adjusted(_PAD, _PAD, -_PAD, -_PAD)
    title = QRectF(0, FRAME_HEIGHT + 8, WIDTH, 20)
    bar = QRectF(_PAD, FRAME_HEIGHT - _PAD - _BAR, WIDTH - 2 * _PAD, _BAR)
    open = QRectF(bar.left() + 7, bar.top() + 7, 58, _BUTTON)  # wide enough for Open

    @staticmethod
    def line(index: int) -> QRectF:
        """The small line `index` under the title."""
        return QRectF(0, CardShape.title.bottom() + index * _LINE, WIDTH, _LINE)

    @staticmethod
    def main(card: Card) -> QRectF:
        """The button; empty where there is none."""
        width = max(CardShape.open.width(), paint.text_width(card.main, "strong") + 24) if card.main else 0.0
        return QRectF(CardShape.open.topLeft(), QSizeF(width, _BUTTON))

    @staticmethod
    def action(index: int, n_actions: int) -> QRectF:
        """The square of an action's icon; the last one stands at the right."""
        right = CardShape.bar.right() - 6 - (n_actions - 1 - index) * (_BUTTON + 4)
        return QRectF(right - _BUTTON, CardShape.bar.top() + 7, _BUTTON, _BUTTON)

    @staticmethod
    def remedy(card: Card) -> QRectF:
        """The link after the coloured line; empty where there is none."""
        if not card.remedy or card.accent_line is None:
            return QRectF()
        line = CardShape.line(len(card.lines))
        left = min(paint.text_width(f"{card.accent_line} · ", "caption"), WIDTH - 60.0)
        return QRectF(left, line.top(), paint.text_width(card.remedy, "caption") + 2, _LINE)


def card_height(card: Card) -> int:
    """Height of a card, px."""
    return round(CardShape.line(len(card.lines) + (card.accent_line is not None)).top()) + 2


def part_at(card: Card, at: QPointF, *, hovered: bool) -> str:
    """What a point of a card hits: `open`, an action, `remedy`, `title` or `card`."""
    if hovered and CardShape.main(card).contains(at):
        return "open"
    for i, action in enumerate(card.actions):
        if hovered and CardShape.action(i, len(card.actions)).contains(at):
            return action
    if CardShape.remedy(card).contains(at):
        return "remedy"
    return "title" if CardShape.title.contains(at) else "card"


def preview_image(preview: Pixels, device_ratio: float, tiles: tuple[int, int] = (1, 1)) -> QImage:
    """The preview as large as the frame allows: every tile in its own proportions, see-through air between them."""
    columns, rows = tiles
    gap = round(_AIR * device_ratio)
    room = (CardShape.picture.size() * device_ratio).toSize() + QSize(gap, gap)
    box = QSize(room.width() // columns - gap, room.height() // rows - gap)
    height, width = preview.shape[0] // rows, preview.shape[1] // columns
    size = QSize(width, height).scaled(box, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
    sheet = QSize((size.width() + gap) * columns - gap, (size.height() + gap) * rows - gap)
    made = QImage(sheet, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    for row in range(rows):
        for column in range(columns):
            tile = preview[row * height : (row + 1) * height, column * width : (column + 1) * width]
            at = QPoint(column * (size.width() + gap), row * (size.height() + gap))
            painter.drawImage(at, resampled(to_qimage(np.ascontiguousarray(tile)), size))
    painter.end()
    made.setDevicePixelRatio(device_ratio)
    return made


def paint_card(
    painter: QPainter, card: Card, image: QImage | None, *, hovered: bool, focused: bool, hot: str = ""
) -> None:
    """Paint a card with its top left corner at the painter's origin; `hot` is the part under the pointer."""
    shape = CardShape
    paint.fill_round(painter, shape.frame, colour("raised" if hovered else "surface"))
    if image is None:
        paint_icon(painter, "image", shape.picture.adjusted(99, 70, -99, -70), colour("faint"))
    else:
        paint.draw_image(painter, image, paint.centred(image, shape.picture), paint.THUMB_RADIUS)
    if card.progress is not None:
        bar = QRectF(_PAD, FRAME_HEIGHT - 4, WIDTH - 2 * _PAD, 3)
        paint_progress(painter, bar, card.progress, _INK[card.state])
    if hovered:
        _paint_actions(painter, card, hot)
    if card.selected:
        paint.outline(painter, shape.frame)
    elif focused:
        paint.focus_ring(painter, shape.frame)
    _paint_text(painter, card, hot)


def _paint_text(painter: QPainter, card: Card, hot: str) -> None:
    title = CardShape.title
    tag_width = paint.text_width(card.tag, "caption") + 8 if card.tag else 0.0
    paint.draw_text(painter, title.adjusted(0, 0, -tag_width, 0), card.title, "text", "strong")
    if card.tag:
        paint.draw_text(painter, title, card.tag, "accent", "caption", paint.RIGHT)
    for i, line in enumerate(card.lines):
        paint.draw_text(painter, CardShape.line(i), line, "muted", "caption")
    if card.accent_line is None:
        return
    line_box, link = CardShape.line(len(card.lines)), CardShape.remedy(card)
    if link.isEmpty():
        paint.draw_text(painter, line_box, card.accent_line, _INK[card.state], "caption")
        return
    before = QRectF(line_box.left(), line_box.top(), link.left() - line_box.left(), line_box.height())
    paint.draw_text(painter, before, f"{card.accent_line} · ", _INK[card.state], "caption")
    paint.draw_text(painter, link, card.remedy, "accent", "caption")
    if hot == "remedy":
        painter.fillRect(QRectF(link.left(), link.bottom() - 2, link.width() - 2, 1), colour("accent"))


def _paint_actions(painter: QPainter, card: Card, hot: str) -> None:
    paint.fill_round(painter, CardShape.bar, colour("raised"), colour("line"), 4)
    if card.main:
        button = CardShape.main(card)
        paint.fill_round(painter, button, colour("accent").lighter(106) if hot == "open" else colour("accent"))
        paint.draw_text(painter, button, card.main, "on_accent", "strong", paint.CENTRE)
    for i, action in enumerate(card.actions):
        box = CardShape.action(i, len(card.actions))
        if hot == action:
            paint.fill_round(painter, box, colour("line"))
        paint_icon(painter, _ICONS[action], box.adjusted(6, 6, -6, -6), colour("text"))
