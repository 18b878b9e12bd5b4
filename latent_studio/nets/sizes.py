"""The ladder of resolutions that convolutional networks climb."""

from __future__ import annotations

ImageShape = tuple[int, int, int]
"""(channels, height, width)."""

SMALLEST = 4
"""The side at which convolutional networks hand over to a fully connected layer."""


def ladder(side: int) -> list[int]:
    """Halve (rounding up) until at most 4 px: 28 → [28, 14, 7, 4]."""
    sides = [side]
    while sides[-1] > SMALLEST:
        sides.append((sides[-1] + 1) // 2)
    return sides


def channels(base: int, n_levels: int) -> list[int]:
    """Channels from the finest level to the coarsest: doubled each time, at most eightfold."""
    return [base * min(2**level, 8) for level in range(n_levels)]
