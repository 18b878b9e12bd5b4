"""Pictures on their way: what a dragged or copied picture takes along, and what a drop brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, QSize, Qt
from PySide6.QtGui import QDrag, QImage, QImageWriter, QPixmap
from PySide6.QtWidgets import QWidget

from latent_studio.app.widgets.pixels import resampled

Code = Mapping[str, Any]
"""Plain JSON data that say which code gives a picture."""

CODE_MIME = "application/x-latent-code"
_GHOST_PX = 64


def mime_of(image: QImage, code: Code | None) -> QMimeData:
    """The picture, a PNG of it, and its code as JSON, also as text for pasting."""
    mime = QMimeData()
    mime.setImageData(image)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    mime.setData("image/png", buffer.data())
    if code is not None:
        text = json.dumps(code)
        mime.setData(CODE_MIME, QByteArray(text.encode()))
        mime.setText(text)
    return mime


def start_drag(source: QWidget, image: QImage, code: Code | None) -> None:
    """Carry a picture under the pointer until it is dropped; returns then."""
    ratio = source.devicePixelRatioF()
    side = round(_GHOST_PX * ratio)
    size = image.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)
    ghost = QPixmap.fromImage(resampled(image, size))
    ghost.setDevicePixelRatio(ratio)
    drag = QDrag(source)
    drag.setMimeData(mime_of(image, code))
    drag.setPixmap(ghost)
    drag.setHotSpot(QPoint(_GHOST_PX // 2, _GHOST_PX // 2))
    drag.exec(Qt.DropAction.CopyAction)


def is_welcome(mime: QMimeData) -> bool:
    """Whether there is a code, a picture or a local file in it."""
    return mime.hasFormat(CODE_MIME) or mime.hasImage() or bool(files_of(mime))


def files_of(mime: QMimeData) -> list[str]:
    """The paths of the local files in it."""
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
