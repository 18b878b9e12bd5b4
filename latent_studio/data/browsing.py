"""Looking into a set: which of its pictures, in which order, what is known of each, and how often what occurs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.family import DataKind
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import Rows

Split = Literal["train", "test", "all"]

MOST_CHOICES = 64
"""Whole numbers with at most so many different values (a skin tone, yes or no) are told one by one."""
N_BINS = 24


@dataclass(frozen=True)
class AttributeFacts:
    """What an attribute holds over the whole set.

    kind: "choices" can be chosen from by `only`; "number" has bounds.
    names: of the choices, as `only` takes them; empty for numbers.
    low, high: the bounds of a number, nan where no picture has it; (0, 0) for choices.
    counts: how many pictures each choice has; for a number, each of 24 equal bins from low to high.
    n_missing: pictures that have none.
    """

    kind: Literal["choices", "number"]
    names: tuple[str, ...]
    low: float
    high: float
    counts: tuple[int, ...]
    n_missing: int


@dataclass(frozen=True)
class DataFacts:
    """What a set holds, without its pictures.

    counts: label → (pictures to train, pictures to test), in the order of the codes; empty without labels.
    n_bytes: of the pixels.
    """

    name: str
    n_train: int
    n_test: int
    image_shape: tuple[int, int, int]
    counts: Mapping[str, tuple[int, int]]
    attributes: Mapping[str, AttributeFacts]
    licence: str
    citation: str
    n_skipped: int
    n_bytes: int
    kind: DataKind = "pixels"


def facts_of(images: ImageSet) -> DataFacts:
    """Counts and bounds of everything that is known of the pictures."""
    return DataFacts(
        name=images.name,
        n_train=images.n_train,
        n_test=images.n_test,
        image_shape=images.image_shape,
        counts=_label_counts(images),
        attributes={name: _attribute(images, name) for name in images.attributes},
        licence=images.licence,
        citation=images.citation,
        n_skipped=images.n_skipped,
        n_bytes=images.pixels.nbytes,
        kind=images.kind,
    )


def rows_of(images: ImageSet, split: Split = "all", only: str = "", sort: str = "") -> Rows:
    """The numbers of a part's pictures that meet a condition.

    only: as `ImageSet.has` takes it.  sort: "" as they lie, "label" or an attribute, from small to large (names in the
    order of their codes), with a minus before it the other way round; pictures that have none come last.
    """
    part = {"train": images.train, "test": images.test, "all": slice(None)}[split]
    rows = np.arange(len(images.pixels))[part]
    if only:
        rows = rows[images.has(only)[part]]
    return rows[_order(_sortable(images, sort.removeprefix("-"))[rows], sort.startswith("-"))] if sort else rows


def labels_of(images: ImageSet, rows: Rows) -> tuple[str, ...]:
    """The label of each of those pictures; "" where the set has none."""
    if images.labels is None:
        return ("",) * len(rows)
    return tuple(label_names(images)[code] for code in images.labels[rows].tolist())


def attributes_of(images: ImageSet, rows: Rows) -> tuple[dict[str, str], ...]:
    """The attributes of each of those pictures, as `only` takes them; one that a picture lacks is left out."""
    columns = {name: images.column(name, rows).tolist() for name in images.attributes}
    return tuple({name: column[i] for name, column in columns.items() if column[i]} for i in range(len(rows)))


def label_names(images: ImageSet) -> Sequence[str]:
    """What the labels of a set that has some are called: their numbers where nobody named them."""
    assert images.labels is not None
    return images.label_names or [str(k) for k in range(int(images.labels.max()) + 1)]


def _label_counts(images: ImageSet) -> dict[str, tuple[int, int]]:
    if images.labels is None:
        return {}
    names = label_names(images)
    train, test = (np.bincount(images.labels[part], minlength=len(names)) for part in (images.train, images.test))
    return {name: (int(train[k]), int(test[k])) for k, name in enumerate(names)}


def _attribute(images: ImageSet, name: str) -> AttributeFacts:
    values = images.attributes[name]
    if names := images.attribute_names.get(name):
        given = values[values >= 0]
        counts = tuple(np.bincount(given, minlength=len(names)).tolist())
        return AttributeFacts("choices", names, 0.0, 0.0, counts, len(values) - len(given))
    given = values[np.isfinite(values)]
    n_missing = len(values) - len(given)
    if given.size == 0:
        return AttributeFacts("number", (), np.nan, np.nan, (0,) * N_BINS, n_missing)
    different, n_each = _counted(given)
    if len(different) <= MOST_CHOICES and (different == np.floor(different)).all():
        choices = tuple(f"{value:.15g}" for value in different.tolist())
        return AttributeFacts("choices", choices, 0.0, 0.0, tuple(n_each.tolist()), n_missing)
    low, high = float(given.min()), float(given.max())
    counts = tuple(np.histogram(given, bins=N_BINS, range=(low, high))[0].tolist())
    return AttributeFacts("number", (), low, high, counts, n_missing)


def _counted(values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The different values in order and how often each occurs; without sorting where they are few whole numbers."""
    low, high = values.min(), values.max()
    if values.dtype.kind != "i" or high - low > MOST_CHOICES:
        return np.unique(values, return_counts=True)
    n_each = np.bincount(values - low)
    present = np.flatnonzero(n_each)
    return present + low, n_each[present]


def _sortable(images: ImageSet, name: str) -> NDArray[np.float64]:
    """(n,) numbers to sort by, nan where a picture has none."""
    if name == "label" and images.labels is not None:
        return images.labels.astype(np.float64)
    if name not in images.attributes:
        images.column(name)  # says what there is
    values = images.attributes[name].astype(np.float64)
    return np.where(values < 0, np.nan, values) if name in images.attribute_names else values


def _order(values: NDArray[np.float64], descending: bool) -> Rows:
    return np.argsort(-values if descending else values, kind="stable")  # nan is last in both
