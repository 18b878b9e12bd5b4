"""The ladder of resolutions that convolutional networks climb."""

from __future__ import annotations

from latent_studio.core.errors import StudioError

ImageShape = tuple[int, int, int]
"""(channels, height, width)."""

SMALLEST = 4
"""The side at which convolutional networks hand over to a fully connected layer."""


def is_convolvable(image_shape: ImageShape) -> bool:
    """Whether convolutional networks take such pictures."""
    _, height, width = image_shape
    return height == width and 8 <= height <= 128


def check_convolvable(image_shape: ImageShape) -> None:
    """StudioError where they do not."""
    if not is_convolvable(image_shape):
        _, height, width = image_shape
        raise StudioError(
            f"A convolutional network takes square pictures of 8 to 128 px, not {width} × {height}: "
            "choose another size for the data, or network = mlp."
        )


def ladder(side: int) -> list[int]:
    """Halve (rounding up) until at most 4 px: 28 → [28, 14, 7, 4]."""
    sides = [side]
    while sides[-1] > SMALLEST:
        sides.append((sides[-1] + 1) // 2)
    return sides


def channels(base: int, n_levels: int) -> list[int]:
    """Channels from the finest level to the coarsest: doubled each time, at most eightfold."""
    return [base * min(2**level, 8) for level in range(n_levels)]
