"""Compare: two codes of one model, what differs between them, and the way from one to the other."""

from __future__ import annotations

import numpy as np

from latent_studio.app.panels.compare import Compare
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click
from latent_studio.app.touring.visit import Visit

SEED = 4  # the same pictures every time


def scene(visit: Visit) -> Script:
    """Draw a code for B."""
    yield from visit.open_model("mnist-vae-16d")
    panel = visit.panel(Compare)
    yield soon(lambda: panel.both.picture("b") is not None)
    panel.edits.rng = np.random.default_rng(SEED)
    before = panel.comparison.b
    click(panel.stage.b.draw)
    yield soon(lambda: panel.comparison.b != before)
