"""By what a set's pictures can be coloured: their label, or an attribute that is a choice or a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.data.image_set import ImageSet

LABEL = "label"
MOST_CLASSES = 64
"""A whole number with at most so many different values is a choice, else an amount."""

N_STEPS = 256
"""Colours of a number, from low to high."""

# Eleven places of Matplotlib's viridis (N. Smith, S. van der Walt, 2015), which is perceptually uniform and made for
# people with and without colour vision deficiencies; its darkest sixth is left out, it would be lost on black.
_VIRIDIS = (
    "#414487", "#39558c", "#31688e", "#2a788e", "#23888e", "#1f988b", "#22a884", "#35b779", "#54c568", "#7ad151",
    "#a5db36", "#d2e21b", "#fde725",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Colouring:
    """A row of a palette for each picture.

    classes: their names; empty for a number, which has N_STEPS colours from `low` to `high`.
    rows: (n,) uint8 or uint16; len(classes) or N_STEPS where a picture has none.
    """

    key: str
    title: str
    classes: tuple[str, ...]
    rows: NDArray[np.unsignedinteger]
    low: float = 0.0
    high: float = 0.0

    @property
    def n_colours(self) -> int:
        """One more than there are classes, or steps: the last is for pictures that have none."""
        return (len(self.classes) or N_STEPS) + 1

    @property
    def has_missing(self) -> bool:
        return bool((self.rows == self.n_colours - 1).any())

    def counts(self) -> tuple[int, ...]:
        """How many pictures each row of the palette has."""
        return tuple(np.bincount(self.rows, minlength=self.n_colours).tolist())


def keys_of(images: ImageSet) -> tuple[str, ...]:
    """What the pictures of a set can be coloured by; the label first."""
    return (*([LABEL] if images.labels is not None else []), *images.attributes)


def title_of(images: ImageSet, key: str) -> str:
    """What it is called: `digit` for labels that are digits."""
    if key == LABEL and images.label_names and set(images.label_names) <= set("0123456789"):
        return "digit"
    return key.replace("_", " ")


def colouring(images: ImageSet, key: str, rows: slice) -> Colouring:
    """The colours of some rows of a set by its label or an attribute; all alike where it has none of that name."""
    title = title_of(images, key)
    n = len(range(*rows.indices(len(images.pixels))))
    if key == LABEL and images.labels is not None:
        labels = images.labels[rows]
        names = images.label_names or tuple(str(k) for k in range(int(images.labels.max()) + 1))
        return Colouring(key, title, names, labels.astype(np.uint16))
    if key not in images.attributes:
        return Colouring("", "data", ("all",), np.zeros(n, np.uint8))
    values = images.attributes[key]
    if names := images.attribute_names.get(key, ()):
        codes = values[rows]
        return Colouring(key, title, names, np.where(codes < 0, len(names), codes).astype(np.uint16))
    return _of_numbers(key, title, values, rows)


def _of_numbers(key: str, title: str, values: NDArray[Any], rows: slice) -> Colouring:
    """Few whole numbers are classes, others amounts; both by the whole set, so that every split has one colour each."""
    known = values[np.isfinite(values)].astype(np.float64)
    chosen = values[rows].astype(np.float64)
    is_missing = ~np.isfinite(chosen)
    different = np.unique(known)
    if len(different) <= MOST_CLASSES and (different == np.floor(different)).all():
        places = np.searchsorted(different, np.where(is_missing, 0.0, chosen))
        names = tuple(f"{value:g}" for value in different.tolist())
        return Colouring(key, title, names, np.where(is_missing, len(names), places).astype(np.uint16))
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    share = (np.where(is_missing, low, chosen) - low) / ((high - low) or 1.0)
    steps = np.minimum((share * N_STEPS).astype(np.uint16), N_STEPS - 1)
    return Colouring(key, title, (), np.where(is_missing, N_STEPS, steps).astype(np.uint16), low, high)


def ramp() -> NDArray[np.uint8]:
    """(N_STEPS, 3) red, green, blue of a number from low to high."""
    stops = np.array([[int(text[k : k + 2], 16) for k in (1, 3, 5)] for text in _VIRIDIS], np.float64)
    at = np.linspace(0, len(stops) - 1, N_STEPS)
    channels = [np.interp(at, np.arange(len(stops)), stops[:, k]) for k in range(3)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8)
