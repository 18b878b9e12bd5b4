"""Moon phases, drawn: one number (the phase) makes every picture, which is the lecture's example of why a VAE is
needed: an autoencoder that knows this one number by heart need not lay the phases out in order, a VAE must."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import Pixels, rows_per_block
from latent_studio.data.rows import n_train_of, uniform
from latent_studio.data.source import Source, SourceOptions

PHASE_NAMES = (
    "new moon",
    "waxing crescent",
    "first quarter",
    "waxing gibbous",
    "full moon",
    "waning gibbous",
    "last quarter",
    "waning crescent",
)
RADIUS = 0.4
SMALLEST_RADIUS = 0.2
LARGEST_TILT = np.pi / 4
EARTHSHINE = 0.13
"""Brightness of the dark limb: light of the earth, so that a new moon is still seen."""
_N_LINES = 4  # per pixel; along a line the lit part is measured exactly


class Options(SourceOptions):
    size: int = Field(
        default=32,
        ge=8,
        le=256,
        title="Picture size",
        description="Side of the square pictures.",
        json_schema_extra={"unit": "px"},
    )
    n: int = Field(default=4000, ge=10, le=200_000, title="Pictures", description="How many moons are drawn.")
    tilt: bool = Field(
        default=False, title="Tilt", description="Turn each moon by up to 45 degrees; otherwise all stand upright."
    )
    vary_size: bool = Field(
        default=False, title="Vary the size", description="Draw moons of half to full size; otherwise all are equal."
    )
    seed: int = Field(default=0, ge=0, le=2**32 - 1, title="Seed", description="Chooses the phases that are drawn.")


def load(options: Options) -> ImageSet:
    n = options.n
    phase, turn, growth = uniform(3 * n, options.seed).reshape(3, n)
    tilt = (2 * turn - 1) * LARGEST_TILT if options.tilt else np.zeros(n)
    radius = SMALLEST_RADIUS + growth * (RADIUS - SMALLEST_RADIUS) if options.vary_size else np.full(n, RADIUS)
    return ImageSet(
        name="Moon phases",
        pixels=drawn(phase, tilt, radius, options.size),
        labels=np.floor(phase * 8 + 0.5).astype(np.int64) % 8,
        label_names=PHASE_NAMES,
        attributes={"phase": phase, "tilt": tilt, "radius": radius},
        n_train=n_train_of(n),
        licence="none needed: drawn by Latent Studio",
        citation="",
    )


def drawn(phase: NDArray[np.float64], tilt: NDArray[np.float64], radius: NDArray[np.float64], size: int) -> Pixels:
    """Moons, uint8 (n, 1, size, size), as seen from the northern hemisphere.

    Args: phase (n,), 0 new, 0.25 first quarter (right half lit), 0.5 full, 0.75 last quarter; tilt (n,), radians,
        anticlockwise; radius (n,), in sides of the picture.
    """
    n_rows = rows_per_block((_N_LINES * 8, size, size))
    parts = [
        _drawn_block(phase[i : i + n_rows], tilt[i : i + n_rows], radius[i : i + n_rows], size)
        for i in range(0, len(phase), n_rows)
    ]
    return np.concatenate(parts)


def _drawn_block(
    phase: NDArray[np.float64], tilt: NDArray[np.float64], radius: NDArray[np.float64], size: int
) -> Pixels:
    """On a line at height v across a disc of radius r the limb is at u = ±√(r² - v²). The terminator is half a circle
    seen from the side, so it crosses at cos(2π phase) times that: between it and one limb the moon is lit."""
    phase, tilt, radius = (values[:, None, None, None] for values in (phase, tilt, radius))
    centres = (np.arange(size) + 0.5) / size - 0.5
    x, y = centres[None, :], -centres[:, None]
    u = x * np.cos(tilt) + y * np.sin(tilt)
    v = y * np.cos(tilt) - x * np.sin(tilt)
    lines = ((np.arange(_N_LINES) + 0.5) / _N_LINES - 0.5)[None, :, None, None] / size
    limb = np.sqrt(np.maximum(radius**2 - (v + lines) ** 2, 0))
    terminator = np.cos(2 * np.pi * phase) * limb
    waxing = phase < 0.5
    lit = _overlap(u, np.where(waxing, terminator, -limb), np.where(waxing, limb, -terminator), size)
    disc = _overlap(u, -limb, limb, size)
    light = (lit + EARTHSHINE * (disc - lit)).mean(axis=1, keepdims=True)
    return np.asarray(np.round(255 * np.clip(light, 0, 1)), np.uint8)


def _overlap(
    u: NDArray[np.float64], left: NDArray[np.float64], right: NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Which part of a pixel of width 1/size around u lies in [left, right]: exact, so edges are smooth."""
    half = 0.5 / size
    return np.asarray(np.clip(np.minimum(right, u + half) - np.maximum(left, u - half), 0, None) * size)


SOURCE = Source(
    name="moons",
    title="Moon phases",
    summary="Moons drawn at known phases; tilt and size may vary too.",
    options=Options,
    load=load,
)
