"""Pictures of one shape brought to another, many at once."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from latent_studio.data.pixel_store import Pixels

_PRECISION = 1 << 14


def resized(pixels: Pixels, size: int) -> Pixels:
    """(n, c, h, w) → (n, c, size, size): centre-cropped to a square, then bicubic, widened by the scale when it
    shrinks (so that nothing aliases), as Pillow does it.

    Weights are multiples of 2⁻¹⁴ and each pass is rounded to uint8, so every sum is a whole number below 2²⁴:
    float32 holds it exactly and the pixels (and with them the digest of a set) are the same on every machine.
    """
    n, c, h, w = pixels.shape
    side = min(h, w)
    if (h, w) == (size, size):
        return pixels
    top, left = (h - side) // 2, (w - side) // 2
    x = pixels[:, :, top : top + side, left : left + side]
    weights = _weights(side, size)
    x = _rounded(x.astype(np.float32) @ weights.T)
    return _rounded(weights @ x.astype(np.float32))


def padded(pixels: Pixels, size: int) -> Pixels:
    """(n, c, h, w) in the middle of black squares, size ≥ h, w."""
    n, c, h, w = pixels.shape
    top, left = (size - h) // 2, (size - w) // 2
    framed = np.zeros((n, c, size, size), np.uint8)
    framed[:, :, top : top + h, left : left + w] = pixels
    return framed


def _rounded(sums: NDArray[np.float32]) -> Pixels:
    sums *= np.float32(1 / _PRECISION)
    sums += np.float32(0.5)
    np.clip(sums, 0, 255, out=sums)
    return sums.astype(np.uint8)


@cache
def _weights(n_in: int, n_out: int) -> NDArray[np.float32]:
    """(n_out, n_in): how much of each input pixel is in each output pixel, in units of 2⁻¹⁴.

    Keys' cubic with a = -1/2 (Keys 1981, "Cubic convolution interpolation for digital image processing", eq. 4).
    """
    scale = n_in / n_out
    width = max(scale, 1.0)
    centres = (np.arange(n_out)[:, None] + 0.5) * scale
    t = np.abs((np.arange(n_in)[None] + 0.5 - centres) / width)
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    kernel = np.where(t < 1, near, np.where(t < 2, far, 0.0))
    return np.asarray(np.round(kernel / kernel.sum(axis=1, keepdims=True) * _PRECISION), np.float32)
