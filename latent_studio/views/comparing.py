"""Two codes, models or moments beside each other: what each side shows, how they differ, what lies between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, Floats, LatentSpace
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import decode_in_pieces, reference
from latent_studio.views.preview import PreviewPicture

Code = tuple[float, ...]
From = Literal["current", "kept", "own"]


@dataclass(frozen=True)
class WantedCode:
    """Which code a side is to show; it is settled when the side's own space is known.

    current: the code that the sliders show, of `space`.  kept: a code of the side's own, None where it follows the
    current one.  at: the current code when `kept` was taken.  is_linked: the sliders move `kept` along.
    """

    current: Code
    space: LatentSpace
    kept: Code | None = None
    at: Code = ()
    is_linked: bool = True

    def settle(self, space: LatentSpace) -> tuple[Code, From]:
        """The code in the side's own space and where it is from: "own" is neutral, where no other fits."""
        is_alike = alike(space, self.space) and len(self.current) == space.dim
        if self.kept is not None and len(self.kept) == space.dim:
            if not (self.is_linked and is_alike and len(self.at) == space.dim):
                return self.kept, "kept"
            return moved(space, self.kept, self.at, self.current), "kept"
        if is_alike:
            return self.current, "current"
        return tuple(float(value) for value in space.neutral()), "own"


def alike(one: LatentSpace, other: LatentSpace) -> bool:
    """Whether a code of one is a code of the other: the same kinds of numbers in the same order, whatever the names."""
    kinds = [
        [factor.model_dump(exclude={"name", "labels", "condition"}) for factor in space.factors]
        for space in (one, other)
    ]
    return kinds[0] == kinds[1]


def moved(space: LatentSpace, code: Code, start: Code, end: Code) -> Code:
    """The code moved as far as the sliders went from `start` to `end`; a category goes where the slider's went."""
    z, a, b = (np.asarray(values, np.float64) for values in (code, start, end))
    if np.array_equal(a, b):
        return code
    there = z + (b - a)
    for factor, columns in space.blocks():
        if isinstance(factor, Categorical):
            there[columns] = z[columns] if np.array_equal(a[columns], b[columns]) else b[columns]
    return tuple(space.nearest(there[None].astype(np.float32))[0].tolist())


@dataclass(frozen=True, eq=False)
class SidePicture(PreviewPicture):
    """A side's picture, with the code that it shows, where that is from, and the model's header."""

    code: Code
    source: From
    header: Header


@dataclass(frozen=True, kw_only=True)
class PreviewSide(ModelRequest):
    """Decode what one side shows. Each side has a slot of its own, so that a drag serves both."""

    wanted: WantedCode
    asked_at: float = 0.0
    priority: Priority = Priority.PREVIEW

    def answer(self, opened: OpenModel) -> Iterator[SidePicture]:
        space = opened.header.space
        settled, source = self.wanted.settle(space)
        code = np.asarray(settled, np.float32)
        log_prior = float(space.log_prior(code[None])[0])
        yield SidePicture(reference(opened, code), log_prior, self.asked_at, settled, source, opened.header)


@dataclass(frozen=True, eq=False)
class Difference:
    """|A − B| in grey levels, and its mean over pixels and channels in [0, 1]."""

    picture: Pixels
    mean: float


def difference(a: Pixels, b: Pixels) -> Difference | None:
    """How two pictures differ, None where their sizes do; a grey one counts for each channel of a coloured one."""
    if a.shape[:2] != b.shape[:2]:
        return None
    if a.ndim != b.ndim:
        a, b = (np.repeat(x[..., None], 3, axis=2) if x.ndim == 2 else x for x in (a, b))
    levels = np.abs(a.astype(np.int16) - b.astype(np.int16)).astype(np.uint8)
    return Difference(levels, float(levels.mean() / 255))


@dataclass(frozen=True, eq=False)
class FilmPictures:
    """The pictures of some codes so far."""

    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True)
class DecodeFilm(ModelRequest):
    """Decode a row of codes (n, dim), delivered as it grows."""

    codes: tuple[Code, ...]
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[FilmPictures]:
        pictures: list[Pixels] = []
        for _, chunk in decode_in_pieces(opened, np.asarray(self.codes, np.float32)):
            pictures += chunk
            yield FilmPictures(tuple(pictures))


def between(space: LatentSpace, start: Code, end: Code, n: int) -> Floats:
    """(n, dim): from one code to the other, both included; spherical for normal factors (White 2016)."""
    ends = np.asarray(start, np.float32), np.asarray(end, np.float32)
    codes = space.interpolate(*ends, np.linspace(0, 1, n, dtype=np.float32))
    codes[0], codes[-1] = ends
    return space.nearest(codes)
