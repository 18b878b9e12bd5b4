"""Mixtures of equal Gaussians on a ring or a grid: the customary test of whether a GAN finds all modes.

Ring of 8, radius 2, σ 0.02: Metz et al. 2017; 5 × 5 grid, spacing 2, σ 0.05: Srivastava et al. 2017 (VEEGAN), Lin et
al. 2018 (PacGAN).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_studio.core.latent import inverse_normal_cdf
from latent_studio.data.point_set import PointSet
from latent_studio.data.rows import n_train_of, uniform
from latent_studio.data.source import Source, SourceOptions

RADIUS, SPACING = 2.0, 2.0
SIGMA = {"ring": 0.02, "grid": 0.05}


class Options(SourceOptions):
    layout: Literal["ring", "grid"] = Field(
        default="ring",
        title="Layout",
        description="8 Gaussians on a ring of radius 2, or 25 on a grid of spacing 2.",
        json_schema_extra={"titles": {"ring": "ring of 8", "grid": "5 × 5 grid"}},
    )
    n: int = Field(default=28_445, ge=100, le=1_000_000, title="Points", description="How many points are drawn.")
    sigma: float | None = Field(
        default=None,
        gt=0,
        le=1,
        title="Width of a mode",
        description="Standard deviation of each Gaussian; empty takes 0.02 on the ring and 0.05 on the grid.",
        json_schema_extra={"unit": "σ", "advanced": True},
    )
    seed: int = Field(
        default=0, ge=0, title="Seed", description="Another seed, other points.", json_schema_extra={"advanced": True}
    )


def centres(layout: str) -> NDArray[np.float64]:
    """(n_modes, 2): where the Gaussians stand."""
    if layout == "ring":
        angle = np.arange(8) * (2 * np.pi / 8)
        return RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    line = (np.arange(5) - 2) * SPACING
    return np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)


def sigma_of(options: Options) -> float:
    """The standard deviation of each Gaussian."""
    return SIGMA[options.layout] if options.sigma is None else options.sigma


def load(options: Options) -> PointSet:
    """Drawn by inverting the normal distribution function, so that the same seed gives the same points for ever."""
    places = centres(options.layout)
    first, second, third = (uniform(options.n, 3 * options.seed + k) for k in range(3))
    mode = (first * len(places)).astype(np.int64)
    noise = inverse_normal_cdf(np.clip(np.stack([second, third], axis=1), 1e-12, 1 - 1e-12))
    return PointSet.of(
        (places[mode] + sigma_of(options) * noise).astype(np.float32),
        n_train=n_train_of(options.n),
        name=f"{'Ring of 8' if options.layout == 'ring' else 'Grid of 25'} Gaussians",
        labels=mode,
        label_names=tuple(f"mode {k}" for k in range(len(places))),
        attributes={},
        licence="none needed: drawn by Latent Studio",
        citation="",
    )


SOURCE = Source(
    name="gaussians",
    title="Gaussians on a ring or grid",
    summary="Points from 8 or 25 equal Gaussians, to see which modes a model finds.",
    options=Options,
    load=load,
)
