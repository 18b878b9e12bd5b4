"""Traversals: the model with the most to say in its rows."""

from __future__ import annotations

from latent_studio.app.touring.conductor import Script
from latent_studio.app.touring.visit import Visit


def scene(visit: Visit) -> Script:
    """Sixteen dimensions, the most telling first."""
    yield from visit.open_model("mnist-vae-16d")
