"""Arrays to Qt's images and back, and sizes that show pixels as they are. No loop over pixels runs in Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

Pixels = NDArray[np.uint8]
"""(h, w) grey or (h, w, 3) colour, 0 to 255; a last axis of one is grey too."""

_FAST = Qt.TransformationMode.FastTransformation
_SMOOTH = Qt.TransformationMode.SmoothTransformation
_IGNORE_RATIO = Qt.AspectRatioMode.IgnoreAspectRatio


def to_qimage(array: Pixels) -> QImage:
    """An image that owns its memory, in the format that Qt paints fastest.

    Args: array: (h, w), (h, w, 1) or (h, w, 3), uint8.
    Raises: ValueError for any other shape or type.
    """
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    is_grey = array.ndim == 2
    if array.dtype != np.uint8 or array.size == 0 or not (is_grey or (array.ndim == 3 and array.shape[2] == 3)):
        raise ValueError(f"a picture is uint8 (h, w) or (h, w, 3), not {array.dtype} {array.shape}")
    array = np.ascontiguousarray(array)
    h, w = array.shape[:2]
    layout = QImage.Format.Format_Grayscale8 if is_grey else QImage.Format.Format_RGB888
    borrowed = QImage(array.data, w, h, array.strides[0], layout)
    # The conversion copies: nothing points into `array` afterwards, so it may be freed or written to.
    return borrowed.convertToFormat(QImage.Format.Format_RGB32)


def to_array(image: QImage) -> Pixels:
    """The pixels of any image as (h, w, 3), a copy; what is transparent becomes black."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def fitted(image: QSize, box: QSize) -> QSize:
    """The size, in device pixels, at which an image is shown in a box.

    The largest whole multiple that fits, else the largest size that keeps the proportions.
    """
    if image.isEmpty() or box.isEmpty():
        return QSize(0, 0)
    multiple = min(box.width() // image.width(), box.height() // image.height())
    return image * multiple if multiple >= 1 else image.scaled(box, Qt.AspectRatioMode.KeepAspectRatio)


def resampled(image: QImage, size: QSize, *, smooth: bool = False) -> QImage:
    """The image at exactly `size` device pixels: averaged over areas when shrunk, blocks or blends when enlarged.

    An enlargement that is no whole multiple is made by going over the next multiple and averaging down, so that every
    pixel keeps its share of the area.
    """
    if image.size() == size:
        return image
    if smooth or size.width() < image.width() or size.height() < image.height():
        return image.scaled(size, _IGNORE_RATIO, _SMOOTH)
    multiple = max(-(-size.width() // image.width()), -(-size.height() // image.height()))
    blocks = image.scaled(image.size() * multiple, _IGNORE_RATIO, _FAST)
    return blocks if blocks.size() == size else blocks.scaled(size, _IGNORE_RATIO, _SMOOTH)


def thumbnail(array: Pixels, side_px: int, device_ratio: float) -> QImage:
    """A picture that fills a square of `side_px` logical pixels as far as its proportions allow."""
    image = to_qimage(array)
    side = max(1, round(side_px * device_ratio))
    size = image.size().scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio)
    small = resampled(image, size.expandedTo(QSize(1, 1)))
    small.setDevicePixelRatio(device_ratio)
    return small
