"""Many lines as one path, without a loop over their corners."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from latent_studio.views.density import Line

_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])  # 0: go to, 1: draw to
_N = np.dtype(">i4")


def path_of(lines: Sequence[Line]) -> QPainterPath:
    """Closed lines as one path, read from Qt's own serial form of a path (QDataStream, big-endian)."""
    path = QPainterPath()
    lines = [line for line in lines if len(line)]
    if not lines:
        return path
    elements = np.empty(sum(len(line) + 1 for line in lines), _ELEMENT)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    elements["kind"] = 1
    elements["kind"][starts[:-1]] = 0
    elements["x"], elements["y"] = np.concatenate([np.concatenate([line, line[:1]]) for line in lines]).T
    tail = np.array([starts[-2], 0], _N)  # where the last line starts, and how it is filled
    stream = QDataStream(QByteArray(np.array([len(elements)], _N).tobytes() + elements.tobytes() + tail.tobytes()))
    stream >> path
    return path
