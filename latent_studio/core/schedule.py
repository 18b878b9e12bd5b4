"""How a learning rate falls; told apart from the recipe, since whoever shows it reads no recipe."""

from __future__ import annotations

import math


def share_left(done: float, final: float, falls_from: float = 0.0) -> float:
    """The share of a learning rate that is left once the share `done` of the training is behind.

    It stays until `falls_from`, then falls along a cosine to `final`. All in [0, 1].
    """
    falling = max(0.0, (done - falls_from) / (1 - falls_from))
    return final + (1 - final) * 0.5 * (1 + math.cos(math.pi * falling))
