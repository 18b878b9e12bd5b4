"""A set of pictures in the one form that everything else reads."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.family import DataKind
from latent_studio.data.columns import MOST_CATEGORIES
from latent_studio.data.pixel_store import at_once, blocks, rows_per_block, storing

_WRITTEN_PRECISION = 1e-14
"""Numbers are written with 15 digits, and found again by what is written."""


@dataclass(frozen=True, eq=False)
class ImageSet:
    """Pictures of one shape with what is known of them; the train part first, the test part after it.

    Sources shuffle with a fixed seed what comes in sorted order, so that a prefix of the train part is a fair sample.

    pixels: uint8 (n, c, h, w), c 1 (grey) or 3 (red, green, blue); in memory or a read-only memory map.
    labels: int64 (n,), indices into `label_names`; None where there are none.
    attributes: name → (n,) numbers, nan (-1 in a coded category) where a picture has none.
    attribute_names: name → what the codes 0 … k-1 of a category mean; attributes that are numbers are not in it.
    n_train: rows [0, n_train) are for training, the rest for testing.
    licence, citation: empty where not known.
    n_skipped: pictures left out because they could not be read.
    """

    name: str
    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64] | None
    label_names: tuple[str, ...]
    attributes: Mapping[str, NDArray[Any]]
    n_train: int
    licence: str
    citation: str
    n_skipped: int = 0
    attribute_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.pixels)
        if self.pixels.dtype != np.uint8 or self.pixels.ndim != 4:
            raise ValueError(f"pixels must be uint8 (n, c, h, w), not {self.pixels.dtype} {self.pixels.shape}")
        if not 0 < self.n_train <= n:
            raise ValueError(f"n_train must be in [1, {n}], not {self.n_train}")
        if self.labels is not None and (self.labels.shape != (n,) or self.labels.dtype != np.int64):
            raise ValueError(f"labels must be int64 ({n},), not {self.labels.dtype} {self.labels.shape}")
        if wrong := [name for name, values in self.attributes.items() if values.shape != (n,)]:
            raise ValueError(f"attributes must be ({n},) and {wrong} are not")
        if wrong := [name for name, names in self.attribute_names.items() if not self._are_codes(name, len(names))]:
            raise ValueError(f"attributes with names must be codes of them and {wrong} are not")

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(channels, height, width)."""
        _, c, h, w = self.pixels.shape
        return c, h, w

    @property
    def kind(self) -> DataKind:
        """What a model learns of the set."""
        return "pixels"

    @property
    def learned_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of what a model learns."""
        return self.image_shape

    @property
    def n_test(self) -> int:
        return len(self.pixels) - self.n_train

    @property
    def train(self) -> slice:
        return slice(0, self.n_train)

    @property
    def test(self) -> slice:
        return slice(self.n_train, len(self.pixels))

    def content_digest(self) -> str:
        """SHA-256, in hex, over shape, split, pixels and labels: equal sets are equal wherever they were read from."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(repr((self.pixels.shape, self.n_train)).encode())
        for block in blocks(self.pixels):
            digest.update(np.ascontiguousarray(block).data)
        digest.update(b"no labels" if self.labels is None else self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def subset(self, train_fraction: float) -> ImageSet:
        """The set with only the first `train_fraction` (0 < f ≤ 1) of its train part, at least one picture; the test
        part stays whole. The same rows at every call: no randomness is involved."""
        if not (math.isfinite(train_fraction) and 0 < train_fraction <= 1):
            raise StudioError(f"train_fraction is {train_fraction}: give a number above 0 and at most 1.")
        n_train = max(1, round(train_fraction * self.n_train))
        if n_train == self.n_train:
            return self
        kept = np.concatenate([np.arange(n_train), np.arange(self.n_train, len(self.pixels))])
        return self._rows(kept, n_train)

    def labelled_by(self, name: str) -> ImageSet:
        """The set with an attribute for its labels; former labels stay as the attribute "class". Pictures that have
        none are labelled "none". StudioError for a measured number, which is no kind of picture."""
        if name == "label" and self.labels is not None:
            return self
        self.column(name, np.arange(1))  # says what there is
        values, names = self.attributes[name], self.attribute_names.get(name, ())
        keys = np.where(values < 0, len(names), values) if names else values  # what has none comes last, as nan does
        different, first, labels = np.unique(keys, return_index=True, return_inverse=True)
        if len(different) > MOST_CATEGORIES or (different[np.isfinite(different)] % 1).any():
            raise StudioError(f"{name} is measured, not a kind of picture: choose another attribute to label by.")
        former = {} if self.labels is None or "class" in self.attributes else {"class": self.labels}
        return replace(
            self,
            labels=labels.astype(np.int64),
            label_names=tuple(text or "none" for text in self.column(name, first).tolist()),
            attributes={**self.attributes, **former},
            attribute_names={**self.attribute_names, **({key: self.label_names for key in former if self.label_names})},
        )

    def only(self, condition: str) -> ImageSet:
        """The pictures of one label or attribute, in their order: `label=Apple,Cherry`, `skin_tone=0`."""
        kept = np.flatnonzero(self.has(condition))
        n_train = int((kept < self.n_train).sum())
        if n_train == 0:
            name = condition.partition("=")[0].strip()
            known = ", ".join(np.unique(self.column(name)[self.train])[:12].tolist())
            raise StudioError(f"No picture for training has {condition}: {name} is one of {known}.")
        return self._rows(kept, n_train)

    def has(self, condition: str) -> NDArray[np.bool_]:
        """(n,): which pictures are of a label or attribute; `weight=` are those that have none.

        StudioError where the set has no such attribute. Names may hold commas: the whole is looked for, too.
        """
        name, _, wanted = (part.strip() for part in condition.partition("="))
        choices = {wanted, *(value.strip() for value in wanted.split(","))}
        if name not in self.attributes or name in self.attribute_names:
            return np.isin(self.column(name), list(choices))
        values = self.attributes[name]
        is_one = np.isnan(values) if "" in choices else np.zeros(len(values), np.bool_)
        for number in (number for text in choices if (number := _number(text)) is not None):
            is_one |= np.isclose(values, number, rtol=_WRITTEN_PRECISION, atol=0)
        return is_one

    def column(self, name: str, rows: NDArray[np.intp] | None = None) -> NDArray[np.str_]:
        """A label or attribute of every picture (or of those rows) as a person writes it: a name, or a number without
        needless zeros; nothing where a picture has none. StudioError where the set has no such attribute."""
        chosen = slice(None) if rows is None else rows
        if name == "label" and self.labels is not None:
            return np.asarray(self.label_names or _numbered(self.labels), np.str_)[self.labels[chosen]]
        if name in self.attributes:
            return _written(self.attributes[name][chosen], self.attribute_names.get(name, ()))
        known = [*(["label"] if self.labels is not None else []), *self.attributes]
        raise StudioError(f'{self.name} has no "{name}": {did_you_mean(name, known)}')

    def _are_codes(self, name: str, n_names: int) -> bool:
        values = self.attributes.get(name)
        return values is not None and values.dtype == np.int64 and values.min() >= -1 and values.max() < n_names

    def _rows(self, kept: NDArray[np.intp], n_train: int) -> ImageSet:
        """The set with those rows (sorted) alone, `n_train` of them for training."""
        return replace(
            self,
            pixels=self._kept_pixels(kept),
            labels=None if self.labels is None else self.labels[kept],
            attributes={name: values[kept] for name, values in self.attributes.items()},
            n_train=n_train,
        )

    def _kept_pixels(self, kept: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Those rows; a memory-mapped set stays one where it would not fit into memory."""
        if not isinstance(self.pixels, np.memmap):
            return self.pixels[kept]
        n_rows = rows_per_block(self.image_shape)

        def copy() -> Generator[tuple[NDArray[np.intp], NDArray[np.uint8]], None, None]:
            for start in range(0, len(kept), n_rows):
                rows = kept[start : start + n_rows]
                yield np.arange(start, start + len(rows)), self.pixels[rows]

        key = hashlib.sha256(self.content_digest().encode() + kept.astype("<i8").tobytes()).hexdigest()[:32]
        return at_once(storing((len(kept), *self.image_shape), copy, key=key))[0]

    def describe(self) -> dict[str, Any]:
        """What the set is, as plain data that can be shown, pickled and written as JSON."""
        return {
            "name": self.name,
            "n_train": self.n_train,
            "n_test": self.n_test,
            "n_skipped": self.n_skipped,
            "image_shape": self.image_shape,
            "label_names": self.label_names,
            "attributes": tuple(self.attributes),
            "attribute_names": dict(self.attribute_names),
            "licence": self.licence,
            "citation": self.citation,
        }


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _numbered(labels: NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(str(k) for k in range(int(labels.max()) + 1))


def _written(values: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.str_]:
    """Every different value is written once, whatever the number of pictures."""
    if names:
        texts, places = [*names, ""], values  # -1 is nothing
    else:
        different, places = np.unique(values, return_inverse=True)
        texts = ["" if value != value else f"{value:.15g}" for value in different.tolist()]
    written: NDArray[np.str_] = np.asarray(texts, np.str_)[places]
    return written
