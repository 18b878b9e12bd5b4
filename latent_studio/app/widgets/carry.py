"""Pictures on their way: what a dragged or copied picture takes along, and what a drop brings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMetaType, QMimeData, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QDrag, QImage, QImageWriter, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from latent_studio.app.widgets.pixels import resampled

Code = Mapping[str, Any]
"""Plain JSON data that say which code gives a picture."""

CODE_MIME = "application/x-latent-code"
CODES_MIME = "application/x-latent-codes"  # a JSON list, where several pictures are carried
FILES_MIME, TEXT_MIME = "text/uri-list", "text/plain"
_GHOST_PX, _PILE_PX, _N_GHOSTS = 64, 6, 3


@dataclass(frozen=True)
class Carried:
    """One of several pictures on their way, with its code where it has one."""

    image: QImage
    code: Code | None


def mime_of(image: QImage, code: Code | None) -> QMimeData:
    """The picture, a PNG of it, and its code as JSON, also as text for pasting."""
    return _filled(QMimeData(), Carried(image, code))


def mime_of_several(carried: Sequence[Carried], files: Callable[[], list[str]] | None = None) -> QMimeData:
    """What `mime_of` gives for the first, the codes of all, and their PNG files for who asks for files.

    files: writes them and gives their paths. Neither they nor the codes are made before somebody asks: thousands may
    be carried, and what is dropped inside the window writes nothing.
    """
    return _filled(_Several(carried, files), carried[0])


def _filled(mime: QMimeData, first: Carried) -> QMimeData:
    mime.setImageData(first.image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(first.image)
    mime.setData("image/png", buffer.data())
    if first.code is not None:
        text = json.dumps(first.code)
        mime.setData(CODE_MIME, QByteArray(text.encode()))
        mime.setText(text)
    return mime


class _Several(QMimeData):
    """Offers codes and local files that are made when somebody asks for them."""

    def __init__(self, carried: Sequence[Carried], files: Callable[[], list[str]] | None) -> None:
        super().__init__()
        self._carried, self._files = carried, files
        self._urls: list[QUrl] | None = None
        self._made = ([CODES_MIME] if len(carried) > 1 else []) + ([FILES_MIME] if files is not None else [])

    def formats(self) -> list[str]:
        return [*super().formats(), *self._made]

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype in self._made or super().hasFormat(mimetype)

    def retrieveData(self, mimetype: str, preferred: QMetaType | QMetaType.Type) -> Any:
        if mimetype == FILES_MIME and self._files is not None:
            if self._urls is None:
                self._urls = [QUrl.fromLocalFile(path) for path in self._files()]
            return self._urls
        if mimetype == CODES_MIME or (mimetype == TEXT_MIME and len(self._carried) > 1):
            text = json.dumps([one.code for one in self._carried if one.code is not None])
            return QByteArray(text.encode()) if mimetype == CODES_MIME else text
        return super().retrieveData(mimetype, preferred)


def start_drag(source: QWidget, image: QImage, code: Code | None) -> None:
    """Carry a picture under the pointer until it is dropped; returns then."""
    start_drag_of(source, [Carried(image, code)])


def start_drag_of(source: QWidget, carried: Sequence[Carried], files: Callable[[], list[str]] | None = None) -> None:
    """Carry pictures under the pointer, the first on top, until they are dropped; returns then."""
    drag = QDrag(source)
    drag.setMimeData(mime_of_several(carried, files))
    ghost = _ghost([one.image for one in carried[:_N_GHOSTS]], source.devicePixelRatioF())
    drag.setPixmap(ghost)
    drag.setHotSpot(QPoint(_GHOST_PX // 2, _GHOST_PX // 2))
    drag.exec(Qt.DropAction.CopyAction)


def _ghost(images: list[QImage], ratio: float) -> QPixmap:
    """The pictures as a pile."""
    side = round(_GHOST_PX * ratio)
    small = [resampled(i, i.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)) for i in images]
    if len(small) == 1:
        ghost = QPixmap.fromImage(small[0])
    else:
        out = round(_PILE_PX * ratio)
        ghost = QPixmap(QSize(side, side) + QSize(out, out) * (len(small) - 1))
        ghost.fill(Qt.GlobalColor.transparent)
        painter = QPainter(ghost)
        for depth in reversed(range(len(small))):
            painter.setOpacity(1 - 0.25 * depth)
            painter.drawImage(QPoint(out, out) * depth, small[depth])
        painter.end()
    ghost.setDevicePixelRatio(ratio)
    return ghost


def is_welcome(mime: QMimeData) -> bool:
    """Whether there is a code, a picture or a local file in it."""
    return mime.hasFormat(CODE_MIME) or mime.hasImage() or bool(files_of(mime))


def files_of(mime: QMimeData) -> list[str]:
    """The paths of the local files in it; pictures of this very window are none, and are not made into any."""
    if isinstance(mime, _Several):
        return []
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]


def code_of(mime: QMimeData) -> dict[str, Any] | None:
    """The code in it; None where there is none or another program wrote something else under its name."""
    if not mime.hasFormat(CODE_MIME):
        return None
    try:
        code = json.loads(bytes(mime.data(CODE_MIME).data()))
    except ValueError:
        return None
    return code if isinstance(code, dict) else None


def codes_of(mime: QMimeData) -> list[dict[str, Any]]:
    """The codes in it, one for each carried picture that has one."""
    if not mime.hasFormat(CODES_MIME):
        code = code_of(mime)
        return [] if code is None else [code]
    try:
        codes = json.loads(bytes(mime.data(CODES_MIME).data()))
    except ValueError:
        return []
    return [code for code in codes if isinstance(code, dict)] if isinstance(codes, list) else []
