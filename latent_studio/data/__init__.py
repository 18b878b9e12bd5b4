"""Pictures to learn from: one file per source, all give an ImageSet."""

from __future__ import annotations

from latent_studio.data.catalogue import detect, load, loading, sources
from latent_studio.data.image_set import ImageSet

__all__ = ["ImageSet", "detect", "load", "loading", "sources"]
