"""The pictures that a run leaves on the disk at every measurement: samples at fixed codes, and reconstructions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.pictures import picture_from_png
from latent_studio.core.runs import SAMPLES

N_COLUMNS, N_SAMPLES = 6, 24
"""How training lays out its sheets: `training.trainer.N_COLUMNS`, `training.showing.N_FIXED`."""


@dataclass(frozen=True, eq=False)
class RunPictures:
    """What a run showed at a step.

    steps: all those of which there are samples, rising.
    """

    step: int = -1
    samples: tuple[Pixels, ...] = ()
    originals: tuple[Pixels, ...] = ()
    reconstructions: tuple[Pixels, ...] = ()
    steps: tuple[int, ...] = ()


def read_pictures(run: Path, step: int | None = None) -> RunPictures:
    """The pictures of a step, or of the newest one; what is missing or damaged is left out. For the disk lane."""
    folder = run / SAMPLES
    steps = sorted(_step_of(path) for path in folder.glob("samples-*.png"))
    if not steps:
        return RunPictures()
    at = step if step in steps else steps[-1]
    samples = _tiles(folder / f"samples-{at:08d}.png", N_SAMPLES // N_COLUMNS)
    height = samples[0].shape[0] if samples else 0
    first = min((_step_of(path) for path in folder.glob("originals-*.png")), default=0)
    return RunPictures(
        at,
        samples,
        _tiles(folder / f"originals-{first:08d}.png", height_px=height),
        _tiles(folder / f"reconstructions-{at:08d}.png", height_px=height),
        tuple(steps),
    )


def side_by_side(originals: Sequence[Pixels], reconstructions: Sequence[Pixels]) -> list[Pixels]:
    """Rows of originals, each with the row of what came back of them below it."""
    pictures: list[Pixels] = []
    for first in range(0, min(len(originals), len(reconstructions)), N_COLUMNS):
        row = slice(first, first + N_COLUMNS)
        for part in (originals[row], reconstructions[row]):
            pictures += [*part, *[np.zeros_like(part[0])] * (N_COLUMNS - len(part))]
    return pictures


def _tiles(path: Path, n_rows: int = 0, height_px: int = 0) -> tuple[Pixels, ...]:
    try:
        sheet = picture_from_png(path.read_bytes())
    except (OSError, ValueError, SyntaxError):
        return ()
    height = height_px or sheet.shape[0] // n_rows
    width = sheet.shape[1] // N_COLUMNS
    if not height or not width:
        return ()
    return tuple(
        sheet[top : top + height, left : left + width]
        for top in range(0, sheet.shape[0] - height + 1, height)
        for left in range(0, sheet.shape[1] - width + 1, width)
    )


def _step_of(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else -1
