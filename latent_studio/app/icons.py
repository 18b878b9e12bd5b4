"""Phosphor icons from qtawesome's font file, drawn as paths: sharp at every size, in the colour of the moment.

qtawesome itself is not imported: loading its ten icon fonts costs 0.6 s before the first picture (measured), this one
font costs 10 ms.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPixmap, QRawFont

from latent_studio.app.theme import Role, colour

_EM = 1024.0  # the font's units per em; its glyphs fill a square of one em that stands on the base line


def paint_icon(painter: QPainter, name: str, area: QRectF | QRect, tint: QColor) -> None:
    """Fill the icon `name` (Phosphor's, e.g. `lock-simple`) into the largest square in the middle of `area`."""
    box = QRectF(area)
    size = min(box.width(), box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.center() + QPointF(-size / 2, size / 2))
    painter.scale(size / _EM, size / _EM)
    painter.fillPath(icon_path(name), tint)
    painter.restore()


def icon(name: str, role: Role = "text") -> QIcon:
    """An icon for menus and Qt's own buttons; it asks for its colour each time it is painted."""
    return QIcon(_PathIconEngine(name, role))


@lru_cache(maxsize=256)
def icon_path(name: str) -> QPainterPath:
    """The outline of an icon in font units, base line at y = 0. KeyError where Phosphor has no such name."""
    font, characters = _phosphor()
    (glyph,) = font.glyphIndexesForString(chr(int(characters[name], 16)))
    path = font.pathForGlyph(glyph)
    path.setFillRule(Qt.FillRule.WindingFill)
    return path


@lru_cache(maxsize=1)
def _phosphor() -> tuple[QRawFont, dict[str, str]]:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome, which carries the Phosphor font, is not installed")
    folder = Path(spec.origin).parent / "fonts"
    font_file = next(folder.glob("phosphor-*.ttf"))
    characters: dict[str, str] = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text())
    return QRawFont(str(font_file), _EM), characters


class _PathIconEngine(QIconEngine):
    def __init__(self, name: str, role: Role) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role: Role = "faint" if mode == QIcon.Mode.Disabled else self._role
        paint_icon(painter, self._name, rect, colour(role))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _PathIconEngine(self._name, self._role)
