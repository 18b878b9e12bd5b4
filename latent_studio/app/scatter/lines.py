"""Many straight pieces as one path, without a loop over them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from latent_studio.views.density import Segments

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])  # 0: go to, 1: draw to
_N = np.dtype(">i4")


def path_of(pieces: Segments) -> QPainterPath:
    """(n, 2, 2) pieces as a path, read from Qt's own serial form of one (QDataStream, big-endian)."""
    path = QPainterPath()
    if not len(pieces):
        return path
    elements = np.empty(2 * len(pieces), _ELEMENT)
    elements["kind"] = np.tile([0, 1], len(pieces))
    elements["x"], elements["y"] = pieces.reshape(-1, 2).T
    tail = np.array([2 * len(pieces) - 2, 0], _N)  # where the last part starts, and how it is filled
    content = np.array([len(elements)], _N).tobytes() + elements.tobytes() + tail.tobytes()
    stream = QDataStream(QByteArray(content))
    stream >> path
    return path
