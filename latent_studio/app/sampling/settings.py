"""What the document says of the samples that are shown."""

from __future__ import annotations

import numpy as np

from latent_studio.studio.document import Document
from latent_studio.views.sampling import Draw

KEY = "samples"
"""The panel's, and so that of its settings: `n`, `seed`, `temperature`, `keep_locked`."""

N, SEED, TEMPERATURE = 100, 0, 1.0
MOST, MOST_SEEDS, HOTTEST = 10_000, 2**31 - 1, 4.0


def keeps_locked(document: Document) -> bool:
    """Whether locked dimensions stay at the current code."""
    return bool(document.setting(KEY, "keep_locked", False))


def draw_of(document: Document) -> Draw:
    """The draw that the settings ask for; what another version of the program wrote wrongly is put right."""

    def number(name: str, usual: float, low: float, high: float) -> float:
        value = document.setting(KEY, name, usual)
        return min(max(value, low), high) if isinstance(value, int | float) else usual

    held: tuple[tuple[int, float], ...] = ()
    if keeps_locked(document):
        # as codes have them: the number that an adopted sample brings back must be no other draw
        held = tuple((column, float(np.float32(document.code[column]))) for column in sorted(document.locked))
    return Draw(
        int(number("n", N, 1, MOST)),
        int(number("seed", SEED, 0, MOST_SEEDS)),
        float(number("temperature", TEMPERATURE, 0.0, HOTTEST)) if document.code else 1.0,
        held,
    )
