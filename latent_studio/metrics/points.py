"""Whether samples find the components of a mixture that is known: the customary test on rings and grids of Gaussians.

Metz et al. 2017; Srivastava et al. 2017 (VEEGAN), section 4.1: a sample is of high quality within three standard
deviations of the nearest centre, and a mode counts as found where there is such a sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

N_SIGMA = 3.0


@dataclass(frozen=True)
class Coverage:
    """n_found: modes that have samples of high quality.  good: the share of such samples.
    evenness: what the least found mode has of them, in units of its fair share; 1 is even, 0 a missed mode."""

    n_found: int
    good: float
    evenness: float


def covered(points: Floats, centres: Floats, sigma: float) -> Coverage:
    """Points (n, d) against the centres (n_modes, d) of equal Gaussians with that standard deviation."""
    squares = ((points[:, None].astype(np.float64) - centres[None]) ** 2).sum(-1)
    is_good = np.sqrt(squares.min(1)) <= N_SIGMA * sigma
    counts = np.bincount(squares.argmin(1)[is_good], minlength=len(centres))
    n_good = int(is_good.sum())
    evenness = counts.min() * len(centres) / n_good if n_good else 0.0
    return Coverage(int((counts > 0).sum()), n_good / max(1, len(points)), float(evenness))
